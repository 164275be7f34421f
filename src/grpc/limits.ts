/** What each side may send ahead, per stream and in all: files go over these connections, often over a network. */
export const windowBytes: number = 4 << 20;

/** Ignore patterns and paths come as headers, one each, and a folder may have thousands of them. */
export const headerLimits = {
  maxHeaderListPairs: 100_000,
  maxSessionMemory: 256,
  maxSendHeaderBlockLength: 16_777_216,
} as const;

/** Bytes of headers that a side is willing to take, told to the other one. */
export const headerListBytes: number = 16 << 20;

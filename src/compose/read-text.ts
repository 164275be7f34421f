import type { Files } from "../system/files.ts";

/** What became of reading a file. */
export type ReadText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly code: string; readonly problem: string };

const mebibyte = 1024 * 1024;

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EFTYPE: "is a device, not a file",
  EISDIR: "is a directory, not a file",
  ELOOP: "symbolic links lead in circles",
  ENXIO: "is a socket, not a file",
  EPERM: "permission denied",
  EPIPE: "is a pipe that nobody writes to",
};

/** How much to read. A hundred thousand lines of compose are 3 MiB; no process takes variables of more than one. */
export const mostMebibytes = { compose: 4, variables: 1 } as const;

/** Reads a file, however hostile: what it cannot be read for comes in words. */
export async function readText(path: string, files: Files, maxMebibytes: number): Promise<ReadText> {
  try {
    const status = await files.status(path);
    if (status?.kind === "directory") return unreadable("EISDIR");
    const text = status && (await files.readText(path, { maxBytes: maxMebibytes * mebibyte }));
    return text === undefined ? { kind: "missing" } : { kind: "text", text };
  } catch (error) {
    if (error instanceof RangeError) {
      return { kind: "unreadable", code: "file-too-large", problem: `larger than ${maxMebibytes} MiB` };
    }
    if (Error.isError(error) && "code" in error) return unreadable(String(error.code));
    throw error;
  }
}

function unreadable(code: string): ReadText {
  return { kind: "unreadable", code: "file-not-readable", problem: reasons[code] ?? `cannot be read (${code})` };
}

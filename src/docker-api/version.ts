/** Oldest Engine API that tscompose speaks: Docker 20.10, as in Debian 12. */
export const oldestApiVersion = "1.41";
/** Newest Engine API whose features tscompose uses; a newer engine is spoken to in this one. */
export const newestApiVersion = "1.51";

/** Whether an API version has what came with another: `isAtLeast("1.41", "1.9")`. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = minimum.split(".").map(Number);
  return major === minimumMajor ? minor >= minimumMinor : major > minimumMajor;
}

/** Answer of `GET /version`. */
export interface VersionInfo {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string;
  readonly Os?: string;
  readonly Arch?: string;
  readonly KernelVersion?: string;
  readonly Platform?: { readonly Name: string };
  readonly Components?: readonly { readonly Name: string; readonly Version: string }[];
}

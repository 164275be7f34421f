import { setFlagsFromString } from "node:v8";

/**
 * For a process that rests for hours: from now on V8 keeps its heap small, and takes the time to. What is free stays
 * with the process otherwise: of 20,000 files that were looked at once, 250 MB instead of 100.
 */
export function preferSmallMemory(): void {
  setFlagsFromString("--optimize-for-size");
}

import { release } from "node:os";

/** What this program runs on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly architecture: string;
  /** Release of the operating system's kernel. */
  readonly release: string;
  /** Version of Node, without the `v`. */
  readonly nodeVersion: string;
  /** Absent where users have no numbers. */
  readonly userId: number | undefined;
}

/** Asks the process and the operating system. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    architecture: process.arch,
    release: release(),
    nodeVersion: process.versions.node,
    userId: process.getuid?.(),
  };
}

import { run, type RunOptions } from "../host/run.ts";

/** Runs the low-level runtime: `["pause", id]`. Throws a `CommandError` with what it says. */
export type Runtime = (args: readonly string[], options?: RunOptions) => Promise<{ readonly stdout: string }>;

/** What the runtime needs to know of this engine. */
export interface RuntimePlace {
  /** Folder of the runtime's own state. */
  readonly root: string;
  /** cgroup v1 with a cgroup v2 beside it: crun takes it for v2 unless it is hidden. */
  readonly isHybrid: boolean;
}

const hidden = 'umount /sys/fs/cgroup/unified && exec crun "$@"';

/** The command line of a call of the runtime, for who runs it by himself. */
export function runtimeCommand(
  { root, isHybrid }: RuntimePlace,
  args: readonly string[],
): readonly [string, ...string[]] {
  const own = ["--root", root, ...args];
  return isHybrid ? ["unshare", "--mount", "/bin/sh", "-c", hidden, "crun", ...own] : ["crun", ...own];
}

/** Makes the runtime's caller. */
export function runtimeOf(place: RuntimePlace): Runtime {
  return (args, options) => {
    const [command, ...rest] = runtimeCommand(place, args);
    return run(command, rest, options);
  };
}

/** The runtime's version: `1.8.1`; `undefined` when there is none. */
export async function runtimeVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run("crun", ["--version"]);
    return /^crun version (\S+)/m.exec(stdout)?.[1] ?? "unknown";
  } catch {
    return undefined;
  }
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { run, type RunOptions } from "../host/run.ts";

/** A program that makes containers of OCI bundles. */
export interface RuntimeProgram {
  readonly name: "crun" | "runc";
  /** As a shell calls it: with what is said each time. */
  readonly command: string;
  /** `1.8.1` */
  readonly version: string;
  /** Folder of its own state. */
  readonly root: string;
  /** cgroup v1 with a cgroup v2 beside it: crun takes it for v2 unless it is hidden; runc knows better. */
  readonly hidesUnifiedCgroups: boolean;
}

/** The machine's low-level runtimes. */
export interface Runtimes {
  /** Starts containers: crun where there is one, for it takes half of runc's time. */
  readonly usual: RuntimeProgram;
  /** The one that started a container: another one may have been installed since. */
  of(containerId: string): RuntimeProgram;
  /** Changes the limits of a container that runs, given as in an OCI configuration. */
  update(containerId: string, resources: object): Promise<void>;
}

/** Where and how runtimes work. */
export interface RuntimePlace {
  /** Their states are below it. */
  readonly run: string;
  /** cgroup v1 with a cgroup v2 beside it. */
  readonly isHybrid: boolean;
  readonly hasCgroups: boolean;
}

const names = ["crun", "runc"] as const;
/** Without control groups runc does not start anything. */
const namesWithoutCgroups = ["crun"] as const;

/** Looks for the low-level runtimes of this machine. */
export async function findRuntimes({ run: folder, isHybrid, hasCgroups }: RuntimePlace): Promise<Runtimes> {
  const programs = await Promise.all(
    (hasCgroups ? names : namesWithoutCgroups).map(async (name): Promise<RuntimeProgram | undefined> => {
      const root = join(folder, name);
      const version = await versionOf(name, root);
      const place = { root, hidesUnifiedCgroups: hasCgroups && isHybrid && name === "crun" };
      const command = hasCgroups ? name : `${name} --cgroup-manager=disabled`;
      return version === undefined ? undefined : { name, command, version, ...place };
    }),
  );
  const found = programs.filter((program) => program !== undefined);
  const [usual] = found;
  if (usual === undefined)
    throw new Error(`no low-level runtime is installed: ${hasCgroups ? "neither crun nor runc" : "no crun"}`);
  const of = (id: string): RuntimeProgram => found.find(({ root }) => existsSync(join(root, id))) ?? usual;
  return {
    usual,
    of,
    async update(id, resources) {
      await call(of(id), ["update", "--resources", "-", id], { input: JSON.stringify(resources) });
    },
  };
}

/** Runtimes open their standard input by its name, which works for a pipe, but not for the socket that we write to. */
const piping = 'cat | "$0" "$@"';
const hiding = "umount /sys/fs/cgroup/unified";

/** Throws a `CommandError` with what it says. */
async function call(
  { name, root, hidesUnifiedCgroups }: RuntimeProgram,
  args: readonly string[],
  options: RunOptions,
): Promise<void> {
  const shell = ["/bin/sh", "-c", hidesUnifiedCgroups ? `${hiding} && ${piping}` : piping, name, "--root", root];
  const [program = "", ...rest] = [...(hidesUnifiedCgroups ? ["unshare", "--mount"] : []), ...shell, ...args];
  await run(program, rest, options);
}

/** `undefined` when it is not installed, or does not work. Without a root crun makes a folder of its own somewhere. */
async function versionOf(name: string, root: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(name, ["--root", root, "--version"]);
    return /^\w+ version (\S+)/m.exec(stdout)?.[1] ?? "unknown";
  } catch {
    return undefined;
  }
}

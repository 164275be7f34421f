import type { LoadRequest } from "../compose/load.ts";
import { UsageError } from "../errors.ts";

/** Flags that stand before the sub-command, as commander hands them over. */
export interface GlobalFlags {
  readonly file?: readonly string[];
  readonly projectName?: string;
  readonly projectDirectory?: string;
  readonly workdir?: string;
  readonly envFile?: readonly string[];
  readonly profile?: readonly string[];
  readonly parallel?: number;
  readonly ansi?: "auto" | "never" | "always";
  readonly noAnsi?: boolean;
  readonly progress?: "auto" | "tty" | "plain" | "json" | "quiet" | "none";
  readonly allResources?: boolean;
  readonly compatibility?: boolean;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
  readonly engine?: string;
  readonly insecureRegistry?: readonly string[];
}

/** Environment as commands read it: the process's, completed by `.env` files. */
export type Environment = Readonly<Record<string, string>>;

/** What to load, as the global flags say it. `COMPOSE_*` variables are the loader's to read: it knows the `.env` files. */
export function loadRequest(flags: GlobalFlags, own: LoadRequest = {}): LoadRequest {
  if (flags.workdir !== undefined && flags.projectDirectory !== undefined) {
    throw new UsageError("--workdir is the old name of --project-directory: give one of them");
  }
  const projectDirectory = flags.projectDirectory ?? flags.workdir;
  return {
    ...(flags.file === undefined ? {} : { files: flags.file }),
    ...(projectDirectory === undefined ? {} : { projectDirectory }),
    ...(flags.projectName === undefined ? {} : { projectName: flags.projectName }),
    ...(flags.envFile === undefined ? {} : { envFiles: flags.envFile }),
    ...(flags.profile === undefined ? {} : { profiles: flags.profile }),
    ...(flags.allResources === undefined ? {} : { allResources: flags.allResources }),
    ...(flags.compatibility === undefined ? {} : { compatibility: flags.compatibility }),
    ...own,
  };
}

/** True when only a name was given: what runs under that name is then found by its labels, and no file is read. */
export function isNameOnly(flags: GlobalFlags): boolean {
  return flags.projectName !== undefined && (flags.file ?? []).length === 0;
}

/** Most engine calls at a time, from `--parallel` or `COMPOSE_PARALLEL_LIMIT`; absent: no limit. */
export function parallelLimit(flags: GlobalFlags, environment: Environment): number | undefined {
  const text = environment["COMPOSE_PARALLEL_LIMIT"] ?? "";
  if (flags.parallel === undefined && !/^(-?\d+)?$/.test(text)) {
    throw new UsageError(`COMPOSE_PARALLEL_LIMIT: expected a whole number, got "${text}"`);
  }
  const limit = flags.parallel ?? (text === "" ? -1 : Number(text));
  return limit > 0 ? limit : undefined;
}

/** Reads a variable that is a switch; anything but the words for yes and no is a mistake, not a no. */
export function environmentSwitch(environment: Environment, name: string): boolean {
  const text = environment[name] ?? "";
  if (/^(|0|f|false|n|no)$/i.test(text)) return false;
  if (/^(1|t|true|y|yes)$/i.test(text)) return true;
  throw new UsageError(`${name}: expected true or false, got "${text}"`);
}

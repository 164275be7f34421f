import { join, resolve } from "node:path";
import { type DotenvOptions, readDotenv } from "./dotenv.ts";
import type { LoadSession } from "./session.ts";
import type { Location } from "./source.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string>>;

/** Which environment files to read. */
export interface EnvFileChoice {
  /** Named by the user: they have to be there. Empty: `.env` of the directory, if it has one. */
  readonly paths: readonly string[];
  readonly directory: string;
  /** Where the user named them. */
  readonly from?: Location;
  readonly onAssign?: DotenvOptions["onAssign"];
}

/** Adds the variables of environment files to an environment: what is set stays, among files the last one wins. */
export async function withEnvFiles(
  environment: Environment,
  { paths, directory, from, onAssign }: EnvFileChoice,
  session: LoadSession,
): Promise<Environment> {
  const variables = new Map<string, string>();
  for (const path of paths.length > 0 ? paths : await defaultEnvFile(directory, session)) {
    const source = await session.read(path, { from, holds: "variables" });
    if (source === undefined) continue;
    const lookup = (name: string): string | undefined => valueOf(environment, name);
    readDotenv(source.text, variables, { file: source.name, lookup, report: session.report, onAssign });
  }
  return { ...Object.fromEntries(variables), ...environment };
}

/** Value of a variable; names such as `constructor` are no variables by themselves. */
export function valueOf(environment: Environment, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined;
}

/** Paths that the user gave, absolute; `-` stays. */
export function absolutePaths(paths: readonly string[], workingDirectory: string): string[] {
  return paths.map((path) => (path === "-" ? path : resolve(workingDirectory, path)));
}

async function defaultEnvFile(directory: string, { files }: LoadSession): Promise<readonly string[]> {
  const path = join(directory, ".env");
  const status = await files.status(path);
  return status === undefined || status.kind === "directory" ? [] : [path];
}

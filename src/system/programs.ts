import { spawn } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** Programs of this machine as a port: finding them, and running them to their end. */
export interface Programs {
  /**
   * Path of the program that a name stands for: a plugin of Docker's command line, else one on `PATH`; a name with a
   * slash is a path, from `directory` on. `undefined` when there is none.
   */
  find(name: string, directory: string): Promise<string | undefined>;
  /** Path of a plugin of Docker's command line; `undefined` when there is none. */
  findPlugin(name: string): Promise<string | undefined>;
  /** Runs a program to its end. Throws what keeps it from being started; when the signal fires it is asked to end. */
  run(call: ProgramCall): Promise<ProgramEnd>;
}

/** What to run, and who listens. */
export interface ProgramCall {
  readonly path: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** On top of the variables that every program of the port gets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Receives standard output line by line; what it throws ends the program, and is thrown on. */
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Absent when a signal ended it. */
  readonly exitCode?: number;
  /** Last lines of standard error, joined. */
  readonly complaint: string;
}

/** Where programs are looked for, and the variables they get. */
export interface ProgramSurroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly homeDirectory: string;
}

/** The programs of this machine. */
export function systemPrograms({ environment, homeDirectory }: ProgramSurroundings): Programs {
  const configFolder = environment["DOCKER_CONFIG"] || join(homeDirectory, ".docker");
  const pluginFolders = [join(configFolder, "cli-plugins"), ...sharedPluginFolders];
  const findPlugin: Programs["findPlugin"] = (name) =>
    firstExecutable(pluginFolders.map((folder) => join(folder, `docker-${name}`)));
  return {
    findPlugin,
    async find(name, directory) {
      if (name.includes("/")) return firstExecutable([isAbsolute(name) ? name : resolve(directory, name)]);
      // What `PATH` says of the folder that one happens to be in is not followed: os/exec of Go does not either.
      const onPath = (environment["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
      return (await findPlugin(name)) ?? firstExecutable(onPath.map((folder) => join(folder, name)));
    },
    run: (call) => runProgram({ ...call, environment: { ...environment, ...call.environment } }),
  };
}

/** Where packages put plugins: cli-plugins/manager/manager_unix.go of docker/cli. */
const sharedPluginFolders = [
  "/usr/local/lib/docker/cli-plugins",
  "/usr/local/libexec/docker/cli-plugins",
  "/usr/lib/docker/cli-plugins",
  "/usr/libexec/docker/cli-plugins",
];

/** Of what a program complains, the end tells what was the matter. */
const keptLines = 10;

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isExecutable(path)) return path;
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function runProgram({ path, args, directory, environment, onLine, signal }: ProgramCall): Promise<ProgramEnd> {
  const listener = new AbortController();
  const child = spawn(path, args, {
    cwd: directory,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.any([signal, listener.signal]),
  });
  const complaint: string[] = [];
  createInterface(child.stderr).on("line", (line) => {
    complaint.push(line);
    if (complaint.length > keptLines) complaint.shift();
  });
  const ended = new Promise<number | undefined>((settle, reject) => {
    // Broken off is an end like any other: it is over when the program is.
    child.once("error", (error) => (error.name === "AbortError" ? undefined : reject(error)));
    child.once("close", (code) => settle(code ?? undefined));
  });
  const heard = listen(createInterface(child.stdout), onLine).catch((error: unknown) => {
    listener.abort();
    throw error;
  });
  const [exit, hearing] = await Promise.allSettled([ended, heard]);
  if (hearing.status === "rejected") throw hearing.reason;
  if (exit.status === "rejected") throw exit.reason;
  const text = complaint.join("\n");
  return exit.value === undefined ? { complaint: text } : { exitCode: exit.value, complaint: text };
}

async function listen(lines: AsyncIterable<string>, onLine: (line: string) => void): Promise<void> {
  for await (const line of lines) onLine(line);
}

import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";

/** No command of a test takes longer, unless it says so: one that hangs is ended, and the test can clean up. */
const usualPatienceMs = 120_000;

const root = join(import.meta.dirname, "../..");

/** A command line that manages compose projects. */
export interface Tool {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** How a command ended, and what it said. */
export interface Outcome {
  readonly commandLine: string;
  readonly exitCode: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with what a command runs. */
export interface RunOptions {
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** How long the command may take. */
  readonly patienceMs?: number;
}

/** The built command line of this project, on this Node, and with the `--` that its first lines pass. */
export const tscompose: Tool = {
  name: "tscompose",
  command: [process.execPath, "--", join(root, "bin/tscompose.cjs")],
};

/** Docker Compose, where this machine has it: what we must be interchangeable with. */
export const dockerCompose: Tool | undefined = findDockerCompose();

/** The tool that scenarios try: `TSCOMPOSE_E2E_TOOL=docker-compose` tries the scenarios themselves, on the original. */
export const toolUnderTest: Tool =
  process.env["TSCOMPOSE_E2E_TOOL"] === "docker-compose" ? (dockerCompose ?? tscompose) : tscompose;

/** A running command: its process, for signals, and how it will have ended. */
export interface RunningCommand {
  readonly process: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

/** Starts a command without waiting for its end. */
export function start(
  tool: Tool,
  args: readonly string[],
  { directory, environment, input, patienceMs = usualPatienceMs }: RunOptions,
): RunningCommand {
  const [program, ...leading] = tool.command;
  const child = spawn(program, [...leading, ...args], {
    cwd: directory,
    env: { ...process.env, PWD: directory, NO_COLOR: "1", ...environment },
    detached: true, // a process group of its own: a signal meets the tool and what it started, not the test
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {}); // it may end without reading
  child.stdin.end(input);
  const deadline = setTimeout(() => killGroup(child, "SIGKILL"), patienceMs);
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, killedBy) => {
      clearTimeout(deadline);
      resolve({ commandLine: [tool.name, ...args].join(" "), exitCode, killedBy, stdout, stderr });
    });
  });
  return { process: child, outcome };
}

/** Sends a signal to a command and to everything that it has started. */
export function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, signal);
}

/** Everything a command said and how it ended, for messages. */
export function describeOutcome({ commandLine, exitCode, killedBy, stdout, stderr }: Outcome): string {
  return [`$ ${commandLine}`, stdout.trimEnd(), stderr.trimEnd(), `exit ${killedBy ?? exitCode}`]
    .filter((part) => part !== "")
    .join("\n");
}

function findDockerCompose(): Tool | undefined {
  const commands: readonly (readonly [string, ...string[]])[] = [
    ["docker", "compose"],
    [join(root, "../shared/tools/reference-engine"), "run", "docker", "compose"],
  ];
  const command = commands.find(([program, ...args]) => spawnSync(program, [...args, "version"]).status === 0);
  return command === undefined ? undefined : { name: "docker compose", command };
}

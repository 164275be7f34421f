import { readdirSync, readFileSync } from "node:fs";
import { EngineApi } from "../support/engine-api.ts";
import { type ProjectFiles, TestProject } from "../support/test-project.ts";
import { describeOutcome, killGroup, start, type RunningCommand, type Tool } from "../support/tool.ts";

/** A tool on an engine. */
export interface Side {
  readonly name: string;
  readonly tool: Tool;
  readonly address: string;
}

/** One side at work on a project of its own. */
export class Player implements AsyncDisposable {
  readonly side: Side;
  readonly project: TestProject;

  private constructor(side: Side, project: TestProject) {
    this.side = side;
    this.project = project;
  }

  /** With the text of a compose file, or a folder to copy. */
  static async enter(side: Side, project: string | URL): Promise<Player> {
    const files: ProjectFiles = typeof project === "string" ? { "compose.yaml": project } : project;
    return new Player(side, await TestProject.create(files, new EngineApi(side.address)));
  }

  start(...args: readonly string[]): RunningCommand {
    const { project, side } = this;
    const environment = { DOCKER_HOST: side.address, COMPOSE_PROJECT_NAME: project.name, COMPOSE_MENU: "0" };
    return start(side.tool, args, { directory: project.directory, environment, patienceMs: 600_000 });
  }

  /** Runs a command to its end; throws when that is not a good one. */
  async run(...args: readonly string[]): Promise<string> {
    const outcome = await this.start(...args).outcome;
    if (outcome.exitCode !== 0) throw new Error(describeOutcome(outcome));
    return outcome.stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.project[Symbol.asyncDispose]();
  }
}

/** What a running command and all that it started have taken: processor time in seconds, resident memory in MiB. */
export function usageOf({ process: { pid = 0 } }: RunningCommand): { readonly cpu: number; readonly memory: number } {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const ofGroup = all.flatMap((each) => {
    const stat = statOf(each);
    // The name may hold anything, but ends with the last parenthesis.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[2]) === pid ? [fields] : [];
  });
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return {
    cpu: sum(ofGroup.map((fields) => Number(fields[11]) + Number(fields[12]))) / ticksPerSecond,
    memory: sum(ofGroup.map((fields) => Number(fields[21]))) / pagesPerMebibyte,
  };
}

/** What the kernel tells of a process; nothing of one that has ended since it was listed. */
function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "ESRCH"].includes(String(error.code))) return "";
    throw error;
  }
}

const ticksPerSecond = 100;
const pagesPerMebibyte = 256;

/** Ends a command as a person would who has seen enough of it, whatever it started. */
export async function leave(running: RunningCommand): Promise<void> {
  killGroup(running.process, "SIGKILL");
  await running.outcome;
}

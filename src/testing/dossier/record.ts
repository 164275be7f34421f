import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { coverFor, gatherDossier } from "../../actions/dossier.ts";
import type { OpenContext } from "../../library/open-context.ts";
import type { StackState } from "../start.ts";
import type { StackHistory } from "./history.ts";

/** What is told of a stack's dossier to whoever decides whether it is kept: beside it, in a file of its own. */
export interface DossierNote {
  readonly project: string;
  /** Paths of the compose files. */
  readonly composeFiles: readonly string[];
  /** The file of tests that had the stack, where it can be known. */
  readonly testFile?: string;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** It did not start: this is a dossier whatever else becomes of the test. */
  readonly isStartFailure: boolean;
  readonly screen: readonly string[];
}

/** The file by which a folder is known to be a dossier. */
export const noteName = "tscompose-dossier.json";

/**
 * Writes all that is known of a stack into a folder of its own, as long as there is something to ask; answers with the folder.
 * Only this user can read it: secrets that nobody has told us of may be in the logs.
 */
export async function recordDossier(
  { project, secrets, plan }: StackState,
  { startedAtMs, testFile, events }: StackHistory,
  { context, root, failure }: RecordOptions,
): Promise<string> {
  const undisturbed = { ...context, emit: () => {}, signal: new AbortController().signal };
  const { screen, files } = await gatherDossier({ project, secrets, sinceMs: startedAtMs }, undisturbed);
  const cover = coverFor(project, secrets);
  const told = failure === undefined ? screen : failure.split("\n").map(cover);
  const note: DossierNote = {
    project: project.name,
    composeFiles: project.configFiles,
    ...(testFile === undefined ? {} : { testFile }),
    startedAtMs,
    endedAtMs: context.clock.now(),
    isStartFailure: failure !== undefined,
    screen: told,
  };
  const texts = {
    ...files,
    "screen.txt": `${told.join("\n")}\n`,
    "plan.txt": cover(`${plan.join("\n")}\n`),
    "steps.jsonl": events.map((event) => `${cover(JSON.stringify(event))}\n`).join(""),
  };
  const folder = await makeFolder(root, project.name);
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text, { mode: 0o600 });
  await Promise.all(Object.entries(texts).map(([name, text]) => write(name, text)));
  // Last: what has it is complete.
  await write(noteName, `${JSON.stringify(note, undefined, 2)}\n`);
  return folder;
}

/** Several files of tests may have had the same stack, at the same time: each has a folder of its own. */
export async function makeFolder(root: string, project: string): Promise<string> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  for (let nth = 1; ; nth += 1) {
    const folder = join(root, nth === 1 ? project : `${project}-${nth}`);
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Whether a folder has a name that `makeFolder` gives. */
export function isFolderOf(project: string, name: string): boolean {
  return name.startsWith(project) && /^(-[1-9]\d*)?$/.test(name.slice(project.length));
}

/** What a dossier is made with. */
export interface RecordOptions {
  readonly context: OpenContext;
  /** The folder of all dossiers. */
  readonly root: string;
  /** Why the stack did not start. */
  readonly failure?: string;
}

import { readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type DossierNote, isFolderOf, noteName } from "./record.ts";

/** A test that failed, and when. */
export interface FailedTest {
  readonly name: string;
  readonly file: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** Clocks of runners and of ours are told in whole milliseconds. */
const toleranceMs = 1;

/**
 * Keeps the dossiers of stacks that ran while a test failed or did not start at all, and removes those that nobody needs: of
 * a stack that the run itself holds, too, where a file of tests has told of the same stack and the same test. Answers with
 * what is to be shown: a text of several lines each, always the same for the same dossier and tests.
 */
export async function sortOutDossiers(
  root: string,
  failed: readonly FailedTest[],
  isMine: (note: DossierNote) => boolean = () => true,
): Promise<readonly string[]> {
  const found = (await readNotes(root)).filter(({ note }) => isMine(note));
  const shown: string[] = [];
  for (const { folder, note } of found) {
    const others = found.map((each) => each.note).filter((other) => tellsBetter(other, note));
    const tests = failed.filter((test) => ranDuring(note, test) && !others.some((other) => ranDuring(other, test)));
    if (tests.length === 0 && !note.isStartFailure) await remove(folder);
    else shown.push(screenOf(note, tests, folder));
  }
  return shown;
}

/** Removes what earlier runs have left. */
export async function clearDossiers(root: string): Promise<void> {
  for (const { folder } of await readNotes(root)) await remove(folder);
}

/** Another run with the same folder may be at it, too. */
function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** Whether one dossier is of a file of tests, and the other of the same stack as the run held it. */
function tellsBetter(other: DossierNote, { project, testFile }: DossierNote): boolean {
  return other.project === project && testFile === undefined && other.testFile !== undefined;
}

function ranDuring({ testFile, startedAtMs, endedAtMs }: DossierNote, test: FailedTest): boolean {
  const isOther = testFile !== undefined && test.file !== undefined && resolve(testFile) !== resolve(test.file);
  return !isOther && startedAtMs <= test.endedAtMs + toleranceMs && endedAtMs >= test.startedAtMs - toleranceMs;
}

function screenOf(note: DossierNote, tests: readonly FailedTest[], folder: string): string {
  const { project, composeFiles, isStartFailure, screen } = note;
  const what = isStartFailure ? "did not start" : `ran while this failed: ${tests.map(({ name }) => name).join(", ")}`;
  return [
    `stack ${project} of ${composeFiles.join(", ")} ${what}`,
    ...screen.map((line) => `  ${line}`),
    `  all of it: ${folder}`,
    "",
  ].join("\n");
}

interface FoundNote {
  readonly folder: string;
  readonly note: DossierNote;
}

/** Oldest first. What is no dossier of ours is left alone. */
async function readNotes(root: string): Promise<readonly FoundNote[]> {
  const names = await readdir(root).catch(absent);
  const found = await Promise.all(
    (names ?? []).map(async (name): Promise<readonly FoundNote[]> => {
      const folder = join(root, name);
      const text = await readFile(join(folder, noteName), "utf8").catch(absent);
      const note = text === undefined ? undefined : (JSON.parse(text) as DossierNote);
      return note !== undefined && isFolderOf(note.project, name) ? [{ folder, note }] : [];
    }),
  );
  return found.flat().toSorted((a, b) => a.note.startedAtMs - b.note.startedAtMs);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}

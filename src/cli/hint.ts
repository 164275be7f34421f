import type { ProgressEvent } from "../events.ts";
import type { GlobalFlags } from "./project-options.ts";

/**
 * A hint whose commands can be pasted where the user stands: with the flags that told which project is meant, which
 * whoever wrote the hint cannot know.
 */
export function fromHere(hint: string, flags: GlobalFlags): string {
  const standing = projectFlags(flags).map(quoted).join(" ");
  if (standing === "") return hint;
  return hint.replaceAll(/\btscompose (?!(?:doctor|ls|version)\b)(?=[a-z])/g, (command) => `${command}${standing} `);
}

/** The event of a failed step with its hint so; every other event as it is. */
export function failedFromHere(event: ProgressEvent, flags: GlobalFlags): ProgressEvent {
  if (event.kind !== "step-failed" || event.hint === undefined) return event;
  return { ...event, hint: fromHere(event.hint, flags) };
}

function projectFlags(flags: GlobalFlags): readonly string[] {
  const { file = [], projectName, profile = [], envFile = [], compatibility, engine } = flags;
  const directory = flags.projectDirectory ?? flags.workdir;
  return [
    ...file.flatMap((path) => ["-f", path]),
    ...(projectName === undefined ? [] : ["-p", projectName]),
    ...(directory === undefined ? [] : ["--project-directory", directory]),
    ...profile.flatMap((name) => ["--profile", name]),
    ...envFile.flatMap((path) => ["--env-file", path]),
    ...(compatibility === true ? ["--compatibility"] : []),
    ...(engine === undefined ? [] : ["--engine", engine]),
  ];
}

/** As a POSIX shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

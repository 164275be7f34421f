import { HttpError } from "../api/http-error.ts";
import { complaintOf } from "../runtime/complaint.ts";

/** Why a container could not be started: the refusal, and the exit code that its state shows. */
export interface StartFailure {
  readonly error: HttpError;
  readonly exitCode: number;
}

const prefix = "failed to create task for container: OCI runtime create failed: ";

/** Puts what the runtime says into the words by which the docker CLI finds its own exit code (126, 127 or 125). */
export function startFailure(said: string, command: string): StartFailure {
  const text = complaintOf(said);
  const message = (why: string): string => `${prefix}unable to start container process: exec: "${command}": ${why}`;
  if (/executable file\b.* not found in \$PATH/.test(text) && command.includes("/")) {
    return { error: new HttpError(400, message(`stat ${command}: no such file or directory`)), exitCode: 127 };
  }
  if (/executable file\b.* not found in \$PATH/.test(text)) {
    return { error: new HttpError(400, message("executable file not found in $PATH")), exitCode: 127 };
  }
  if (/(?:open|find|exec|stat).*No such file or directory/i.test(text) && text.includes(command)) {
    return { error: new HttpError(400, message("no such file or directory")), exitCode: 127 };
  }
  if (/permission denied|is not executable|is a directory|open executable/i.test(text)) {
    return { error: new HttpError(400, message(`permission denied: ${text}`)), exitCode: 126 };
  }
  return {
    error: new HttpError(500, `${prefix}${text === "" ? "the runtime ended without a word" : text}`),
    exitCode: 128,
  };
}

import { complaintOf } from "../../runtime/complaint.ts";

const prefix = "OCI runtime exec failed: exec failed: unable to start container process: ";

/** Puts what the runtime says about a command that it could not start into Docker's words, with the shells' exit codes. */
export function execFailure(said: string, command: string): { readonly message: string; readonly exitCode: number } {
  const text = complaintOf(said);
  const failed = (why: string): string => `${prefix}exec: "${command}": ${why}`;
  if (/executable file\b.* not found in \$PATH/.test(text)) {
    const why = command.includes("/")
      ? `stat ${command}: no such file or directory`
      : "executable file not found in $PATH";
    return { message: failed(why), exitCode: 127 };
  }
  if (/open executable|permission denied|is not executable/i.test(text)) {
    return { message: failed("permission denied"), exitCode: 126 };
  }
  if (/chdir/.test(text)) return { message: `${prefix}${text}`, exitCode: 126 };
  if (/^exec.*[Nn]o such file or directory/i.test(text))
    return { message: failed("no such file or directory"), exitCode: 127 };
  return { message: `${prefix}${text === "" ? "the runtime ended without a word" : text}`, exitCode: 126 };
}

import type { Programs } from "../context.ts";
import { TscomposeError } from "../errors.ts";
import { commitOf, type GitReference } from "../lock/git-reference.ts";
import { coverText } from "../plan/secrets.ts";

/** What running git needs. */
export interface GitContext {
  /** Absent: ssh is left as it is. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly programs?: Programs | undefined;
  readonly signal: AbortSignal;
}

/** Runs git, and answers with the lines it says. Throws with its own last words when it fails. */
export async function runGit(
  {
    doing,
    args,
    directory = "/",
  }: { readonly doing: string; readonly args: readonly string[]; readonly directory?: string },
  { environment, programs, signal }: GitContext,
): Promise<readonly string[]> {
  const path = await programs?.find("git", "/");
  if (programs === undefined || path === undefined) {
    throw new TscomposeError({
      code: "unsupported",
      message: `${doing}: git is needed and not there`,
      hint: "install git",
    });
  }
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  const call = { path, args, directory, environment: surroundings(environment), onLine, signal };
  const { exitCode, complaint } = await programs.run(call);
  if (signal.aborted) throw new TscomposeError({ code: "interrupted", message: `${doing}: interrupted` });
  if (exitCode === 0) return lines;
  const reason = coverText(wordsOf(complaint)) || `git exited with status ${exitCode}`;
  throw new TscomposeError({ code: "operation-failed", message: `${doing}: ${reason}` });
}

/** What ssh said comes before what git makes of it, and advice after that. */
function wordsOf(complaint: string): string {
  const isAdvice = (line: string): boolean =>
    /^(?:Please make sure you have|and the repository exists|\s*$)/.test(line);
  return complaint
    .split("\n")
    .filter((line) => !isAdvice(line))
    .slice(-2)
    .join("; ");
}

/** The commit that a reference stands for now. Throws when the repository cannot be asked, or does not know it. */
export async function askCommit({ url, ref }: GitReference, context: GitContext): Promise<string> {
  const doing = `asking ${coverText(url)}`;
  const commit = commitOf(await runGit({ doing, args: ["ls-remote", "--", url, ref, `${ref}^{}`] }, context), ref);
  if (commit !== undefined) return commit;
  throw new TscomposeError({ code: "operation-failed", message: `${doing}: it has no ${ref}` });
}

/** Nobody is asked for a password, and no program is run that an address names. */
function surroundings(environment: GitContext["environment"]): Record<string, string> {
  const isOwnSsh = environment === undefined || Boolean(environment["GIT_SSH"] || environment["GIT_SSH_COMMAND"]);
  return {
    GIT_TERMINAL_PROMPT: environment?.["GIT_TERMINAL_PROMPT"] || "0",
    GIT_ALLOW_PROTOCOL: "http:https:git:ssh",
    ...(isOwnSsh ? {} : { GIT_SSH_COMMAND: "ssh -o ControlMaster=no -o BatchMode=yes" }),
  };
}

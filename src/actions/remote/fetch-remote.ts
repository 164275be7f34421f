import type { Copies, FetchRemote } from "../../compose/remote.ts";
import { TscomposeError, UsageError } from "../../errors.ts";
import { parseGitReference } from "../../lock/git-reference.ts";
import type { GitContext } from "../run-git.ts";
import { fetchPublished, type FetchContext, publishedScheme } from "./fetch-published.ts";
import { checkOut } from "./git-checkout.ts";
import type { CachePlace } from "./kept-folder.ts";
import { keepPublished } from "./keep-published.ts";

/** What fetching compose files needs of the world; no engine. */
export type RemoteContext = FetchContext & GitContext & CachePlace;

/** Fetches compose files from registries and git repositories, into the user's cache. */
export function remoteFetcher(context: RemoteContext): FetchRemote {
  return async (reference) => {
    if (reference.startsWith(publishedScheme)) {
      expectEnabled("COMPOSE_EXPERIMENTAL_OCI_REMOTE", reference, context);
      return keepPublished(await fetchPublished(reference, context), context);
    }
    const git = parseGitReference(reference);
    if (git === undefined) throw notAReference(reference);
    expectEnabled("COMPOSE_EXPERIMENTAL_GIT_REMOTE", reference, context);
    return [await checkOut(git, context)] satisfies Copies;
  };
}

/** Docker Compose has a switch for each. */
function expectEnabled(name: string, reference: string, { environment }: RemoteContext): void {
  const text = environment[name] ?? "";
  if (/^(|1|t|true)$/i.test(text)) return;
  if (!/^(0|f|false)$/i.test(text)) throw new UsageError(`${name}: expected true or false, got "${text}"`);
  const message = `${reference}: fetching it is switched off by ${name}`;
  throw new TscomposeError({ code: "unsupported", message, hint: `unset ${name}` });
}

function notAReference(reference: string): UsageError {
  return new UsageError(
    `expected oci://REPOSITORY[:TAG] or a git repository, got "${reference}"`,
    "git repositories are https://HOST/PATH.git[#REF[:FOLDER]], ssh://…, git@HOST:PATH or github.com/OWNER/NAME",
  );
}

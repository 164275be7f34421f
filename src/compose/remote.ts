import { resolve } from "node:path";
import { TscomposeError } from "../errors.ts";
import type { LoadSession } from "./session.ts";
import type { Location } from "./source.ts";

/** Local copies of the compose files that a reference leads to: the main one, and those that override it, all in one folder. */
export type Copies = readonly [main: string, ...overrides: string[]];

/** Fetches compose files from afar. Throws a `TscomposeError` for what cannot be fetched. */
export type FetchRemote = (reference: string) => Promise<Copies>;

/** True for references to git repositories and OCI artifacts, which have to be fetched first. */
export function isRemote(reference: string): boolean {
  return /^(oci|https?|ssh|git):\/\/|^git@|^github\.com\/|\.git(#.*)?$/.test(reference);
}

/** Fetches a reference; `undefined` when it cannot be had, which was reported at the place that names it. */
export async function fetchCopies(
  reference: string,
  { report, fetchRemote }: Pick<LoadSession, "report" | "fetchRemote">,
  at?: Location,
): Promise<Copies | undefined> {
  const place = at === undefined ? {} : { at };
  if (fetchRemote === undefined) {
    const message = `remote compose files are not supported, got "${reference}"`;
    report({ severity: "error", code: "unsupported", ...place, message, hint: "fetch it, and name the local copy" });
    return undefined;
  }
  try {
    return await fetchRemote(reference);
  } catch (error) {
    if (!(error instanceof TscomposeError) || error.code === "interrupted") throw error;
    const { code, message, hint } = error;
    report({ severity: "error", code, ...place, message, ...(hint !== undefined && { hint }) });
    return undefined;
  }
}

/** Where the files that a reference names are on this machine; `undefined` where that was reported as a mistake. */
export async function localPaths(
  reference: string,
  { session, directory }: { readonly session: LoadSession; readonly directory: string },
  at?: Location,
): Promise<Copies | undefined> {
  return isRemote(reference) ? session.copiesOf(reference, at) : [resolve(directory, reference)];
}

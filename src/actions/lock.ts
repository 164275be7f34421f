import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic } from "../compose/diagnostic.ts";
import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { TscomposeError } from "../errors.ts";
import { changesOf, describeDrift, type Drift, driftFrom, isFor, type Reference, unusedIn } from "../lock/drift.ts";
import { type Lock, type LockedImage, parseLock, printLock } from "../lock/lock.ts";
import { pullPolicy } from "../plan/pull-policy.ts";
import type { Files } from "../system/files.ts";
import { type AskContext, askOutside, imageHere, isImage, lookCloser, lookUp, platformsUnder } from "./ask-names.ts";
import { everyService, type LocatedProject, type Name, namesIn } from "./locked-names.ts";

/** What locking needs of the world. */
export type LockContext = AskContext & Pick<Context, "files">;

/** What a new lock is like. */
export interface LockOutcome {
  /** `~ name old -> new` */
  readonly changes: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

/** Writes the lock of a project, and tells what it changes. With `isDry` nothing is written. */
export async function lockProject(
  given: LocatedProject,
  { isDry }: { readonly isDry: boolean },
  context: LockContext,
): Promise<LockOutcome> {
  const before = await readLock(given.project, context.files).catch(asNone);
  const { lock, warnings } = await makeLock(given, context);
  if (!isDry) await writeFile(lockPath(given.project), printLock(lock));
  return { changes: changesOf(before, lock), warnings };
}

/** A lock that cannot be read is what a new one is made for. */
function asNone(error: unknown): undefined {
  if (!(error instanceof TscomposeError) || error.code !== "invalid-project") throw error;
}

/** What of a project is not as its lock has it, each with its place: errors for a strict comparison, else warnings. */
export async function checkLock(
  given: LocatedProject,
  options: DriftOptions,
  context: LockContext,
): Promise<readonly Diagnostic[]> {
  const lock = await readLock(given.project, context.files);
  if (lock === undefined) {
    if (!options.isStrict) return [];
    const message = `--frozen: there is no ${lockPath(given.project)}`;
    throw new TscomposeError({ code: "invalid-usage", message, hint: "make it: tscompose lock" });
  }
  const drifts = await findDrift(given, lock, options, context);
  // What is locked in excess changes nothing that is going to run.
  const told = options.isStrict ? drifts.filter(({ kind }) => kind !== "unused") : drifts;
  return told.map((drift) => diagnosticOf(drift, options.isStrict ? "error" : "warning"));
}

function diagnosticOf(drift: Drift, severity: Diagnostic["severity"]): Diagnostic {
  const place = drift.kind === "unused" ? {} : { at: drift.reference.at, path: drift.reference.path };
  const hint = drift.kind === "moved" ? "to accept what is there now: tscompose lock" : "tscompose lock";
  return { severity, code: "lock-drift", message: describeDrift(drift), hint, ...place };
}

/** Beside the compose file. */
function lockPath({ workingDirectory }: Pick<Project, "workingDirectory">): string {
  return join(workingDirectory, "compose.lock");
}

/** Reads the lock of a project; `undefined` when it has none. */
async function readLock(project: Project, files: Pick<Files, "readText">): Promise<Lock | undefined> {
  const path = lockPath(project);
  const text = await files.readText(path, { maxBytes: longestLockBytes });
  return text === undefined ? undefined : parseLock(text, path);
}

const longestLockBytes = 16_777_216;

/**
 * Asks registries and git repositories what the names in the files stand for now: through the engine under which digest it
 * would be pulled, from here for which platforms that is. Throws one error that tells of everything that could not be
 * found out; of what is only not told for each platform there is a warning, for the digest alone pins all of them.
 */
async function makeLock(
  given: LocatedProject,
  context: LockContext,
): Promise<{ readonly lock: Lock; readonly warnings: readonly Diagnostic[] }> {
  const [warnings, asked] = [[] as Diagnostic[], new Map<string, Promise<LockedImage>>()];
  const lockImage = async (name: Name): Promise<LockedImage> => {
    const { now: [digest = ""] = [] } = await askOutside(name, context);
    if (name.now !== undefined) return { digest };
    try {
      return { digest, platforms: await platformsUnder(name.name, digest, context) };
    } catch (error) {
      if (!(error instanceof TscomposeError) || context.signal.aborted) throw error;
      warnings.push(untoldPlatforms(name, error));
      return { digest };
    }
  };
  const found = await lookUp(namesIn(given, everyService(given)), async (name) => {
    if (name.kind === "git") return [name.name, (await askOutside(name, context)).now?.[0] ?? ""] as const;
    const locking = asked.get(name.name) ?? lockImage(name);
    asked.set(name.name, locking);
    const image = await locking;
    if (name.platform !== undefined && !isFor(image, name.platform)) throw notForPlatform(name, image);
    return [name.name, image] as const;
  });
  const images = found.flatMap(([name, pin]) => (typeof pin === "string" ? [] : [[name, pin] as const]));
  const git = found.flatMap(([name, pin]) => (typeof pin === "string" ? [[name, pin] as const] : []));
  return { lock: { images: Object.fromEntries(images), git: Object.fromEntries(git) }, warnings };
}

function untoldPlatforms({ name, at, path }: Name, error: TscomposeError): Diagnostic {
  const message = `${name} is locked by its digest alone, not for each platform: ${error.message}`;
  return { severity: "warning", code: "lock-platforms", message, at, path, ...(error.hint && { hint: error.hint }) };
}

function notForPlatform({ name, platform }: Name, { platforms = {} }: LockedImage): TscomposeError {
  const there = Object.keys(platforms).join(", ") || "nothing";
  const message = `${name} is not there for ${platform}: its registry has it for ${there}`;
  return new TscomposeError({ code: "not-found", message, hint: "change platform, or the image" });
}

/** How closely the files are compared with the lock. */
export interface DriftOptions {
  /** Whatever could have moved is asked about, git repositories, too; otherwise only what costs nothing. */
  readonly isStrict: boolean;
  /** Images are pulled whether they are here or not. */
  readonly pullsAll: boolean;
}

/**
 * What is not as it was locked: of images that are here by what the engine says of them, of those that are to be pulled
 * by what their registry says.
 */
async function findDrift(
  given: LocatedProject,
  lock: Lock,
  { isStrict, pullsAll }: DriftOptions,
  context: LockContext,
): Promise<readonly Drift[]> {
  const references = await lookUp(namesIn(given, given.project.services), async (name) => {
    if (name.now !== undefined) return askOutside(name, context);
    if (name.kind === "git")
      return isStrict ? askOutside(name, context) : { ...name, now: undefined, source: "repository" as const };
    const refreshes = pullsAll || ["always", "every"].includes(pullPolicy(name.policy).kind);
    const here = refreshes && isStrict ? undefined : await imageHere(name, context);
    if (here !== undefined) return here;
    if (isStrict) return askOutside(name, context);
    // Where it cannot be told the pull is going to fail, and says why.
    return askOutside(name, context).catch((error: unknown) => {
      if (!(error instanceof TscomposeError)) throw error;
      return { ...name, now: undefined, source: "registry" as const };
    });
  });
  const closer = await Promise.all(
    references.map(async (each) => {
      // A warning about what is here is not worth a question to somebody far away.
      const isWorthIt = isStrict || each.source === "registry";
      return isWorthIt && isImage(each) && hasMoved(lock, each) ? lookCloser(each, context) : each;
    }),
  );
  const named = namesIn(given, everyService(given)).map(({ name }) => name);
  return [...driftFrom(lock, closer), ...unusedIn(lock, named)];
}

function hasMoved(lock: Lock, reference: Reference): boolean {
  return driftFrom(lock, [reference]).some(({ kind }) => kind === "moved");
}

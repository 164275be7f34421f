import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic } from "../compose/diagnostic.ts";
import type { Project } from "../compose/project.ts";
import type { Fetched } from "../compose/session.ts";
import { formatPath, type Location, type Path } from "../compose/source.ts";
import type { Context } from "../context.ts";
import { fullReference } from "../engine/image-reference.ts";
import { EngineError, TscomposeError } from "../errors.ts";
import { changesOf, describeDrift, driftFrom, type Drift, type Reference, unusedIn } from "../lock/drift.ts";
import { isCommit, parseGitReference } from "../lock/git-reference.ts";
import { keptBy } from "./remote/kept-folder.ts";
import { askCommit } from "./run-git.ts";
import { type Lock, parseLock, printLock } from "../lock/lock.ts";
import { otherImages } from "../plan/names.ts";
import { pullPolicy } from "../plan/pull-policy.ts";
import type { Files } from "../system/files.ts";

/** What locking needs of the world. */
export type LockContext = Pick<Context, "engine" | "files" | "programs" | "signal">;

/** A project, and where its parts were written. */
export interface LocatedProject {
  readonly project: Project;
  readonly locate: (path: Path) => Location;
  /** Compose files from afar: the copies tell what their references stood for. */
  readonly fetched?: readonly Fetched[];
}

/** Writes the lock of a project; gives what it changes, `~ name old -> new`. With `isDry` nothing is written. */
export async function lockProject(
  given: LocatedProject,
  { isDry }: { readonly isDry: boolean },
  context: LockContext,
): Promise<readonly string[]> {
  const before = await readLock(given.project, context.files);
  const after = await makeLock(given, context);
  if (!isDry) await writeFile(lockPath(given.project), printLock(after));
  return changesOf(before, after);
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
 * Asks registries, through the engine, and git repositories what the names in the files stand for now. Throws one error
 * that tells of everything that could not be found out.
 */
async function makeLock(given: LocatedProject, context: LockContext): Promise<Lock> {
  const found = await lookUp(namesIn(given, everyService(given)), (name) => askOutside(name, context));
  const pinned = (kind: Name["kind"]): Record<string, string> =>
    Object.fromEntries(
      found.filter((each) => each.kind === kind).map(({ name, now: [pin = ""] = [] }) => [name, pin] as const),
    );
  return { images: pinned("image"), git: pinned("git") };
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
      return isStrict ? askOutside(name, context) : { ...name, now: undefined, source: "repository" };
    const refreshes = pullsAll || ["always", "every"].includes(pullPolicy(name.policy).kind);
    const here = refreshes && isStrict ? undefined : await digestsHere(name.name, context);
    if (here !== undefined) return { ...name, now: here, source: "engine" };
    if (isStrict) return askOutside(name, context);
    // Where it cannot be told the pull is going to fail, and says why.
    return askOutside(name, context).catch((error: unknown) => {
      if (!(error instanceof TscomposeError)) throw error;
      return { ...name, now: undefined, source: "registry" };
    });
  });
  const named = namesIn(given, everyService(given)).map(({ name }) => name);
  return [...driftFrom(lock, references), ...unusedIn(lock, named)];
}

/** Something that the files name and that may come to mean something else. */
interface Name {
  readonly kind: "image" | "git";
  readonly name: string;
  readonly path: Path;
  readonly at: Location;
  /** `pull_policy` of the service. */
  readonly policy?: string;
  /** What it stands for, where that has been found out already. */
  readonly now?: readonly string[];
}

/** Those, too, that no profile turns on, or that were not named. */
function everyService({ project }: LocatedProject): Project["services"] {
  return { ...project.disabledServices, ...project.services };
}

/** Each once. What is built has no registry; what has a digest or a commit cannot move. */
function namesIn({ project, locate, fetched = [] }: LocatedProject, services: Project["services"]): readonly Name[] {
  const all = Object.entries(services).flatMap(([service, { image, build, pullPolicy: policy, ...rest }]) => {
    const at = (...path: Path): Pick<Name, "path" | "at"> => {
      const whole = ["services", service, ...path];
      return { path: whole, at: locate(whole) };
    };
    const own = image === undefined || build !== undefined ? [] : [{ image, ...at("image") }];
    const others = otherImages(project, { ...rest, name: service }).map((other) => ({ image: other, ...at() }));
    const images = [...own, ...others].flatMap(({ image: text, ...place }): Name[] => {
      const name = fullReference(text);
      return name === undefined || name.includes("@")
        ? []
        : [{ kind: "image", name, ...place, ...(policy && { policy }) }];
    });
    const contexts = [
      [build?.context, at("build", "context")] as const,
      ...Object.entries(build?.additionalContexts ?? {}).map(
        ([name, context]) => [context, at("build", "additional_contexts", name)] as const,
      ),
    ];
    const git = contexts.flatMap(([context = "", place]): Name[] => {
      const reference = parseGitReference(context);
      return reference === undefined || isCommit(reference.ref) ? [] : [{ kind: "git", name: context, ...place }];
    });
    return [...images, ...git];
  });
  all.push(...filesFromAfar(fetched));
  return [...new Map(all.toReversed().map((each) => [each.name, each])).values()].toReversed();
}

/** References of `include`, `extends` and `-f` that may come to mean other files. */
function filesFromAfar(fetched: readonly Fetched[]): readonly Name[] {
  return fetched.flatMap(({ reference, copies: [copy], at }): Name[] => {
    const kept = keptBy(copy);
    const isPinned = /@sha256:[0-9a-f]{64}$/.test(reference) || isCommit(parseGitReference(reference)?.ref ?? "");
    if (kept === undefined || isPinned) return [];
    const place = { path: [], at: at ?? { file: reference, line: 1, column: 1 } };
    if (kept.kind === "git") return [{ kind: "git", name: reference, ...place, now: [kept.name] }];
    return [{ kind: "image", name: reference, ...place, now: [`sha256:${kept.name}`] }];
  });
}

const sources = { image: "registry", git: "repository" } as const;

/** Digests under which registries have the image that is here; `undefined` when it is not here. */
async function digestsHere(name: string, { engine }: LockContext): Promise<readonly string[] | undefined> {
  const image = await engine.inspectImage(name);
  if (image === undefined) return undefined;
  const repository = repositoryOf(name);
  return (image.RepoDigests ?? []).flatMap((each) => {
    const [own = "", digest = ""] = (fullReference(each) ?? "").split("@");
    return own === repository ? [digest] : [];
  });
}

function repositoryOf(name: string): string {
  return name.slice(0, name.lastIndexOf(":"));
}

async function askOutside(name: Name, context: LockContext): Promise<Reference> {
  if (name.now !== undefined) return { ...name, now: name.now, source: sources[name.kind] };
  if (name.kind === "image") {
    return { ...name, now: [await context.engine.resolveDigest(name.name)], source: "registry" };
  }
  const reference = parseGitReference(name.name) ?? { url: name.name, ref: "HEAD", folder: "" };
  return { ...name, now: [await askCommit(reference, context)], source: "repository" };
}

async function lookUp(names: readonly Name[], look: (name: Name) => Promise<Reference>): Promise<readonly Reference[]> {
  const outcomes = await Promise.allSettled(names.map(look));
  const failures = outcomes.flatMap((outcome, index) => {
    const name = names[index];
    return outcome.status === "rejected" && name !== undefined ? [located(name, outcome.reason)] : [];
  });
  const [first] = failures;
  if (first !== undefined) throw together(failures, first.cause);
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

interface Failure {
  readonly line: string;
  readonly cause: TscomposeError;
}

function located({ at, path }: Name, cause: unknown): Failure {
  if (!(cause instanceof TscomposeError)) throw cause;
  return { line: `${at.file}:${at.line}:${at.column} ${formatPath(path)}: ${cause.message}`, cause };
}

function together(failures: readonly Failure[], cause: TscomposeError): TscomposeError {
  const hints = [...new Set(failures.flatMap(({ cause: { hint } }) => hint ?? []))];
  return new TscomposeError({
    code: cause instanceof EngineError ? cause.code : "operation-failed",
    message: failures.map(({ line }) => line).join("\n"),
    cause,
    ...(hints.length > 0 && { hint: hints.join("\n") }),
  });
}

import { formatPath } from "../compose/source.ts";
import type { Context } from "../context.ts";
import type { ImageInspect } from "../docker-api/image.ts";
import { formatPlatform } from "../docker-api/platform.ts";
import { fullReference } from "../engine/image-reference.ts";
import { EngineError, TscomposeError } from "../errors.ts";
import { digestFor, type Reference } from "../lock/drift.ts";
import { parseGitReference } from "../lock/git-reference.ts";
import { isAsked } from "../observe/observe.ts";
import { defaultPlatform } from "../plan/default-platform.ts";
import type { Name } from "./locked-names.ts";
import type { PlatformContext } from "./platform-digests.ts";
import { askCommit } from "./run-git.ts";

/** Whom to ask what names stand for. */
export type AskContext = Pick<Context, "engine" | "programs" | "signal"> & PlatformContext;

/** Whether it is an image, not a compose file from a registry. */
export function isImage({ kind, name }: Reference): boolean {
  return kind === "image" && fullReference(name) !== undefined;
}

/** With what the platform has of each digest: another list may have the same image in it. */
export async function lookCloser(reference: Reference, context: AskContext): Promise<Reference> {
  const { name, now = [], platform, runsOn = platform ?? (await usualPlatform(context)) } = reference;
  const found = await Promise.all(
    now.map((digest) =>
      platformsUnder(name, digest, context).catch((error: unknown) => {
        if (!(error instanceof TscomposeError)) throw error;
        return {}; // It has moved as far as anybody knows.
      }),
    ),
  );
  const nowForPlatform = found.flatMap((platforms) => digestFor({ platforms }, runsOn) ?? []);
  return { ...reference, runsOn, ...(found.some((each) => Object.keys(each).length > 0) && { nowForPlatform }) };
}

/** The digests for each platform that a name's registry has under a digest. */
export async function platformsUnder(
  name: string,
  digest: string,
  context: AskContext,
): Promise<Readonly<Record<string, string>>> {
  // Registries are spoken to by few: what it takes is not loaded for all who have a lock.
  const { platformDigests } = await import("./platform-digests.ts");
  return platformDigests(repositoryOf(name), digest, context);
}

/** What the engine pulls for where nothing is said. */
async function usualPlatform({ engine, environment }: AskContext): Promise<string> {
  const named = defaultPlatform(environment);
  if (named !== undefined) return named;
  const { Os: os = "linux", Arch: architecture = "amd64" } = await engine.version();
  return formatPlatform({ os, architecture });
}

/** What the engine has of an image, and under which digests registries have it; `undefined` where it would be pulled. */
export async function imageHere(name: Name, { engine }: AskContext): Promise<Reference | undefined> {
  const { platform } = name;
  const image = await engine.inspectImage(name.name, platform === undefined ? {} : { platform });
  if (image === undefined || !isAsked(image, platform)) return undefined;
  const repository = repositoryOf(name.name);
  const now = (image.RepoDigests ?? []).flatMap((each) => {
    const [there = "", digest = ""] = (fullReference(each) ?? "").split("@");
    return there === repository ? [digest] : [];
  });
  return { ...name, now, source: "engine", ...runsOn(image) };
}

function runsOn({ Os: os, Architecture: architecture, Variant: variant }: ImageInspect): Pick<Reference, "runsOn"> {
  if (!os || !architecture) return {};
  return { runsOn: formatPlatform({ os, architecture, ...(variant && { variant }) }) };
}

/** `docker.io/library/nginx` of an image's whole name. */
function repositoryOf(name: string): string {
  return name.slice(0, name.lastIndexOf(":"));
}

const sources = { image: "registry", git: "repository" } as const;

/** Asks a registry, through the engine, or a repository. Throws when it does not tell. */
export async function askOutside(name: Name, context: AskContext): Promise<Reference> {
  if (name.now !== undefined) return { ...name, now: name.now, source: sources[name.kind] };
  if (name.kind === "image") {
    return { ...name, now: [await context.engine.resolveDigest(name.name)], source: "registry" };
  }
  const reference = parseGitReference(name.name) ?? { url: name.name, ref: "HEAD", folder: "" };
  return { ...name, now: [await askCommit(reference, context)], source: "repository" };
}

/** Looks all of them up. Throws one error that tells, each with its place, of those that cannot be. */
export async function lookUp<Found>(
  names: readonly Name[],
  look: (name: Name) => Promise<Found>,
): Promise<readonly Found[]> {
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

import type { Project, Service } from "../compose/project.ts";
import type { Location, Path } from "../compose/source.ts";
import { entryOf, mapTree, type MapTree, type Tree, treeOf, withEntry } from "../compose/tree.ts";
import type { Engine } from "../engine/engine.ts";
import { fullReference } from "../engine/image-reference.ts";
import { EngineError, TscomposeError } from "../errors.ts";

/** Images of services: what the files say, and where. */
export interface WrittenImage {
  readonly service: string;
  readonly image: string;
  readonly at: Location;
}

/** Images with their digests, by service: `docker.io/library/alpine:3@sha256:…`. */
export type ResolvedImages = ReadonlyMap<string, string>;

/**
 * Asks registries, through the engine, which images the names stand for now; what has a digest is not asked about. Throws
 * one error that tells of every image that could not be resolved.
 */
export async function resolveImages(
  written: readonly WrittenImage[],
  engine: Pick<Engine, "resolveDigest">,
): Promise<ResolvedImages> {
  const asked = new Map<string, Promise<string>>();
  const resolve = (reference: string): Promise<string> => {
    const answer = asked.get(reference) ?? engine.resolveDigest(reference).then((digest) => `${reference}@${digest}`);
    asked.set(reference, answer);
    return answer;
  };
  const outcomes = await Promise.allSettled(
    written.map(async ({ image }) => {
      const reference = fullReference(image);
      if (reference === undefined) throw notAnImage(image);
      return reference.includes("@") ? reference : resolve(reference);
    }),
  );
  const failures = outcomes.flatMap((outcome, index) => {
    const image = written[index];
    return outcome.status === "rejected" && image !== undefined ? [located(image, outcome.reason)] : [];
  });
  if (failures.length > 0) throw allOf(failures);
  return new Map(
    outcomes.flatMap((outcome, index) => {
      const image = written[index];
      return outcome.status === "fulfilled" && image !== undefined ? [[image.service, outcome.value] as const] : [];
    }),
  );
}

/** The images that services of a project name; those without one are built. */
export function imagesOf({ services }: Project, locate: (path: Path) => Location): readonly WrittenImage[] {
  return Object.entries(services).flatMap(([service, { image = "" }]) =>
    image === "" ? [] : [{ service, image, at: locate(["services", service, "image"]) }],
  );
}

/** The project with its images resolved. */
export function withImages(project: Project, images: ResolvedImages): Project {
  const services = Object.entries(project.services).map(([name, service]): [string, Service] => {
    const image = images.get(name);
    return [name, image === undefined ? service : { ...service, image }];
  });
  return { ...project, services: Object.fromEntries(services) };
}

/** Nothing but the images of the services: a file to lay over the others, so that nothing moves. */
export function onlyImages(project: Project, images: ResolvedImages): Project {
  const services = Object.keys(project.services).map((name): [string, Service] => {
    const image = images.get(name);
    return [name, { name, ...(image !== undefined && { image }) }];
  });
  const nothing = { networks: {}, volumes: {}, configs: {}, secrets: {}, models: {}, extensions: {} };
  return { ...project, ...nothing, name: "", services: Object.fromEntries(services) };
}

/** The images that services of a model name that is not interpolated. */
export function imagesIn(model: MapTree): readonly WrittenImage[] {
  return servicesIn(model).flatMap(([service, tree]) => {
    const image = entryOf(tree, "image");
    return image?.kind === "scalar" && image.text !== "" ? [{ service, image: image.text, at: image.at }] : [];
  });
}

/** The model with its images resolved. */
export function withImagesIn(model: MapTree, images: ResolvedImages): MapTree {
  const services = servicesIn(model).map(([name, tree]): [string, Tree] => {
    const image = images.get(name);
    return [name, image === undefined || tree.kind !== "map" ? tree : withEntry(tree, "image", treeOf(image, tree.at))];
  });
  return withEntry(model, "services", mapTree(services, model.at));
}

/** Nothing but the images of the model. */
export function onlyImagesIn(model: MapTree, images: ResolvedImages): MapTree {
  const services = servicesIn(model).map(([name, { at }]): [string, Tree] => [
    name,
    treeOf({ image: images.get(name) }, at),
  ]);
  return mapTree([["services", mapTree(services, model.at)]], model.at);
}

function servicesIn(model: MapTree): readonly (readonly [string, Tree])[] {
  const services = entryOf(model, "services");
  return services?.kind === "map" ? [...services.entries].map(([name, { value }]) => [name, value] as const) : [];
}

function notAnImage(image: string): TscomposeError {
  return new TscomposeError({
    code: "operation-failed",
    message: `"${image}" names no image`,
    hint: image.includes("$") ? "leave out --no-interpolate" : "write NAME[:TAG][@DIGEST]",
  });
}

interface Failure {
  readonly line: string;
  readonly error: TscomposeError;
}

function located({ service, at }: WrittenImage, error: unknown): Failure {
  if (!(error instanceof TscomposeError)) throw error;
  return { line: `${at.file}:${at.line}:${at.column} services.${service}.image: ${error.message}`, error };
}

function allOf(failures: readonly Failure[]): TscomposeError {
  const hints = [...new Set(failures.flatMap(({ error }) => error.hint ?? []))];
  const message = failures.map(({ line }) => line).join("\n");
  const [cause] = failures.map(({ error }) => error);
  const code = cause instanceof EngineError ? cause.code : "operation-failed";
  return new TscomposeError({ code, message, cause, ...(hints.length > 0 && { hint: hints.join("\n") }) });
}

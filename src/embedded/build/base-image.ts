import { HttpError } from "../api/http-error.ts";
import type { Images } from "../images/images.ts";
import { parseReference, referenceKey, withDefaultTag } from "../images/reference.ts";
import type { BuildRequest } from "./build.ts";
import { DockerfileError } from "./dockerfile/dockerfile-error.ts";
import type { Platform } from "./plan/platform.ts";
import { shownPlatform } from "./plan/platform.ts";
import type { BaseImage } from "./plan/steps.ts";
import type { Progress } from "./solve/progress.ts";

/** What looking an image up takes. */
export interface BaseImageWish {
  readonly images: Pick<Images, "forBuilds" | "pull">;
  readonly request: BuildRequest;
  readonly progress: Progress;
  /** As the Dockerfile has it. */
  readonly reference: string;
  readonly platform: Platform;
}

/** Finds a base image, or brings it from its registry. Throws a {@link DockerfileError} that names it. */
export async function findBaseImage(wish: BaseImageWish): Promise<BaseImage> {
  const { reference, progress } = wish;
  try {
    // By its id: what another build has just made.
    if (/^sha256:[0-9a-f]{64}$/.test(reference)) return stored(wish, reference) ?? missing(reference);
    const complete = referenceKey(withDefaultTag(parseReference(reference)));
    return await progress.internal(`[internal] load metadata for ${complete}`, (vertex) =>
      load(wish, complete, vertex),
    );
  } catch (error) {
    if (error instanceof HttpError) throw new DockerfileError(`${reference}: ${error.message}`);
    throw error;
  }
}

function missing(reference: string): never {
  throw new DockerfileError(`${reference}: no such image`);
}

async function load(wish: BaseImageWish, complete: string, vertex: string): Promise<BaseImage> {
  const here = wish.request.pullsAlways ? undefined : stored(wish, complete);
  if (here !== undefined) return here;
  await pull(wish, complete, vertex);
  return stored(wish, complete) ?? missing(complete);
}

/** The image of this name, unless it is made for another platform. */
function stored({ images, platform }: BaseImageWish, complete: string): BaseImage | undefined {
  const image = images.forBuilds.find(complete);
  if (image === undefined) return undefined;
  const { architecture } = image.document;
  if (architecture !== "" && architecture !== platform.architecture) return undefined;
  return { id: image.id, reference: complete, document: image.document };
}

async function pull(
  { images, request, progress, platform }: BaseImageWish,
  complete: string,
  vertex: string,
): Promise<void> {
  const reference = parseReference(complete);
  const registry = reference.name.slice(0, reference.name.indexOf("/"));
  const auth = await request.credentials(registry);
  const lines = images.pull({ reference, auth, platform: shownPlatform(platform), signal: request.signal });
  for await (const line of lines) {
    const { id, progressDetail, status } = line as {
      readonly id?: string;
      readonly status?: string;
      readonly progressDetail?: { readonly current?: number; readonly total?: number };
    };
    if (id === undefined || progressDetail?.total === undefined) continue;
    const { current = 0, total } = progressDetail;
    progress.status(vertex, id, { currentBytes: current, totalBytes: total, isDone: status === "Pull complete" });
  }
}

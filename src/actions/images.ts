import type { Context } from "../context.ts";
import type { ImageInspect } from "../docker-api/image.ts";
import { parseImageReference } from "../engine/image-reference.ts";
import { toContainer } from "../observe/observed.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { findContainers, type Subject } from "./select-containers.ts";

/** The image that a container was made from; what only the image itself could tell is absent when it is gone. */
export interface ListedImage {
  readonly container: string;
  readonly id: string;
  /** Empty for a container that was made from a bare id. */
  readonly repository: string;
  readonly tag: string;
  readonly platform: string;
  readonly sizeBytes: number;
  /** RFC 3339. */
  readonly created?: string;
  readonly lastTagTime?: string;
}

/** Lists the images of a project's containers, by container; each image is looked at once. */
export async function images(
  subject: Subject,
  { services = [] }: { readonly services?: readonly string[] },
  { engine }: Context,
): Promise<readonly ListedImage[]> {
  const containers = (await findContainers(engine, subject, services)).map(toContainer);
  const references = [...new Set(containers.map(({ image }) => image))];
  const found = new Map(
    await Promise.all(references.map(async (image) => [image, await engine.inspectImage(image)] as const)),
  );
  return containers.map((container) => toListed(container, found.get(container.image)));
}

function toListed({ name, image, imageId }: ObservedContainer, found: ImageInspect | undefined): ListedImage {
  const { repository, version } = parseImageReference(image);
  const isId = /^(sha256:)?[0-9a-f]{12,64}$/.test(image);
  const created = realTime(found?.Created);
  const lastTagTime = realTime(found?.Metadata?.LastTagTime);
  return {
    container: name,
    id: found?.Id ?? imageId,
    repository: isId ? "" : repository,
    tag: isId || image.includes("@") ? "" : version,
    platform: [found?.Os, found?.Architecture, found?.Variant].filter(Boolean).join("/"),
    sizeBytes: found?.Size ?? 0,
    ...(created === undefined ? {} : { created }),
    ...(lastTagTime === undefined ? {} : { lastTagTime }),
  };
}

/** Go's zero time stands for a time that is not known. */
function realTime(time: string | undefined): string | undefined {
  return time === undefined || time === "" || time.startsWith("0001-") ? undefined : time;
}

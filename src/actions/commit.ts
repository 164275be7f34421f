import type { Context } from "../context.ts";
import type { CommitOptions } from "../engine/engine.ts";
import { findReplica, type Subject } from "./select-containers.ts";

/** Which container to make an image of. */
export interface CommitRequest extends CommitOptions {
  readonly service: string;
  readonly index?: number;
}

/** An image that was made of a container. */
export interface CommittedImage {
  readonly container: string;
  readonly id: string;
}

/** Makes an image of a container as it is now. */
export async function commit(
  subject: Subject,
  { service, index, ...options }: CommitRequest,
  { engine }: Context,
): Promise<CommittedImage> {
  const target = { service, mustRun: false, ...(index === undefined ? {} : { index }) };
  const { id, name } = await findReplica(engine, subject, target);
  return { container: name, id: await engine.commitContainer(id, options) };
}

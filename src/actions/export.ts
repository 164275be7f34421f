import type { Context } from "../context.ts";
import { findReplica, type Subject } from "./select-containers.ts";

/** Which container to export. */
export interface ExportOptions {
  readonly service: string;
  readonly index?: number;
}

/** The file system of a container as a tar archive. */
export async function exportContainer(
  subject: Subject,
  { service, index }: ExportOptions,
  { engine, signal }: Context,
): Promise<AsyncIterable<Uint8Array>> {
  const target = { service, mustRun: false, ...(index === undefined ? {} : { index }) };
  const { id } = await findReplica(engine, subject, target);
  return engine.exportContainer(id, { signal });
}

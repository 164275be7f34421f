import { createHash } from "node:crypto";
import { open, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { keyOf } from "../cache/step-key.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import type { ImagesForBuilds } from "../../images/for-builds.ts";
import type { FetchProgress } from "../build.ts";
import type { DownloadStep } from "../plan/steps.ts";

/** What was brought from elsewhere. */
export interface FetchedFolder {
  readonly folder: string;
  /** To be removed when the build is over: the folder, or one above. */
  readonly temporary: string;
  readonly key: string;
}

/** What fetching takes. */
export interface FetchParts {
  readonly images: Pick<ImagesForBuilds, "makeTemporary">;
  readonly signal: AbortSignal;
}

/** A file of the web. */
export type WebFile = Pick<DownloadStep, "url" | "fileName" | "checksum" | "location">;

/** Brings a file into a folder of its own. Throws a {@link DockerfileError} for an answer other than 200, and another content. */
export async function download(
  { images, signal }: FetchParts,
  step: WebFile,
  onProgress: FetchProgress,
): Promise<FetchedFolder> {
  const folder = await images.makeTemporary();
  try {
    const response = await answer(step, signal);
    const totalBytes = Number(response.headers.get("content-length") ?? 0);
    const path = join(folder, step.fileName);
    const digest = await save(response, path, (bytes, isDone) => onProgress(bytes, isDone, totalBytes));
    if (step.checksum !== "" && step.checksum !== `sha256:${digest}`) {
      throw new DockerfileError(`digest mismatch sha256:${digest}: ${step.checksum}`, step.location);
    }
    const modified = Date.parse(response.headers.get("last-modified") ?? "") / 1000 || 0;
    await utimes(path, modified, modified);
    const key =
      step.checksum === ""
        ? keyOf("download", step.fileName, digest, modified)
        : keyOf("download", step.fileName, step.checksum);
    return { folder, temporary: folder, key };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function answer({ url, location }: WebFile, signal: AbortSignal): Promise<Response> {
  try {
    const response = await fetch(url, { signal, headers: { "accept-encoding": "identity" } });
    if (response.ok && response.body !== null) return response;
    throw new DockerfileError(`invalid response status ${response.status} of ${url}`, location);
  } catch (error) {
    if (error instanceof DockerfileError || signal.aborted) throw error;
    const { cause } = error as Error;
    throw new DockerfileError(`${url}: ${cause instanceof Error ? cause.message : (error as Error).message}`, location);
  }
}

async function save(
  { body }: Response,
  path: string,
  onProgress: (bytes: number, isDone: boolean) => void,
): Promise<string> {
  const hash = createHash("sha256");
  let bytes = 0;
  await using file = await open(path, "wx", 0o600);
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    await file.writeFile(chunk);
    bytes += chunk.length;
    onProgress(bytes, false);
  }
  onProgress(bytes, true);
  return hash.digest("hex");
}

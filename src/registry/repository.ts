import { readBody } from "./answers.ts";
import type { Conversation } from "./conversation.ts";
import { type Digest, digestOf, isDigest } from "./digest.ts";
import { unreachable } from "./exchange.ts";
import { RegistryError } from "./registry-error.ts";
import { pauseAfter, withRetries } from "./retry.ts";

/** One repository of a registry, to be read (OCI distribution specification). */
export interface Repository {
  /** `docker.io/library/busybox` */
  readonly name: string;
  /** By tag or digest, checked against the digest. */
  manifest(reference: string): Promise<Manifest>;
  /**
   * The bytes of a blob; goes on where it was cut off. The caller checks the digest; there are never more bytes than
   * promised.
   */
  blob(blob: BlobAddress): AsyncGenerator<Uint8Array>;
  /** A small one, held in memory and checked. */
  smallBlob(digest: Digest): Promise<Buffer>;
}

/** What a manifest tells of a blob. */
export interface BlobAddress {
  readonly digest: Digest;
  readonly size: number;
}

/** A description as it came. */
export interface Manifest {
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly digest: Digest;
}

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Reads a repository; `path` is its name without the registry. */
export function readRepository(name: string, conversation: Conversation): Repository {
  const path = pathOf(name);
  const { pause, signal } = conversation;

  async function* blob({ digest, size }: BlobAddress): AsyncGenerator<Uint8Array> {
    const doing = `reading the blob ${digest} of ${path}`;
    if (!Number.isSafeInteger(size) || size < 0) throw new RegistryError("broken", `${doing}: it has no length`);
    let [offset, failures] = [0, 0];
    while (offset < size || failures === 0) {
      try {
        for await (const chunk of rest(conversation, { path, digest, offset, doing })) {
          if (offset + chunk.length > size) throw new RegistryError("broken", `${doing}: more than ${size} bytes came`);
          offset += chunk.length;
          failures = 0;
          yield chunk;
        }
        if (offset === size) return;
        throw new RegistryError("unreachable", `${doing}: cut off after ${offset} of ${size} bytes`, {
          isPassing: true,
        });
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        await pauseAfter(unreachable(error, doing), failures, { pause, signal });
      }
    }
  }

  return {
    name,
    blob,
    manifest: (reference) => withRetries(() => readManifest(conversation, path, reference), { pause, signal }),
    smallBlob: (digest) =>
      withRetries(
        async () => {
          const subject = `blob ${digest} of ${path}`;
          const wish = { method: "GET", target: `${path}/blobs/${digest}`, accepted: [200], subject } as const;
          const bytes = await readBody(await conversation.askOnce(wish), "a configuration");
          if (digestOf(bytes) !== digest) throw new RegistryError("broken", `the ${subject} has another content`);
          return bytes;
        },
        { pause, signal },
      ),
  };
}

/** Without the registry: `library/busybox`. */
export function pathOf(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

/** `acme/web:1`, `acme/web@sha256:…` */
export function versionOf(path: string, reference: string): string {
  return `${path}${isDigest(reference) ? "@" : ":"}${reference}`;
}

async function readManifest(conversation: Conversation, path: string, reference: string): Promise<Manifest> {
  const subject = `manifest of ${versionOf(path, reference)}`;
  const answer = await conversation.askOnce({
    method: "GET",
    target: `${path}/manifests/${reference}`,
    headers: { Accept: manifestTypes },
    accepted: [200],
    subject,
  });
  const bytes = await readBody(answer, "a manifest");
  const digest = digestOf(bytes);
  for (const wanted of [reference, answer.header("docker-content-digest")]) {
    if (isDigest(wanted) && wanted !== digest) {
      throw new RegistryError("broken", `the ${subject} has another content than its digest ${wanted} says`);
    }
  }
  return { bytes, digest, mediaType: (answer.header("content-type") ?? "").split(";")[0] ?? "" };
}

interface Rest {
  readonly path: string;
  readonly digest: Digest;
  readonly offset: number;
  readonly doing: string;
}

/** What follows the bytes that are here; a registry that knows no ranges sends them again. */
async function* rest(conversation: Conversation, { path, digest, offset, doing }: Rest): AsyncGenerator<Uint8Array> {
  const answer = await conversation.askOnce({
    method: "GET",
    target: `${path}/blobs/${digest}`,
    headers: offset === 0 ? {} : { Range: `bytes=${offset}-` },
    accepted: offset === 0 ? [200] : [200, 206],
    subject: `blob ${digest} of ${path}`,
  });
  const start = answer.status === 206 ? Number(/^bytes (\d+)-/.exec(answer.header("content-range") ?? "")?.[1]) : 0;
  if (start !== offset && start !== 0) {
    answer.body.destroy();
    throw new RegistryError("broken", `${doing}: another part came than was asked for`);
  }
  let skip = offset - start;
  for await (const part of answer.body) {
    const chunk = part as Buffer;
    const kept = chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
    if (kept.length > 0) yield kept;
  }
}

import type { Conversation } from "./conversation.ts";
import { type Digest, digestOf, isDigest } from "./digest.ts";
import type { Answer } from "./exchange.ts";
import { RegistryError } from "./registry-error.ts";
import { pathOf, versionOf } from "./repository.ts";
import { pauseAfter } from "./retry.ts";

/** One repository of a registry, to be written (OCI distribution specification, "Push"). */
export interface WritableRepository {
  readonly name: string;
  hasBlob(digest: Digest): Promise<boolean>;
  /** Takes a blob over from another repository of the registry; false where the registry does not do that. */
  mountBlob(digest: Digest, from: string): Promise<boolean>;
  /** Sends a blob whose digest is known when it has been read; goes on after a cut where the registry knows how. */
  uploadBlob(content: BlobContent): Promise<void>;
  /** Gives the digest under which the registry keeps it. */
  putManifest(tag: string, manifest: { readonly mediaType: string; readonly bytes: Buffer }): Promise<Digest>;
}

/** A blob to be sent. */
export interface BlobContent {
  /** The same bytes each time. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Of what the last `open` gave, once that was read to its end. */
  readonly digest: () => Digest;
  /** For messages. */
  readonly subject: string;
}

/** Writes to a repository. */
export function writeRepository(name: string, conversation: Conversation): WritableRepository {
  const path = pathOf(name);
  return {
    name,
    async hasBlob(digest) {
      const subject = `blob ${digest} of ${path}`;
      const target = `${path}/blobs/${digest}`;
      const answer = await conversation.ask({ method: "HEAD", target, accepted: [200, 404], subject });
      answer.body.resume();
      return answer.status === 200;
    },
    async mountBlob(digest, from) {
      const query = new URLSearchParams({ mount: digest, from: pathOf(from) });
      const answer = await conversation.ask({
        method: "POST",
        target: `${path}/blobs/uploads/?${query.toString()}`,
        headers: { "Content-Length": "0" },
        // 202 begins an upload instead. What else it may say about the other repository is no reason to give up.
        accepted: [201, 202, 400, 401, 403, 404, 405],
        subject: `blob ${digest} of ${path}`,
      });
      answer.body.resume();
      return answer.status === 201;
    },
    uploadBlob: (content) => upload(conversation, path, content),
    async putManifest(tag, { mediaType, bytes }) {
      const answer = await conversation.ask({
        method: "PUT",
        target: `${path}/manifests/${tag}`,
        headers: { "Content-Type": mediaType, "Content-Length": String(bytes.length) },
        body: () => bytes,
        accepted: [200, 201, 202],
        subject: `manifest of ${versionOf(path, tag)}`,
      });
      answer.body.resume();
      const digest = digestOf(bytes);
      const told = answer.header("docker-content-digest");
      if (isDigest(told) && told !== digest) {
        throw new RegistryError(
          "broken",
          `the registry keeps the manifest of ${versionOf(path, tag)} as ${told}, not ${digest}`,
        );
      }
      return digest;
    },
  };
}

/** How far an upload has come. */
interface Progress {
  place: URL | undefined;
  offset: number;
}

async function upload(conversation: Conversation, path: string, content: BlobContent): Promise<void> {
  const { pause, signal } = conversation;
  const progress: Progress = { place: undefined, offset: 0 };
  for (let failures = 0; ;) {
    try {
      progress.place ??= await begin(conversation, path, content);
      await sendRest(conversation, content, progress);
      return;
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      await pauseAfter(error, failures, { pause, signal });
      await findOut(conversation, content, progress);
    }
  }
}

async function begin(conversation: Conversation, path: string, { subject }: BlobContent): Promise<URL> {
  const answer = await conversation.ask({
    method: "POST",
    target: `${path}/blobs/uploads/`,
    headers: { "Content-Length": "0" },
    accepted: [202],
    subject,
  });
  answer.body.resume();
  return placeOf(answer, subject);
}

/** All in one request, whose length nobody knows yet; then the digest is told. */
async function sendRest(conversation: Conversation, content: BlobContent, progress: Progress): Promise<void> {
  const { subject } = content;
  const { place, offset } = progress;
  if (place === undefined) throw new Error("no upload was begun");
  const sent = await conversation.askOnce({
    method: "PATCH",
    target: place,
    headers: { "Content-Type": "application/octet-stream" },
    body: () => from(content.open(), offset),
    accepted: [202, 204],
    subject,
  });
  sent.body.resume();
  const end = placeOf(sent, subject);
  progress.place = end;
  end.searchParams.set("digest", content.digest());
  const done = await conversation.askOnce({
    method: "PUT",
    target: end,
    headers: { "Content-Length": "0" },
    accepted: [201, 204],
    subject,
  });
  done.body.resume();
}

/** After a cut: what the registry has got already, or a new beginning where it cannot tell. */
async function findOut(conversation: Conversation, { subject }: BlobContent, progress: Progress): Promise<void> {
  const { place } = progress;
  Object.assign(progress, { place: undefined, offset: 0 });
  if (place === undefined) return;
  place.searchParams.delete("digest");
  try {
    const answer = await conversation.askOnce({ method: "GET", target: place, accepted: [202, 204], subject });
    answer.body.resume();
    const last = /^(?:bytes=)?0-(\d+)$/.exec(answer.header("range") ?? "")?.[1];
    // `0-0` is one byte, or none: registries do not agree.
    if (last === undefined || last === "0") return;
    Object.assign(progress, { place: placeOf(answer, subject), offset: Number(last) + 1 });
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
  }
}

function placeOf(answer: Answer, subject: string): URL {
  const location = answer.header("location");
  if (location === undefined || !URL.canParse(location, answer.url.href)) {
    throw new RegistryError("broken", `the registry ${answer.url.host} names no place for the ${subject}`);
  }
  const place = new URL(location, answer.url);
  if (answer.url.protocol === "https:" && place.protocol !== "https:") {
    throw new RegistryError("broken", `the registry ${answer.url.host} wants the ${subject} without TLS`);
  }
  return place;
}

async function* from(chunks: AsyncIterable<Uint8Array>, offset: number): AsyncGenerator<Uint8Array> {
  let skip = offset;
  for await (const chunk of chunks) {
    const kept = chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
    if (kept.length > 0) yield kept;
  }
}

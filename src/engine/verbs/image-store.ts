import { Readable } from "node:stream";
import { bytesOf, progressOf, told } from "../answer.ts";
import type { Engine } from "../engine.ts";
import { parseImageReference } from "../image-reference.ts";
import type { Api } from "./api.ts";

type ImageStoreVerbs = Pick<Engine, "loadImages" | "saveImages" | "importImage" | "pruneImages">;

/** What is done with the store of images as a whole: archives in and out, and clearing up. */
export function imageStoreVerbs({ transport }: Api): ImageStoreVerbs {
  return {
    loadImages(archive, { signal } = {}) {
      const call = { method: "POST", path: "/images/load", body: bodyOf(archive), headers: tar, isOpenEnded: true };
      return progressOf("loading images", () => transport.open({ ...call, ...(signal && { signal }) }), signal);
    },

    async *saveImages(references, { signal } = {}) {
      const query = { names: references };
      const call = { method: "GET", path: "/images/get", query, isOpenEnded: true, ...(signal && { signal }) };
      yield* bytesOf(await told<Readable>(`saving ${references.join(", ")}`, transport.open(call)));
    },

    importImage(archive, { reference, changes, message, platform, signal }) {
      const { repository = "", version = "" } = reference === undefined ? {} : parseImageReference(reference);
      const query = {
        fromSrc: "-",
        repo: repository,
        tag: version,
        changes,
        ...(message !== undefined && { message }),
        ...(platform !== undefined && { platform }),
      };
      const call = {
        method: "POST",
        path: "/images/create",
        query,
        body: bodyOf(archive),
        headers: tar,
        isOpenEnded: true,
      };
      return progressOf("importing an image", () => transport.open({ ...call, ...(signal && { signal }) }), signal);
    },

    pruneImages({ all }) {
      const filters = { dangling: [all ? "false" : "true"] };
      return told("pruning images", transport.ask({ method: "POST", path: "/images/prune", query: { filters } }));
    },
  };
}

const tar = { "Content-Type": "application/x-tar" };

function bodyOf(archive: AsyncIterable<Uint8Array>): Readable {
  return Readable.from(archive, { objectMode: false });
}

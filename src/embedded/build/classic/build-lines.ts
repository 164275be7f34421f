import { StringDecoder } from "node:string_decoder";
import type { BuildEvent, BuildResult, Vertex } from "../build.ts";

/** One line of the answer to `POST /build`. */
export type BuildLine = Readonly<Record<string, unknown>>;

/** Turns what happens into lines as old clients read them: text, and the image's id. */
export class BuildLines {
  readonly #shown = new Set<string>();
  readonly #decoders = new Map<string, StringDecoder>();
  readonly #isQuiet: boolean;

  constructor({ isQuiet }: { readonly isQuiet: boolean }) {
    this.#isQuiet = isQuiet;
  }

  of(event: BuildEvent): BuildLine[] {
    if (this.#isQuiet) return [];
    switch (event.kind) {
      case "vertex":
        return this.#vertexLines(event.vertex);
      case "log": {
        const key = `${event.vertex} ${event.stream}`;
        const decoder = this.#decoders.get(key) ?? new StringDecoder("utf8");
        this.#decoders.set(key, decoder);
        const text = decoder.write(Buffer.from(event.bytes));
        return text === "" ? [] : [{ stream: text }];
      }
      case "status": {
        const { id, currentBytes: current, totalBytes: total, completedAt } = event;
        const status = completedAt === undefined ? "Downloading" : "Pull complete";
        return [{ status, id, progressDetail: total === 0 ? {} : { current, total } }];
      }
      case "warning":
        return [
          {
            stream: `WARN: ${event.warning.rule}: ${event.warning.message} (line ${event.warning.location.firstLine})\n`,
          },
        ];
    }
  }

  /** The end of a build that went well. */
  result({ imageId }: BuildResult, tags: readonly string[]): BuildLine[] {
    const aux = { aux: { ID: imageId } };
    if (this.#isQuiet) return [{ stream: `${imageId}\n` }, aux];
    return [
      aux,
      { stream: `Successfully built ${imageId.replace("sha256:", "").slice(0, 12)}\n` },
      ...tags.map((tag) => ({ stream: `Successfully tagged ${/:[^/]*$/.test(tag) ? tag : `${tag}:latest`}\n` })),
    ];
  }

  #vertexLines({ digest, name, isCached, startedAt, error }: Vertex): BuildLine[] {
    // What fails here does not fail the build: nobody else is going to tell it.
    if (error !== undefined && name.startsWith("importing cache")) return [{ stream: ` ---> ${error}\n` }];
    if (name.startsWith("[internal]") || startedAt === undefined || this.#shown.has(digest)) return [];
    this.#shown.add(digest);
    return [{ stream: `${name}\n` }, ...(isCached ? [{ stream: " ---> Using cache\n" }] : [])];
  }
}

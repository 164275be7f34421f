import { rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { statusResponse } from "../../../buildkit-api/control.ts";
import { HttpError, badRequest } from "../../api/http-error.ts";
import type { ApiReply, ApiRequest } from "../../api/route.ts";
import { ContextFolder } from "../classic/context-folder.ts";
import { type ClassicWish, classicWish, jsonOf } from "../classic/query.ts";
import { followBuild } from "../follow-build.ts";
import type { JobParts } from "./build-job.ts";
import { sourcesOf } from "./contexts.ts";
import { outputOf } from "./output.ts";
import { Rendezvous } from "./rendezvous.ts";
import { StatusTeller } from "./status.ts";

/** An archive that is on its way, and whom to tell that it has come. */
interface Upload {
  readonly body: Readable;
  readonly taken: () => void;
}

/** Words in the place of a context's address: the session has it; another request brings it. */
const remotes = { session: "client-session", upload: "upload-request" } as const;

/**
 * Builds of `POST /build?version=2`, as clients from 18.09 to 20.10 ask for them: by a query, with files from a session or
 * an archive in a request of its own, ended by `POST /build/cancel`. They are told in BuildKit's messages, each in JSON.
 */
export class TracedBuilds {
  readonly #parts: JobParts;
  readonly #uploads = new Rendezvous<Upload>();
  readonly #running = new Map<string, AbortController>();

  constructor(parts: JobParts) {
    this.#parts = parts;
  }

  /** The build that a request brings an archive for; `undefined` for one that asks for a build. */
  uploadOf({ query }: Pick<ApiRequest, "query">): string | undefined {
    const [kind, id] = idOf({ query }).split(":", 2);
    return kind === remotes.upload ? id : undefined;
  }

  /** Offers an archive to the build that it is for, until that has taken it or the client is gone. */
  async offer(id: string, { body, signal }: ApiRequest): Promise<ApiReply> {
    const { promise: isTaken, resolve: taken } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => taken(), { once: true });
    this.#uploads.arrive(id, { body, taken });
    await isTaken;
    this.#uploads.leave(id);
    return { kind: "empty", status: 200 };
  }

  /** Ends a build; one that is over has been ended already. */
  cancel(id: string): void {
    this.#running.get(id)?.abort();
  }

  /** Lines of the answer: what happens, and the image's id. */
  async *lines(request: ApiRequest): AsyncGenerator<object> {
    const id = idOf(request);
    const cancelling = new AbortController();
    this.#running.set(id, cancelling);
    const signal = AbortSignal.any([request.signal, cancelling.signal]);
    const folder = await this.#parts.images.makeTemporary();
    try {
      yield* this.#build({ ...request, signal }, folder);
    } catch (error) {
      throw cancelling.signal.aborted ? new HttpError(499, "the build was cancelled", error) : error;
    } finally {
      this.#running.delete(id);
      await rm(folder, { recursive: true, force: true });
    }
  }

  async *#build(request: ApiRequest, folder: string): AsyncGenerator<object> {
    const { query, signal } = request;
    const { dockerfile, isQuiet, remote, ...wish } = classicWish(request);
    const id = query.get("session") ?? "";
    const session = await this.#parts.sessions.find(id, signal);
    if (session === undefined) throw badRequest(`there is no session ${JSON.stringify(id)}`);
    const options = { filename: dockerfile, ...(remote === remotes.session ? {} : { context: remote }) };
    const sources =
      remote === remotes.upload
        ? await this.#uploaded(request, { folder, dockerfile })
        : sourcesOf(options, {}, { session, folder, signal });
    const output = outputOf({ exporters: outputsIn(query, wish.tags) });
    const teller = new StatusTeller();
    const asked = {
      ...wish,
      ...session.offersFor(signal),
      ...sources,
      ...output,
      entitlements: wish.network === "host" ? ["network.host"] : [],
      signal,
    };
    const { imageId } = yield* followBuild(this.#parts.builder, asked, (events) => {
      if (isQuiet) return [];
      const trace = statusResponse.encode(teller.tell(events));
      return [{ id: "moby.buildkit.trace", aux: Buffer.from(trace).toString("base64") }];
    });
    if (output.keepsImage === false) return;
    yield { id: "moby.image.id", aux: { ID: imageId } };
    if (isQuiet) yield { stream: `${imageId}\n` };
  }

  async #uploaded(
    request: ApiRequest,
    { folder, dockerfile }: { readonly folder: string } & Pick<ClassicWish, "dockerfile">,
  ): Promise<ReturnType<typeof sourcesOf>> {
    const upload = await this.#uploads.find(idOf(request), request.signal);
    if (upload === undefined) throw badRequest("the build's context has not been sent");
    try {
      const context = await ContextFolder.unpack(upload.body, folder);
      return { context, dockerfile: { source: context, path: dockerfile }, namedContexts: new Map() };
    } finally {
      upload.taken();
    }
  }
}

/** By which a client speaks of its build in other requests. */
function idOf({ query }: Pick<ApiRequest, "query">): string {
  return query.get("buildid") ?? "";
}

/** `--output`: JSON by the names of Go's fields. An image of the engine when nothing else is said. */
function outputsIn(query: URLSearchParams, tags: readonly string[]): Parameters<typeof outputOf>[0]["exporters"] {
  const told = (jsonOf(query.get("outputs"), "outputs") ?? []) as readonly {
    readonly Type: string;
    readonly Attrs?: Readonly<Record<string, string>>;
  }[];
  if (told.length === 0) return [{ type: "moby", attrs: { name: tags.join(",") } }];
  return told.flatMap(({ Type: type, Attrs: attrs = {} }) => (type === "cacheonly" ? [] : [{ type, attrs }]));
}

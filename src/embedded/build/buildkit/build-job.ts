import { rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import type { SolveRequest } from "../../../buildkit-api/control.ts";
import { lintRequest } from "../../../buildkit-api/gateway.ts";
import type { ImagesForBuilds } from "../../images/for-builds.ts";
import { BuildError, type BuildRequest, type BuildResult, type CheckedDockerfile } from "../build.ts";
import type { OpenBuilder } from "../create-builder.ts";
import { EventQueue } from "../event-queue.ts";
import { cachesOf } from "./caches.ts";
import type { ClientSession } from "./client-session.ts";
import { sourcesOf } from "./contexts.ts";
import { type FrontendOptions, readOptions } from "./frontend-options.ts";
import { outputOf } from "./output.ts";
import type { Rendezvous } from "./rendezvous.ts";

/** What builds of clients need. */
export interface JobParts {
  readonly builder: OpenBuilder;
  readonly images: Pick<ImagesForBuilds, "makeTemporary">;
  readonly sessions: Rendezvous<ClientSession>;
}

/** What a frontend is to make. */
export interface FrontendWish {
  readonly frontend: string;
  readonly options: FrontendOptions;
  readonly inputs: Readonly<Record<string, Uint8Array>>;
}

/** What a frontend made: an image, by a name of this job's, or the answer to a question. */
export type Made =
  | { readonly kind: "image"; readonly ref: string; readonly result: BuildResult }
  | { readonly kind: "checked"; readonly checked: CheckedDockerfile };

/** How a client says that it directs no more: by a result, or by what went wrong on its side. */
export type Outcome = { readonly ref: string } | { readonly error: Error };

/** One build of `Control.Solve`, from its beginning until its client has heard its end. */
export class BuildJob {
  readonly events: EventQueue = new EventQueue();
  readonly #parts: JobParts;
  readonly #request: SolveRequest;
  /** Fires when its client has gone, and when it is over. */
  readonly signal: AbortSignal;
  readonly #ending = new AbortController();
  readonly #made = new Map<string, BuildResult>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #outcome = Promise.withResolvers<Outcome>();

  constructor(parts: JobParts, request: SolveRequest, signal: AbortSignal) {
    this.#parts = parts;
    this.#request = request;
    this.signal = AbortSignal.any([signal, this.#ending.signal]);
    this.#outcome.promise.catch(() => {});
    this.signal.addEventListener("abort", () => this.#outcome.reject(this.signal.reason), { once: true });
  }

  /** Builds, or answers what the frontend is asked instead. Throws a {@link BuildError}. */
  async make(wish: FrontendWish): Promise<Made> {
    const making = this.#make(wish);
    this.#running.add(making);
    try {
      return await making;
    } finally {
      this.#running.delete(making);
    }
  }

  /** What the client that directs this build makes of it; `undefined` for nothing. */
  async directed(): Promise<BuildResult | undefined> {
    const outcome = await this.#outcome.promise;
    if ("error" in outcome) throw outcome.error;
    return this.#made.get(outcome.ref);
  }

  conclude(outcome: Outcome): void {
    this.#outcome.resolve(outcome);
  }

  /** Ends what still goes on; events are told to their end. */
  async end(): Promise<void> {
    this.#ending.abort(new Error("the build is over"));
    await Promise.allSettled(this.#running);
    this.events.end();
  }

  async #make(wish: FrontendWish): Promise<Made> {
    checkFrontend(wish);
    const session = await this.#parts.sessions.find(this.#request.session, this.signal);
    this.signal.throwIfAborted();
    if (session === undefined) throw new BuildError("the client offers no session: there are no files to build from");
    const folder = await this.#parts.images.makeTemporary();
    try {
      const request = this.#requestOf(wish, session, folder);
      if (wish.options["requestid"] !== undefined) {
        return { kind: "checked", checked: await this.#parts.builder.check(request) };
      }
      const result = await this.#parts.builder.build(request);
      const ref = randomBytes(16).toString("hex");
      this.#made.set(ref, result);
      return { kind: "image", ref, result };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #requestOf({ options, inputs }: FrontendWish, session: ClientSession, folder: string): BuildRequest {
    const signal = this.signal;
    return {
      ...readOptions(options),
      ...sourcesOf(options, inputs, { session, folder, signal }),
      ...outputOf(this.#request),
      ...cachesOf(this.#request, options, (place) => session.blobs(place, signal)),
      entitlements: this.#request.entitlements,
      ...session.offersFor(signal),
      emit: (event) => this.events.push(event),
      signal,
    };
  }
}

function checkFrontend({ frontend, options }: FrontendWish): void {
  const { source = "", requestid } = options;
  const isDockerfile = frontend === "dockerfile.v0" || /^(?:docker\.io\/)?docker\/dockerfile(?:[:@].*)?$/.test(source);
  if (!isDockerfile) throw unsupported(`the frontend ${frontend === "gateway.v0" ? source : frontend}`);
  if (requestid !== undefined && requestid !== lintRequest.id) throw unsupported(`the request ${requestid}`);
}

function unsupported(what: string): BuildError {
  return new BuildError(`${what} is not supported by this engine's builder`, { isInvalidRequest: true });
}

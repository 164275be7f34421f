import { createHash, randomUUID } from "node:crypto";
import type { BuildEvent, Vertex } from "../build.ts";
import { keyOf } from "../cache/step-key.ts";
import { type Step, inputsOf } from "../plan/steps.ts";

/** Tells what happens in a build, in the words of its events. */
export class Progress {
  readonly #emit: (event: BuildEvent) => void;
  readonly #now: () => string;
  readonly #digests = new Map<Step, string>();
  /** What is no step of the Dockerfile is done for one build alone. */
  readonly #build = randomUUID();
  readonly #vertexes = new Map<string, Vertex>();

  constructor({ emit, now }: { readonly emit: (event: BuildEvent) => void; readonly now: () => string }) {
    this.#emit = emit;
    this.#now = now;
  }

  /** Does something that is no step of the Dockerfile: `[internal] load metadata for …`. */
  async internal<Result>(name: string, work: (vertex: string) => Promise<Result>): Promise<Result> {
    const digest = digestOf(["internal", name, this.#build]);
    return this.#track({ digest, name, inputs: [], isCached: false }, () => work(digest));
  }

  /** Carries a step out. */
  async step<Result>(step: Step, work: (vertex: string) => Promise<Result>): Promise<Result> {
    const vertex = this.#vertexOf(step);
    return this.#track(vertex, () => work(vertex.digest));
  }

  /** The result of a step was there already, and those of all that it needs. */
  cached(step: Step): void {
    const vertex = this.#vertexOf(step);
    if (this.#vertexes.has(vertex.digest) || step.kind === "context") return;
    for (const input of inputsOf(step)) this.cached(input);
    if (step.kind === "scratch") return;
    const at = this.#now();
    this.#tell({ ...vertex, isCached: true, startedAt: at, completedAt: at });
  }

  /** A command wrote something. */
  log(vertex: string, stream: "stdout" | "stderr", bytes: Uint8Array): void {
    this.#emit({ kind: "log", vertex, stream, bytes, at: this.#now() });
  }

  /** Something of a measure of its own goes on. */
  status(vertex: string, id: string, { currentBytes, totalBytes, isDone }: Measure): void {
    const at = this.#now();
    const end = isDone ? { completedAt: at } : {};
    this.#emit({ kind: "status", vertex, id, currentBytes, totalBytes, startedAt: at, ...end });
  }

  async #track<Result>(vertex: Vertex, work: () => Promise<Result>): Promise<Result> {
    const started = { ...vertex, startedAt: this.#now() };
    this.#tell(started);
    try {
      const result = await work();
      this.#tell({ ...started, completedAt: this.#now() });
      return result;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      this.#tell({ ...started, completedAt: this.#now(), error: said });
      throw error;
    }
  }

  #tell(vertex: Vertex): void {
    this.#vertexes.set(vertex.digest, vertex);
    this.#emit({ kind: "vertex", vertex });
  }

  #vertexOf(step: Step): Vertex {
    const inputs = inputsOf(step).flatMap((input) => (input.kind === "scratch" ? [] : [this.#digestOf(input)]));
    const name = step.kind === "scratch" ? "scratch" : step.name;
    return { digest: this.#digestOf(step), name, inputs, isCached: false };
  }

  #digestOf(step: Step): string {
    const known = this.#digests.get(step);
    if (known !== undefined) return known;
    const location = "location" in step ? step.location : undefined;
    const own = [step.kind, step.kind === "scratch" ? "" : step.name, location ?? null];
    const digest = digestOf([...own, ...inputsOf(step).map((input) => this.#digestOf(input))]);
    this.#digests.set(step, digest);
    return digest;
  }
}

interface Measure {
  readonly currentBytes: number;
  readonly totalBytes: number;
  readonly isDone: boolean;
}

function digestOf(parts: readonly unknown[]): string {
  return `sha256:${createHash("sha256")
    .update(keyOf(...parts))
    .digest("hex")}`;
}

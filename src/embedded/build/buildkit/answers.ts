import { control, type PruneRequest, type SolveRequest, type UsageRecord } from "../../../buildkit-api/control.ts";
import { buildIdHeader, gateway, type GatewaySolveRequest } from "../../../buildkit-api/gateway.ts";
import { imageDefinition } from "../../../buildkit-api/definition.ts";
import { type Handler, streaming, unary } from "../../../grpc/server.ts";
import { GrpcError, grpcCode, type Status } from "../../../grpc/status.ts";
import type { BuildResult } from "../build.ts";
import { BuildJob, type JobParts, type Made, type Outcome } from "./build-job.ts";
import { lintAnswer } from "./lint-answer.ts";
import { refusalOf } from "./refusal.ts";
import type { Rendezvous } from "./rendezvous.ts";
import { StatusTeller } from "./status.ts";
import { type WorkerFacts, bridgeAbilities, stepAbilities, workerOf } from "./worker.ts";

/** What answering the calls of one client takes. */
export interface AnswerParts extends JobParts {
  /** Of all clients: a build may be directed, and watched, over another connection. */
  readonly jobs: Rendezvous<BuildJob>;
  readonly worker: WorkerFacts;
  readonly nowMs: () => number;
}

/** Answers calls of `Control` and of the bridge to the frontend, for one connection. */
export class Answers {
  readonly handlers: readonly Handler[];
  readonly #parts: AnswerParts;
  readonly #refs = new Set<string>();

  constructor(parts: AnswerParts) {
    this.#parts = parts;
    this.handlers = [
      unary(control.info, async () => ({ version: workerOf(parts.worker).version })),
      unary(control.listWorkers, async () => ({ workers: [workerOf(parts.worker)] })),
      streaming(control.prune, async (call) => {
        for await (const wish of call.messages) {
          await prune(parts, wish, (record) => call.send(record));
          return;
        }
      }),
      unary(control.solve, (request, { signal }) => this.#solve(request, signal)),
      streaming(control.status, async (call) => {
        for await (const { ref } of call.messages) {
          const job = await this.#job(ref, call.signal);
          const teller = new StatusTeller();
          for await (const events of job.events.batches()) {
            if (call.signal.aborted) return;
            await call.send(teller.tell(events));
          }
          this.#forget(ref);
          return;
        }
      }),
      unary(gateway.ping, async () => ({
        frontendCapabilities: bridgeAbilities.map((id) => ({ id, isEnabled: true })),
        stepCapabilities: stepAbilities.map((id) => ({ id, isEnabled: true })),
        workers: [workerOf(parts.worker)],
      })),
      unary(gateway.solve, async (request, { metadata, signal }) =>
        this.#ask(request, await this.#job(metadata(buildIdHeader)[0] ?? "", signal), signal),
      ),
      // Whatever a solve has answered is made.
      unary(gateway.evaluate, async () => ({})),
      unary(gateway.finish, async ({ result, error }, { metadata, signal }) => {
        const job = await this.#job(metadata(buildIdHeader)[0] ?? "", signal);
        job.conclude(outcomeOf(result?.ref?.id ?? "", error));
        return {};
      }),
    ];
  }

  /** The client is gone, and nobody asks for its builds any more. */
  close(): void {
    for (const ref of this.#refs) this.#forget(ref);
  }

  async #solve(request: SolveRequest, signal: AbortSignal): Promise<{ exporterResponse: Record<string, string> }> {
    const { ref, frontend, frontendAttrs: options, frontendInputs: inputs } = request;
    const job = new BuildJob(this.#parts, request, signal);
    if (!this.#parts.jobs.arrive(ref, job)) throw refused(`there is a build ${ref} already`);
    this.#refs.add(ref);
    try {
      refuseSteps(request);
      if (frontend === "") return { exporterResponse: responseOf(await job.directed()) };
      const made = await job.make({ frontend, options, inputs });
      return { exporterResponse: responseOf(made.kind === "image" ? made.result : undefined) };
    } catch (error) {
      throw refusalOf(error, signal);
    } finally {
      await job.end();
    }
  }

  async #ask(request: GatewaySolveRequest, job: BuildJob, signal: AbortSignal): Promise<ReturnType<typeof answerOf>> {
    try {
      refuseSteps(request);
      const { frontend, options, inputs } = request;
      return answerOf(frontend === "" ? undefined : await job.make({ frontend, options, inputs }));
    } catch (error) {
      throw refusalOf(error, AbortSignal.any([signal, job.signal]));
    }
  }

  async #job(ref: string, signal: AbortSignal): Promise<BuildJob> {
    const job = await this.#parts.jobs.find(ref, signal);
    if (job === undefined) throw refused(`there is no build ${ref}`);
    return job;
  }

  #forget(ref: string): void {
    this.#refs.delete(ref);
    this.#parts.jobs.leave(ref);
  }
}

async function prune(
  { builder, nowMs }: AnswerParts,
  { filters, keepDuration, reservedSpace, maxUsedSpace, minFreeSpace }: PruneRequest,
  tell: (record: UsageRecord) => Promise<void>,
): Promise<void> {
  // Clients put their filters into one text, which is empty for none.
  if (filters.some((filter) => filter !== "") || reservedSpace + maxUsedSpace + minFreeSpace > 0) {
    const message = "of filters only the time of the last use is supported: until=24h";
    throw new GrpcError({ code: grpcCode.unimplemented, message });
  }
  const unusedSinceMs = keepDuration === 0 ? Number.POSITIVE_INFINITY : nowMs() - keepDuration / 1_000_000;
  const { keys, bytes } = await builder.prune({ unusedSinceMs });
  if (keys.length === 0 && bytes === 0) return;
  await tell({ id: "results", size: bytes, description: `${keys.length} results of steps`, recordType: "regular" });
}

function refuseSteps({ definition, frontend }: { readonly definition: Uint8Array; readonly frontend: string }): void {
  if (definition.length === 0 || frontend !== "") return;
  const message = "builds of low-level steps are not supported by this engine's builder: only Dockerfiles are";
  throw new GrpcError({ code: grpcCode.unimplemented, message });
}

function refused(message: string): GrpcError {
  return new GrpcError({ code: grpcCode.notFound, message });
}

/** An image is known by its configuration, in this engine's store as in Docker's. */
function responseOf(result: BuildResult | undefined): Record<string, string> {
  if (result === undefined) return {};
  const { imageId, cacheManifest } = result;
  return {
    "containerimage.config.digest": imageId,
    "containerimage.digest": imageId,
    ...(cacheManifest && { "cache.manifest": JSON.stringify(cacheManifest) }),
  };
}

function answerOf(made: Made | undefined): {
  readonly result: { readonly ref: Ref | undefined; readonly metadata: Readonly<Record<string, Uint8Array>> };
} {
  if (made === undefined) return { result: { ref: undefined, metadata: {} } };
  if (made.kind === "checked") return { result: { ref: undefined, metadata: lintAnswer(made.checked) } };
  const { ref: id, result } = made;
  const definition = imageDefinition(result.imageId);
  return { result: { ref: { id, definition }, metadata: { "containerimage.config": result.config } } };
}

interface Ref {
  readonly id: string;
  readonly definition: Uint8Array;
}

function outcomeOf(ref: string, error: Status | undefined): Outcome {
  return error === undefined || error.code === grpcCode.ok ? { ref } : { error: new GrpcError(error) };
}

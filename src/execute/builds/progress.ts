import type { StatusResponse, Timestamp, Vertex, VertexLog, VertexStatus } from "../../buildkit-api/control.ts";
import type { BuildStepInfo, BuildStepState } from "../../events.ts";

/** Where progress is told: what a view, a log or a test makes of it is its own business. */
export interface BuildListener {
  /** A number that no other step of a build has. */
  readonly nextNumber: () => number;
  readonly step: (info: BuildStepInfo, state: BuildStepState) => void;
}

interface KnownStep {
  readonly info: BuildStepInfo;
  readonly lines: LineCutter;
  startedMs: number | undefined;
  isOver: boolean;
}

/** Lines of a failed command that are worth repeating. */
const keptLines = 20;

/** Follows what a builder tells of its steps: each is told once as begun and once as over, whatever is repeated. */
export class BuildProgress {
  readonly #listener: BuildListener;
  readonly #service: string;
  readonly #steps = new Map<string, KnownStep>();
  readonly #toldTransfers = new Map<string, number>();
  readonly #warnings: string[] = [];

  constructor(service: string, listener: BuildListener) {
    this.#service = service;
    this.#listener = listener;
  }

  /** What the builder has to say against the Dockerfile. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** The last that was printed by the step that failed. */
  get lastLines(): readonly string[] {
    return this.#failed?.lines.last ?? [];
  }

  /** What the builder said of the step that failed. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** The step that failed, as people know it: `[2/3] RUN make`. */
  get failedStep(): string | undefined {
    return this.#failed?.info.name;
  }

  #failed: KnownStep | undefined;
  #failure: string | undefined;

  add({ vertexes, statuses, logs, warnings }: StatusResponse): void {
    for (const vertex of vertexes) this.#addVertex(vertex);
    for (const status of statuses) this.#addStatus(status);
    for (const log of logs) this.#addLog(log);
    for (const { short, url } of warnings) {
      this.#warnings.push(`${Buffer.from(short).toString()}${url === "" ? "" : ` (${url})`}`);
    }
  }

  #addVertex(vertex: Vertex): void {
    const { digest, name, cached, started, completed, error } = vertex;
    const known = this.#steps.get(digest) ?? this.#begin(digest, name);
    if (started !== undefined && known.startedMs === undefined && !cached) {
      known.startedMs = millisecondsOf(started);
      this.#listener.step(known.info, { kind: "started" });
    }
    if (completed === undefined || (known.isOver && error === "")) return;
    known.isOver = true;
    for (const line of known.lines.end()) this.#listener.step(known.info, { kind: "output", line });
    if (error !== "" && !error.endsWith("context canceled")) {
      this.#failed ??= known;
      this.#failure ??= error;
      this.#listener.step(known.info, { kind: "failed", message: error });
    } else if (error === "") {
      const elapsedMs = Math.max(0, millisecondsOf(completed) - (known.startedMs ?? millisecondsOf(completed)));
      this.#listener.step(known.info, cached ? { kind: "cached" } : { kind: "done", elapsedMs });
    }
  }

  #addStatus({ id, vertex, name, current, total, completed }: VertexStatus): void {
    const known = this.#steps.get(vertex);
    if (known === undefined) return;
    const text = plainText(id === "" ? name : id);
    if (total > 0 && completed === undefined) {
      this.#listener.step(known.info, { kind: "transfer", text, current, total });
    } else if (completed !== undefined && !this.#toldTransfers.has(`${vertex} ${text}`)) {
      this.#toldTransfers.set(`${vertex} ${text}`, current);
      this.#listener.step(known.info, { kind: "part-done", text, ...(current > 0 ? { bytes: current } : {}) });
    }
  }

  #addLog({ vertex, message }: VertexLog): void {
    const known = this.#steps.get(vertex);
    for (const line of known?.lines.add(Buffer.from(message).toString()) ?? []) {
      if (known !== undefined) this.#listener.step(known.info, { kind: "output", line });
    }
  }

  #begin(digest: string, name: string): KnownStep {
    const info = { number: this.#listener.nextNumber(), name: withService(name, this.#service) };
    const known = { info, lines: new LineCutter(), startedMs: undefined, isOver: false };
    this.#steps.set(digest, known);
    return known;
  }
}

/** `[2/3] RUN make` as `[web 2/3] RUN make`: several services build at once. */
function withService(name: string, service: string): string {
  return name.startsWith("[") ? `[${service} ${name.slice(1)}` : `[${service}] ${name}`;
}

/** `transferring context:`, and folders that have names of ours, without what only machines read in them. */
function plainText(text: string): string {
  return text.replace(/^(transferring \w+)(?:-[\da-f]{16})?:?$/, "$1");
}

function millisecondsOf({ seconds, nanos }: Timestamp): number {
  return seconds * 1000 + Math.floor(nanos / 1e6);
}

/** Cuts output into lines wherever it was cut before, and keeps the last few. */
export class LineCutter {
  #rest = "";
  #last: readonly string[] = [];

  get last(): readonly string[] {
    return this.#last;
  }

  /** Takes in a piece; returns the lines it completes. */
  add(text: string): readonly string[] {
    const lines = `${this.#rest}${text}`.split("\n");
    this.#rest = lines.pop() ?? "";
    return this.#keep(lines);
  }

  /** The last line, when nothing ends it. */
  end(): readonly string[] {
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? [] : this.#keep([rest]);
  }

  #keep(lines: readonly string[]): readonly string[] {
    const told = lines.map((line) => line.trimEnd()).filter((line) => line !== "");
    this.#last = [...this.#last, ...told].slice(-keptLines);
    return told;
  }
}

import type {
  StatusResponse,
  Timestamp,
  Vertex,
  VertexLog,
  VertexStatus,
  VertexWarning,
} from "../../../buildkit-api/control.ts";
import type { BuildEvent, BuildWarning } from "../build.ts";
import { ruleUrl } from "../plan/rules.ts";

type StatusEvent = Extract<BuildEvent, { readonly kind: "status" }>;
type VertexEvent = Extract<BuildEvent, { readonly kind: "vertex" }>;

/** Tells the events of one build as BuildKit's clients read them. */
export class StatusTeller {
  /** When a part of a vertex was first heard of. */
  readonly #began = new Map<string, string>();
  /** The vertex that the Dockerfile was read in: warnings are about it. */
  #definition = "";

  tell(events: readonly BuildEvent[]): StatusResponse {
    const vertexes: Vertex[] = [];
    const logs: VertexLog[] = [];
    const warnings: VertexWarning[] = [];
    // Of a measure only the last value counts.
    const statuses = new Map<string, VertexStatus>();
    for (const event of events) {
      if (event.kind === "vertex") vertexes.push(this.#vertex(event));
      else if (event.kind === "log") {
        const stream = event.stream === "stdout" ? 1 : 2;
        logs.push({ vertex: event.vertex, timestamp: timestampOf(event.at), stream, message: event.bytes });
      } else if (event.kind === "status") statuses.set(`${event.vertex} ${event.id}`, this.#status(event));
      else warnings.push(warningOf(event.warning, this.#definition));
    }
    return { vertexes, statuses: [...statuses.values()], logs, warnings };
  }

  #vertex({ vertex }: VertexEvent): Vertex {
    const { digest, inputs, name, isCached, startedAt, completedAt, error = "" } = vertex;
    if (this.#definition === "") this.#definition = digest;
    const times = { started: optionalTime(startedAt), completed: optionalTime(completedAt) };
    return { digest, inputs, name, cached: isCached, error, ...times };
  }

  #status({ vertex, id, currentBytes, totalBytes, startedAt, completedAt }: StatusEvent): VertexStatus {
    const key = `${vertex} ${id}`;
    const began = this.#began.get(key) ?? startedAt;
    this.#began.set(key, began);
    return {
      id,
      vertex,
      name: "",
      current: currentBytes,
      total: totalBytes,
      timestamp: timestampOf(startedAt),
      started: timestampOf(began),
      completed: optionalTime(completedAt),
    };
  }
}

function warningOf({ rule, message, location }: BuildWarning, vertex: string): VertexWarning {
  const { firstLine, lastLine } = location;
  return {
    vertex,
    level: 1,
    short: Buffer.from(`${rule}: ${message} (line ${firstLine})`),
    detail: [],
    url: ruleUrl(rule),
    info: undefined,
    ranges: [{ start: { line: firstLine, character: 0 }, end: { line: lastLine, character: 0 } }],
  };
}

function optionalTime(text: string | undefined): Timestamp | undefined {
  return text === undefined ? undefined : timestampOf(text);
}

/** RFC 3339 with up to nine digits of a second. */
function timestampOf(text: string): Timestamp {
  const [, fraction = ""] = /\.(\d{1,9})/.exec(text) ?? [];
  return { seconds: Math.floor(Date.parse(text) / 1000), nanos: Number(fraction.padEnd(9, "0")) };
}

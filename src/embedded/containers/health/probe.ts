import { randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import { sendSignal, startTimeOf } from "../../host/processes.ts";
import type { ContainerDocument } from "../container.ts";
import { startExec } from "../exec/exec.ts";
import type { ContainerRooms } from "../rooms.ts";
import { OutputClient } from "../streams/output-client.ts";
import type { HealthPlan, ProbeResult } from "./health.ts";

/** As much of a probe's output is kept as dockerd keeps. */
const mostOutput = 4096;
const killed = 9;
const both = new Set(["stdout", "stderr"] as const);

/**
 * Runs a container's health check once. One that takes too long is killed, and has failed; unless the container was
 * paused meanwhile: that says nothing of its health.
 */
export async function probe(
  rooms: ContainerRooms,
  container: ContainerDocument,
  { command, timeoutMs }: HealthPlan,
): Promise<ProbeResult | undefined> {
  const Start = rooms.now();
  const output = new Output();
  const id = randomBytes(32).toString("hex");
  const tell = (action: string, attributes: Readonly<Record<string, string>> = {}): void =>
    rooms.publish(container, action, { execID: id, ...attributes });
  tell(`exec_create: ${command.join(" ")}`);
  tell(`exec_start: ${command.join(" ")}`);
  const running = await startExec(rooms, { id, container, wish: { Cmd: command }, clients: new Set([output.client]) });
  let [isLate, isPaused] = [false, false];
  const timer = setTimeout(() => {
    isLate = true;
    isPaused = rooms.register.find(container.id)?.state.status === "paused";
    void running.pid.then(kill);
  }, timeoutMs);
  const exitCode = await running.exitCode.finally(() => clearTimeout(timer));
  const End = rooms.now();
  tell("exec_die", { exitCode: String(exitCode) });
  if (isPaused) return undefined;
  if (!isLate) return { Start, End, ExitCode: exitCode, Output: output.text() };
  const said = output.text();
  const late = `Health check exceeded timeout (${timeoutMs / 1000}s)`;
  return { Start, End, ExitCode: -1, Output: said === "" ? late : `${late}: ${said}` };
}

function kill(pid: number | undefined): void {
  const startTime = pid === undefined ? undefined : startTimeOf(pid);
  if (pid !== undefined && startTime !== undefined) sendSignal({ pid, startTime }, killed);
}

/** Keeps the beginning of what a probe writes; the rest is read and thrown away. */
class Output {
  readonly client: OutputClient;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  #isCut = false;

  constructor() {
    const pipe = new PassThrough();
    pipe.on("data", (bytes: Buffer) => this.#keep(bytes));
    this.client = new OutputClient(pipe, { streams: both, isFramed: false, onRelief: () => {} });
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString() + (this.#isCut ? "..." : "");
  }

  #keep(bytes: Buffer): void {
    const kept = bytes.subarray(0, mostOutput - this.#bytes);
    if (kept.length > 0) this.#pieces.push(kept);
    this.#bytes += kept.length;
    this.#isCut ||= kept.length < bytes.length;
  }
}

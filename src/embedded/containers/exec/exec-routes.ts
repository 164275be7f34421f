import { once } from "node:events";
import type { Duplex } from "node:stream";
import { isAtLeast } from "../../../docker-api/version.ts";
import { badRequest, conflict } from "../../api/http-error.ts";
import { readObject } from "../../api/json-body.ts";
import type { ApiReply, ApiRequest, Route } from "../../api/route.ts";
import { resizeTerminal, type TerminalSize } from "../../host/terminal.ts";
import type { Containers } from "../containers.ts";
import { detachKeys } from "../streams/detach-keys.ts";
import { framedType, rawType } from "../streams/framing.ts";
import { hangUp } from "../streams/hang-up.ts";
import { OutputClient } from "../streams/output-client.ts";
import { pumpInput } from "../streams/pump-input.ts";
import type { RunningExec } from "./exec.ts";
import type { ExecWish } from "./exec-spec.ts";
import type { Exec, Execs } from "./execs.ts";

/** `/containers/{id}/exec`, `/exec/{id}/…`, and the terminals' sizes. */
export function execRoutes({
  containers,
  execs,
}: {
  readonly containers: Containers;
  readonly execs: Execs;
}): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/containers/{id}/exec",
      handle: async (request) => {
        const wish = (await readObject(request)) as unknown as ExecWish;
        detachKeys(wish.DetachKeys ?? null);
        const { id } = execs.create(containers.get(request.params["id"] ?? ""), wish);
        return { kind: "json", status: 201, body: { Id: id } };
      },
    },
    { method: "POST", path: "/exec/{id}/start", handle: (request) => start(execs, request) },
    {
      method: "GET",
      path: "/exec/{id}/json",
      handle: ({ params }) => ({ kind: "json", body: inspected(execs.get(params["id"] ?? "")) }),
    },
    {
      method: "POST",
      path: "/exec/{id}/resize",
      handle: async ({ params, query }) => {
        await execs.resize(execs.get(params["id"] ?? ""), sizeOf(query));
        return { kind: "empty", status: 200 };
      },
    },
    {
      method: "POST",
      path: "/containers/{id}/resize",
      handle: async ({ params, query }) => {
        const container = containers.get(params["id"] ?? "");
        const size = sizeOf(query);
        const { process: first } = container.state;
        if (first === undefined) throw conflict(`Container ${container.id} is not running`);
        await resizeTerminal(first.pid, size);
        containers.publish(container, "resize", { height: String(size.rows), width: String(size.columns) });
        return { kind: "empty", status: 200 };
      },
    },
  ];
}

async function start(execs: Execs, request: ApiRequest): Promise<ApiReply> {
  const exec = execs.get(request.params["id"] ?? "");
  const { Detach } = await readObject(request);
  execs.mayStart(exec);
  if (Detach === true) {
    const running = await execs.start(exec, new Set());
    running.input?.end();
    await running.pid;
    return { kind: "empty", status: 200 };
  }
  const { Tty, AttachStdout, AttachStderr } = exec.wish;
  const isFramed = Tty !== true;
  const type = isFramed && isAtLeast(request.apiVersion, "1.42") ? framedType : rawType;
  const connection = await request.hijack(type);
  let running: RunningExec | undefined;
  const streams = new Set([
    ...(AttachStdout === true ? (["stdout"] as const) : []),
    ...(AttachStderr === true ? (["stderr"] as const) : []),
  ]);
  const client = new OutputClient(connection, { streams, isFramed, onRelief: () => running?.relieve() });
  try {
    running = await execs.start(exec, new Set([client]));
    await serve(exec, running, connection);
  } catch (error) {
    // The answer has begun: the client is told on its stream, as by dockerd.
    client.write("stdout", Buffer.from(`${error instanceof Error ? error.message : String(error)}\r\n`));
  } finally {
    hangUp(connection);
  }
  return { kind: "hijacked" };
}

/** Passes input on until the command or the connection is over. */
async function serve({ wish }: Exec, { input, pid, exitCode }: RunningExec, connection: Duplex): Promise<void> {
  const over = new AbortController();
  for (const event of ["finish", "close"]) connection.once(event, () => over.abort());
  void exitCode.then(
    () => over.abort(),
    () => over.abort(),
  );
  // What is typed earlier would be echoed twice: by the terminal that the runtime sits on, and by the command's.
  await pid;
  if (input !== undefined) {
    const keys = wish.Tty === true ? detachKeys(wish.DetachKeys ?? null) : undefined;
    const outcome = await pumpInput(connection, input, { detachKeys: keys, signal: over.signal });
    if (outcome === "detached") return;
    if (wish.Tty !== true) input.end();
  }
  if (!over.signal.aborted) await once(over.signal, "abort");
}

function inspected({ id, containerId, wish, state, pid, exitCode }: Exec): object {
  const [entrypoint = "", ...args] = wish.Cmd;
  return {
    ID: id,
    Running: state === "running",
    ExitCode: exitCode ?? null,
    ProcessConfig: {
      tty: wish.Tty === true,
      entrypoint,
      arguments: args,
      privileged: wish.Privileged === true,
      ...(wish.User ? { user: wish.User } : {}),
    },
    OpenStdin: wish.AttachStdin === true,
    OpenStderr: wish.AttachStderr === true,
    OpenStdout: wish.AttachStdout === true,
    CanRemove: state === "ended",
    ContainerID: containerId,
    DetachKeys: "",
    Pid: pid,
  };
}

/** Throws 400 for what is no size. */
function sizeOf(query: URLSearchParams): TerminalSize {
  const side = (name: string): number => {
    const text = query.get(name) ?? "";
    const value = Number(text);
    if (text === "" || !Number.isInteger(value) || value < 0 || value > 65_535) {
      throw badRequest(`invalid resize ${name === "h" ? "height" : "width"} "${text}"`);
    }
    return value;
  };
  return { rows: side("h"), columns: side("w") };
}

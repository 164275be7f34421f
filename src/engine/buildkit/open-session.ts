import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { control, hostGatewayLabel, type StatusResponse } from "../../buildkit-api/control.ts";
import { diffCopy } from "../../buildkit-api/file-sync.ts";
import { serving, sessionCalls, sessionHeader, sshIdHeader } from "../../buildkit-api/session.ts";
import { GrpcConnection } from "../../grpc/client.ts";
import { type Handler, serveGrpc, streaming, unary } from "../../grpc/server.ts";
import { GrpcError, grpcCode } from "../../grpc/status.ts";
import type { Credentials } from "../credentials.ts";
import { engineError } from "../refusal.ts";
import type { Transport } from "../transport.ts";
import type { BuildRequest, BuildSession, BuildSessionOptions, BuildSources } from "./build-session.ts";
import { contentHandlers } from "./content-server.ts";
import { askForLint } from "./ask-frontend.ts";
import { buildFailure } from "./failure.ts";
import { sendFolder } from "./file-sender.ts";
import { forwardAgent } from "./ssh-forward.ts";

/** Joins an engine's BuildKit over two connections: on one we ask, on the other one we answer. */
export async function openBuildSession(
  { transport, credentials }: { readonly transport: Transport; readonly credentials: Credentials },
  sources: BuildSources,
  { sharedKey }: { readonly sharedKey: string },
): Promise<BuildSession> {
  const id = randomBytes(16).toString("hex");
  const faults: unknown[] = [];
  const handlers = handlersOver(sources, credentials);
  const headers = {
    [sessionHeader.id]: id,
    [sessionHeader.sharedKey]: sharedKey,
    [sessionHeader.method]: handlers.map(({ path }) => path),
  };
  const served = serveGrpc(await dial(transport, "/session", headers), handlers, {
    onFault: (error) => faults.push(error),
  });
  const asking = new GrpcConnection(await dial(transport, "/grpc", {}));
  return {
    build: (request, options) => solve(asking, { ...request, session: id }, { ...options, faults }),
    hostGateway: () => hostGatewayOf(asking),
    lint: (request, { signal }) => askForLint(asking, { ...request, session: id }, signal),
    async [Symbol.asyncDispose]() {
      await asking[Symbol.asyncDispose]();
      await served[Symbol.asyncDispose]();
    },
  };
}

async function dial(
  transport: Transport,
  path: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
): Promise<Duplex> {
  try {
    return await transport.upgrade({ method: "POST", path, headers, protocol: "h2c", isOpenEnded: true });
  } catch (cause) {
    throw engineError("joining the engine's BuildKit", cause);
  }
}

function handlersOver(sources: BuildSources, credentials: Credentials): readonly Handler[] {
  return [
    streaming(diffCopy, (call) => sendFolder(call, sources)),
    unary(sessionCalls.checkHealth, async () => ({ status: serving })),
    unary(sessionCalls.getSecret, async ({ id }) => {
      const data = await sources.secret(id);
      if (data === undefined) throw new GrpcError({ code: grpcCode.notFound, message: `secret ${id}: not found` });
      return { data };
    }),
    unary(sessionCalls.checkAgent, async ({ id }) => {
      if (sources.sshAgent(id || usualAgent) === undefined) throw noAgent(id || usualAgent);
      return {};
    }),
    streaming(sessionCalls.forwardAgent, async (call) => {
      const id = call.metadata(sshIdHeader)[0] || usualAgent;
      const dialAgent = sources.sshAgent(id);
      if (dialAgent === undefined) throw noAgent(id);
      await forwardAgent(call, await dialAgent());
    }),
    unary(sessionCalls.credentials, async ({ host }) => {
      const login = await credentials.forHost(host);
      if (login?.identitytoken !== undefined) return { secret: login.identitytoken };
      return { username: login?.username ?? "", secret: login?.password ?? "" };
    }),
    ...contentHandlers(sources),
  ];
}

/** What a Dockerfile means that names none (session/sshforward, `DefaultID`). */
const usualAgent = "default";

async function hostGatewayOf(asking: GrpcConnection): Promise<string | undefined> {
  const { workers } = await asking.call(control.listWorkers, {});
  return workers.map(({ labels }) => labels[hostGatewayLabel]).find((address) => address !== undefined);
}

function noAgent(id: string): GrpcError {
  return new GrpcError({ code: grpcCode.notFound, message: `unset ssh forward key ${id}` });
}

/** What is told after a build has ended comes within this time, or not at all (moby/buildkit, client/solve.go). */
const patienceMs = 5000;

async function* solve(
  asking: GrpcConnection,
  request: BuildRequest & { readonly session: string },
  { signal, onResponse, faults }: BuildSessionOptions & { readonly faults: readonly unknown[] },
): AsyncGenerator<StatusResponse> {
  const ref = randomBytes(16).toString("hex");
  const [exporter] = request.exporters ?? [];
  const older = exporter === undefined ? {} : { exporterType: exporter.type, exporterAttrs: exporter.attrs };
  const solved = asking.call(control.solve, { ...request, ...older, ref }, { signal });
  const enough = new AbortController();
  solved.then(
    () => AbortSignal.timeout(patienceMs).addEventListener("abort", () => enough.abort()),
    () => AbortSignal.timeout(patienceMs).addEventListener("abort", () => enough.abort()),
  );
  try {
    yield* asking.stream(control.status, { ref }, { signal: AbortSignal.any([signal, enough.signal]) });
  } catch (error) {
    if (!(error instanceof GrpcError)) throw error;
    // Why there is nothing more to tell is told by the build itself.
  }
  try {
    const { exporterResponse } = await solved;
    onResponse?.(exporterResponse);
  } catch (error) {
    if (signal.aborted) return;
    throw buildFailure(faults.at(-1) ?? error);
  }
}

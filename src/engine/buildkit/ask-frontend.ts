import { randomBytes } from "node:crypto";
import { control } from "../../buildkit-api/control.ts";
import { buildIdHeader, gateway, lintRequest } from "../../buildkit-api/gateway.ts";
import type { GrpcConnection } from "../../grpc/client.ts";
import type { BuildRequest } from "./build-session.ts";
import { buildFailure } from "./failure.ts";

/** Asks the frontend for what it has to say against a Dockerfile: the JSON of its answer. Nothing is built. */
export async function askForLint(
  asking: GrpcConnection,
  { frontend = "", frontendAttrs = {}, session }: BuildRequest & { readonly session: string },
  signal: AbortSignal,
): Promise<string> {
  const ref = randomBytes(16).toString("hex");
  const directed = asking.call(control.solve, { ref, session, internal: true }, { signal });
  const options = { ...frontendAttrs, requestid: lintRequest.id, "frontend.caps": lintRequest.capability };
  const call = { metadata: { [buildIdHeader]: ref }, signal };
  directed.catch(() => {}); // why a directed build fails is told to who directs it
  try {
    const request = { frontend, options, allowResultReturn: true, allowResultArrayRef: true };
    const { result } = await asking.call(gateway.solve, request, call);
    await asking.call(gateway.finish, { result: { ref: undefined, metadata: {} } }, call);
    await directed;
    return Buffer.from(result?.metadata[lintRequest.answer] ?? "{}").toString();
  } catch (error) {
    throw buildFailure(error);
  }
}

import type { Context } from "../context.ts";
import { TscomposeError } from "../errors.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { findReplica, type Subject } from "./select-containers.ts";

/** A port of a container, as the service knows it. */
export interface PortRequest {
  readonly service: string;
  readonly target: number;
  readonly protocol: string;
  readonly index?: number;
}

/** Where a port of a running container can be reached on the host, as `address:port`. */
export async function port(subject: Subject, request: PortRequest, { engine }: Context): Promise<string> {
  const { service, target, protocol, index } = request;
  const replica = { service, mustRun: true, ...(index === undefined ? {} : { index }) };
  const container = await findReplica(engine, subject, replica);
  const found = container.ports.find((each) => each.target === target && each.protocol === protocol);
  if (found === undefined) throw notPublished(container, `${target}/${protocol}`);
  const { hostIp, published } = found;
  return hostIp.includes(":") ? `[${hostIp}]:${published}` : `${hostIp}:${published}`;
}

function notPublished({ name, ports }: ObservedContainer, wanted: string): TscomposeError {
  const published = [...new Set(ports.map(({ target, protocol }) => `${target}/${protocol}`))].sort().join(", ");
  return new TscomposeError({
    code: "not-found",
    message: `no port ${wanted} for container ${name}`,
    hint: published === "" ? "it publishes none" : `it publishes ${published}`,
  });
}

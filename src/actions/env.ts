import type { Context } from "../context.ts";
import type { Engine } from "../engine/engine.ts";
import { toContainer } from "../observe/observed.ts";
import type { ObservedContainer, ObservedPort } from "../observe/snapshot.ts";
import { isUp } from "../plan/known-state.ts";
import { findContainers, type Subject } from "./select-containers.ts";

/**
 * Where the services of a project are to be found, as variables: `COMPOSE_PROJECT_NAME`; `WEB_HOST` and `WEB_PORT` of the
 * lowest published TCP port; `WEB_PORT_80` and `DNS_PORT_53_UDP` of every one. Of several replicas the first counts.
 */
export async function env(subject: Subject, { engine }: Pick<Context, "engine">): Promise<Record<string, string>> {
  const rows = await findContainers(engine, subject);
  return envOf(subject, rows.map(toContainer), engine);
}

/** The same, of containers that were looked at already. */
export function envOf(
  { name }: Pick<Subject, "name">,
  containers: readonly ObservedContainer[],
  engine: Pick<Engine, "address">,
): Record<string, string> {
  const running = containers.filter((container) => !container.isOneOff && isUp(container));
  const first = new Map<string, ObservedContainer>();
  for (const container of running.sort((a, b) => (b.number ?? 0) - (a.number ?? 0))) {
    first.set(container.service, container);
  }
  const host = hostOf(engine.address);
  const variables = [...first.values()].flatMap((container) => variablesOf(container, host));
  return { COMPOSE_PROJECT_NAME: name, ...Object.fromEntries(variables.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** What the variables of a service begin with. */
export function variablePrefix(service: string): string {
  return service.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}

/** Where a published port is reached from here. */
export function hostOfPort({ hostIp }: ObservedPort, engine: Pick<Engine, "address">): string {
  return reachable(hostIp, hostOf(engine.address));
}

function variablesOf({ service, ports }: ObservedContainer, host: string): (readonly [string, string])[] {
  const prefix = variablePrefix(service);
  const [lowest] = ports.filter(({ protocol }) => protocol === "tcp").sort((a, b) => a.target - b.target);
  return [
    ...(lowest === undefined
      ? []
      : ([
          [`${prefix}_HOST`, reachable(lowest.hostIp, host)],
          [`${prefix}_PORT`, String(lowest.published)],
        ] as const)),
    ...ports.map(({ target, protocol, published }) => {
      const ending = protocol === "tcp" ? "" : `_${protocol.toUpperCase()}`;
      return [`${prefix}_PORT_${target}${ending}`, String(published)] as const;
    }),
  ];
}

/** Published on all addresses of the engine's host, it is reached by the name of that host. */
function reachable(hostIp: string, host: string): string {
  return ["", "0.0.0.0", "::"].includes(hostIp) ? host : hostIp;
}

function hostOf(address: string): string {
  return /^(?:tcp|http|https|ssh):\/\/(?:[^@/]*@)?\[?([^\]/:]+)/.exec(address)?.[1] ?? "127.0.0.1";
}

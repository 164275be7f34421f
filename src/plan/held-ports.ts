import type { Project } from "../compose/project.ts";
import type { ObservedContainer, Snapshot } from "../observe/snapshot.ts";
import { describeHolder } from "./collisions.ts";
import { holderOf, portText, type WantedPort } from "./host-ports.ts";
import { isUp } from "./known-state.ts";
import type { Problem } from "./problem.ts";

/** Finds ports of the host that existing containers are to take, and that others hold: told before any is started. */
export function heldPorts(
  started: readonly ObservedContainer[],
  { project, snapshot }: { readonly project: Project; readonly snapshot: Snapshot },
): Problem[] {
  const running = [...snapshot.containers.filter(isUp), ...snapshot.portHolders];
  return started.flatMap((container) => {
    const others = running.filter(({ id }) => id !== container.id);
    return portsOf(container, snapshot).flatMap((wanted): Problem[] => {
      const holder = holderOf(wanted.first, wanted, others);
      if (holder === undefined) return [];
      const message = `${portText(wanted)} is already published by ${describeHolder(holder, project)}`;
      const hint = `stop it: docker stop ${holder.name}`;
      return [{ code: "conflict", path: ["services", container.service, "ports"], message, hint }];
    });
  });
}

/** Ports that a container was made to publish, by number; of a range, the engine picks one that is free. */
function portsOf({ details, networks }: ObservedContainer, snapshot: Snapshot): WantedPort[] {
  const { PortBindings: bindings = {}, NetworkMode: mode = "" } = details?.HostConfig ?? {};
  if (/^(?:host|none|container:.*)$/.test(mode) || isInternal(networks, snapshot)) return [];
  return Object.entries(bindings ?? {}).flatMap(([target, list]) =>
    (list ?? []).flatMap(({ HostIp: hostIp, HostPort }, index) => {
      const port = /^\d+$/.test(HostPort) ? Number(HostPort) : 0;
      return port === 0 ? [] : [{ index, first: port, last: port, protocol: target.split("/")[1] ?? "tcp", hostIp }];
    }),
  );
}

/** Without a way to the outside the engine leaves ports alone. */
function isInternal(networks: ObservedContainer["networks"], snapshot: Snapshot): boolean {
  const names = Object.keys(networks);
  const known = snapshot.networks.filter(({ name }) => names.includes(name));
  return known.length === names.length && known.length > 0 && known.every(({ info }) => info.Internal === true);
}

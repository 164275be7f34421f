import type { ContainerSummary } from "../../docker-api/container.ts";
import type { ContainerDocument } from "./container.ts";

type Port = ContainerSummary["Ports"][number];

/** The ports that a container publishes while it runs, and those that it only exposes. */
export function portsOf({ state, config }: ContainerDocument): readonly Port[] {
  if (state.network === undefined) return [];
  const published = Object.entries(state.network.ports).flatMap(([key, bindings]): readonly Port[] => {
    const { PrivatePort, Type } = portKey(key);
    if (bindings === null || bindings.length === 0) return [{ PrivatePort, Type }];
    return bindings.map(({ HostIp, HostPort }) => ({ IP: HostIp, PrivatePort, PublicPort: Number(HostPort), Type }));
  });
  const shown = new Set(published.map(({ PrivatePort, Type }) => `${PrivatePort}/${Type}`));
  const exposed = Object.keys(config.ExposedPorts ?? {}).map(portKey);
  return [...published, ...exposed.filter(({ PrivatePort, Type }) => !shown.has(`${PrivatePort}/${Type}`))];
}

function portKey(key: string): { readonly PrivatePort: number; readonly Type: string } {
  const [port = "0", type = "tcp"] = key.split("/");
  return { PrivatePort: Number(port), Type: type };
}

import type { ContainerCreateBody, HostConfig, PortBinding } from "../../docker-api/container.ts";
import type { Service } from "../../compose/project.ts";

/** Ports a container offers: published ones and `expose`, ranges written out. */
export function exposedPorts({ ports = [], expose = [] }: Service): ContainerCreateBody["ExposedPorts"] {
  const keys = [...ports.map(portKey), ...expose.flatMap(expandExpose)];
  if (keys.length === 0) return undefined;
  return Object.fromEntries([...new Set(keys)].map((key) => [key, {}]));
}

/** Where the ports are published; a port without `published` gets one from the engine. */
export function portBindings({ ports = [] }: Service): HostConfig["PortBindings"] {
  if (ports.length === 0) return undefined;
  const bindings: Record<string, PortBinding[]> = {};
  for (const port of ports) {
    (bindings[portKey(port)] ??= []).push({ HostIp: port.hostIp ?? "", HostPort: port.published ?? "" });
  }
  return bindings;
}

function portKey({ target, protocol = "tcp" }: NonNullable<Service["ports"]>[number]): string {
  return `${target}/${protocol}`;
}

function expandExpose(text: string): string[] {
  const [range = "", protocol = "tcp"] = text.split("/");
  const [first = 0, last = first] = range.split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`);
}

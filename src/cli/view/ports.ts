import type { Publisher } from "../../actions/ps.ts";

interface PortRange {
  readonly host: string;
  readonly protocol: string;
  readonly first: number;
  last: number;
}

/** Ports the way the docker CLI shows them: `0.0.0.0:80-81->80-81/tcp, 127.0.0.1:8080->90/tcp`, neighbours joined. */
export function displayPorts(publishers: readonly Publisher[]): string {
  const ranges: PortRange[] = [];
  const moved: string[] = [];
  for (const { url, targetPort, publishedPort, protocol } of publishers) {
    if (url !== "" && publishedPort !== targetPort) {
      moved.push(`${address(url, publishedPort)}->${targetPort}/${protocol}`);
      continue;
    }
    const open = ranges.findLast((range) => range.host === url && range.protocol === protocol);
    if (open?.last === targetPort - 1) open.last = targetPort;
    else ranges.push({ host: url, protocol, first: targetPort, last: targetPort });
  }
  return [...ranges.map(displayRange), ...moved].join(", ");
}

function displayRange({ host, protocol, first, last }: PortRange): string {
  const ports = first === last ? `${first}` : `${first}-${last}`;
  return host === "" ? `${ports}/${protocol}` : `${address(host, ports)}->${ports}/${protocol}`;
}

function address(host: string, port: number | string): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

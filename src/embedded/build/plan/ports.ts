import { isIP } from "node:net";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";

/** Ports of `EXPOSE`, one by one: `80-81/udp` is `80/udp` and `81/udp`. Throws a {@link DockerfileError}. */
export function exposedPorts(text: string): string[] {
  const { address, hostPort, containerPort } = partsOf(text);
  const [port = "", protocol = ""] = containerPort.split("/", 2);
  const invalid = (why: string): DockerfileError =>
    new DockerfileError(`invalid port: ${JSON.stringify(text)}: ${why}`);
  if (port === "") throw invalid("no port specified");
  if (!["", "tcp", "udp", "sctp"].includes(protocol.toLowerCase())) throw invalid(`invalid proto: ${protocol}`);
  const bare = address.replace(/^\[(.*)\]$/, "$1");
  if (bare !== "" && isIP(bare) === 0) throw new DockerfileError(`invalid IP address: ${bare}`);
  const range = rangeOf(port);
  if (range === undefined) throw new DockerfileError(`invalid containerPort: ${port}`);
  if (hostPort !== "" && rangeOf(hostPort) === undefined) throw new DockerfileError(`invalid hostPort: ${hostPort}`);
  const [first, last] = range;
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol.toLowerCase() || "tcp"}`);
}

/** `[address:][host port:]port`: the first two are read and mean nothing to an image. */
function partsOf(text: string): {
  readonly address: string;
  readonly hostPort: string;
  readonly containerPort: string;
} {
  const parts = text.split(":");
  return {
    address: parts.slice(0, -2).join(":"),
    hostPort: parts.at(-2) ?? "",
    containerPort: parts.at(-1) ?? "",
  };
}

function rangeOf(text: string): readonly [number, number] | undefined {
  const [, start = "", end = start] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(start), Number(end)];
  if (start === "" || last < first || last > 65_535) return undefined;
  return [first, last];
}

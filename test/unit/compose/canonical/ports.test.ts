import { expect, test } from "vitest";
import { parsePort } from "../../../../src/compose/canonical/ports.ts";

test.each([
  ["80", ["80/tcp"]],
  ["80/udp", ["80/udp"]],
  ["80/UDP", ["80/udp"]],
  ["80/", ["80/tcp"]],
  ["8080:80", ["8080:80/tcp"]],
  [":80", ["80/tcp"]],
  ["0:80", ["0:80/tcp"]],
  ["127.0.0.1::80", ["127.0.0.1::80/tcp"]],
  ["127.0.0.1:8080:80", ["127.0.0.1:8080:80/tcp"]],
  ["[::1]:8080:80", ["::1:8080:80/tcp"]],
  ["80-82", ["80/tcp", "81/tcp", "82/tcp"]],
  ["8080-8081:80-81", ["8080:80/tcp", "8081:81/tcp"]],
])("reads %s as %j", (short, ports) => {
  expect(shown(short)).toEqual(ports);
});

test("leaves the choice of a host port to the engine when only the host side is a range", () => {
  expect(shown("8080-8082:80")).toEqual(["8080-8082:80/tcp"]);
});

test("orders the ports of a range by their text, as docker compose does", () => {
  expect(shown("8-11")).toEqual(["10/tcp", "11/tcp", "8/tcp", "9/tcp"]);
});

test.each([
  ["eighty:80", 'published port must be 0-65535, got "eighty"'],
  ["70000:80", 'published port must be 0-65535, got "70000"'],
  ["8080:0", 'container port must be 1-65535, got "0"'],
  ["80-", 'container port must be 1-65535, got "80-"'],
  ["82-80", 'container port must be 1-65535, got "82-80"'],
  ["80:", 'container port is missing, got "80:"'],
  ["80/foo", 'protocol must be tcp, udp or sctp, got "foo"'],
  ["localhost:80:80", 'host address must be an IP address, got "localhost"'],
  ["::1:80:80", 'host address must be an IP address, got "::1"'],
  ["8080-8082:80-81", 'ranges must be equally long, got "8080-8082:80-81"'],
])("refuses %s: %s", (short, problem) => {
  expect(parsePort(short)).toMatchObject({ problem });
});

function shown(short: string): readonly string[] {
  const parsed = parsePort(short);
  if ("problem" in parsed) return [parsed.problem];
  return parsed.value.map(({ hostIp, published, target, protocol }) => {
    const host = hostIp === undefined ? published : `${hostIp}:${published ?? ""}`;
    return `${host === undefined ? "" : `${host}:`}${target}/${protocol}`;
  });
}

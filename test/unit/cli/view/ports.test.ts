import { expect, test } from "vitest";
import { displayPorts } from "../../../../src/cli/view/ports.ts";

const port = (url: string, publishedPort: number, targetPort: number, protocol = "tcp") => ({
  url,
  publishedPort,
  targetPort,
  protocol,
});

test.each([
  { of: "nothing", ports: [], is: "" },
  { of: "exposed ports", ports: [port("", 0, 80), port("", 0, 81), port("", 0, 83)], is: "80-81/tcp, 83/tcp" },
  { of: "a moved port", ports: [port("127.0.0.1", 8080, 80)], is: "127.0.0.1:8080->80/tcp" },
  { of: "IPv6", ports: [port("::", 80, 80), port("::", 8080, 90)], is: "[::]:80->80/tcp, [::]:8080->90/tcp" },
  {
    of: "equal ports in a row",
    ports: [port("0.0.0.0", 80, 80), port("0.0.0.0", 81, 81), port("0.0.0.0", 53, 53, "udp")],
    is: "0.0.0.0:80-81->80-81/tcp, 0.0.0.0:53->53/udp",
  },
])("shows $of as the docker CLI does", ({ ports, is }) => {
  expect(displayPorts(ports)).toBe(is);
});

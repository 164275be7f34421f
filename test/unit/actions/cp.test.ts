import { expect, test } from "vitest";
import { parseCopyEnd } from "../../../src/actions/cp.ts";

test.each([
  ["web:/etc/hosts", { kind: "service", service: "web", path: "/etc/hosts" }],
  ["web:relative", { kind: "service", service: "web", path: "relative" }],
  ["file", { kind: "local", path: "file" }],
  ["./a:b", { kind: "local", path: "./a:b" }],
  ["/a:b", { kind: "local", path: "/a:b" }],
  ["-", { kind: "stream" }],
])("reads %s", (text, end) => {
  expect(parseCopyEnd(text)).toEqual(end);
});

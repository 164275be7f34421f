import { expect, test } from "vitest";
import { cleanTarget, parseVolume } from "../../../../src/compose/canonical/volumes.ts";
import { lineOf, loadTexts } from "../../../support/load-texts.ts";

const bound = { type: "bind", bind: { create_host_path: true } };

test.each([
  ["data:/data", { type: "volume", source: "data", target: "/data", volume: {} }],
  ["/data", { type: "volume", target: "/data", volume: {} }],
  ["/d", { type: "volume", target: "/d" }],
  ["./src:/app", { ...bound, source: "./src", target: "/app" }],
  ["~/src:/app", { ...bound, source: "~/src", target: "/app" }],
  ["..:/app/", { ...bound, source: "..", target: "/app" }],
  ["/a:/b:ro", { ...bound, source: "/a", target: "/b", read_only: true }],
  ["/a:/b:ro,rw", { ...bound, source: "/a", target: "/b" }],
  ["data:/b:nocopy", { type: "volume", source: "data", target: "/b", volume: { nocopy: true } }],
  [
    "/a:/b:Z,rslave",
    { type: "bind", source: "/a", target: "/b", bind: { selinux: "Z", propagation: "rslave", create_host_path: true } },
  ],
  ["C:\\a:/b", { ...bound, source: "C:\\a", target: "/b" }],
  ["\\\\server\\a:/b", { ...bound, source: "\\\\server\\a", target: "/b" }],
  ["${DIR:-.}:/b", { type: "volume", source: "${DIR:-.}", target: "/b", volume: {} }],
])("reads %s", (short, value) => {
  expect(parseVolume(short)).toEqual({ value });
});

test("takes a single letter before a colon for a drive, as docker compose does", () => {
  expect(parseVolume("x:/d")).toEqual({ value: { type: "volume", target: "x:/d", volume: {} } });
});

test.each([
  ["", "volume must not be empty"],
  [":/data", 'empty section between colons, got ":/data"'],
  ["/data:", 'empty section between colons, got "/data:"'],
  ["/aa:/bb:ro:rw", 'too many colons, got "/aa:/bb:ro:rw"'],
])("refuses %j: %s", (short, problem) => {
  expect(parseVolume(short)).toMatchObject({ problem });
});

test.each([
  ["/a/../b//c/", "/b/c"],
  ["/", "/"],
  ["", ""],
])("cleans the target %s to %s", (target, clean) => {
  expect(cleanTarget(target)).toBe(clean);
});

test.each([
  ["./a:/b:ro,zz", "zz"],
  ["./a:/b:r", "r"],
  ["data:/b:nocopy,U,copy", "U, copy"],
])("warns that docker compose drops an option of %s", async (short, options) => {
  const text = `services: { web: { image: x, volumes: ["${short}"] } }\nvolumes: { data: {} }\n`;
  const { warnings } = await loadTexts({ "compose.yaml": text });
  expect(warnings.map(lineOf)).toEqual([
    `compose.yaml:1:40 warning: services.web.volumes[0]: unknown mount options have no effect, got "${options}" ` +
      "[unknown-option] | known are ro, rw, nocopy, z, Z, and propagations such as rslave",
  ]);
});

test.each(["./a:/b:ro,z,rshared", "./a:/b:rw,Z", "./a:/b:cached", "data:/b:nocopy", "data:/b:ro,", "data:/b"])(
  "says nothing about the options of %s",
  async (short) => {
    const text = `services: { web: { image: x, volumes: ["${short}"] } }\nvolumes: { data: {} }\n`;
    expect((await loadTexts({ "compose.yaml": text })).warnings).toEqual([]);
  },
);

import { expect, test } from "vitest";
import { load } from "../../../../src/compose/load.ts";
import { systemFiles } from "../../../../src/system/files.ts";

test("Docker's trial spellings of watch are read, with a word on how to write them", async () => {
  const { project, warnings } = await loadText(`
services:
  web:
    image: busybox
    x-develop: { watch: [{ path: /src, action: sync, target: /app, x-initialSync: true }] }
`);
  expect(project.services["web"]?.develop?.watch).toMatchObject([{ path: "/src", target: "/app", initialSync: true }]);
  expect(warnings.map(({ code, at, message }) => `${at?.line}:${at?.column} ${code} ${message}`)).toEqual([
    "5:5 deprecated services.web: x-develop is deprecated",
    "5:68 deprecated services.web.develop.watch[0]: x-initialSync is deprecated",
  ]);
});

test("what is written in both ways counts as it is written today", async () => {
  const { project } = await loadText(`
services:
  web:
    image: busybox
    x-develop: { watch: [{ path: /old, action: rebuild }] }
    develop: { watch: [{ path: /new, action: sync, target: /app, initial_sync: false, x-initialSync: true }] }
`);
  expect(project.services["web"]?.develop?.watch).toEqual([{ path: "/new", action: "sync", target: "/app" }]);
});

function loadText(text: string): ReturnType<typeof load> {
  const world = { files: systemFiles, environment: {}, homeDirectory: "/nowhere", readStdin: async () => text };
  return load({ files: ["-"], projectName: "p" }, { ...world, workingDirectory: "/nowhere" });
}

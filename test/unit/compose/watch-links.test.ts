import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { load } from "../../../src/compose/load.ts";
import { systemFiles } from "../../../src/system/files.ts";

test("watched paths lead past the first link, whatever lies behind it", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  await mkdir(join(path, "real"));
  await symlink("real", join(path, "link"));
  const watch = ["link", "link/later/x", "real", "none/x"].map((each) => ({ path: each, action: "rebuild" }));
  const text = JSON.stringify({ services: { web: { image: "i", develop: { watch } } } });
  const world = { files: systemFiles, environment: {}, homeDirectory: path, readStdin: async () => text };
  const { project } = await load({ files: ["-"], projectName: "p" }, { ...world, workingDirectory: path });
  const paths = project.services["web"]?.develop?.watch?.map((rule) => rule.path);
  expect(paths).toEqual(["real", "real/later/x", "real", "none/x"].map((each) => join(path, each)));
});

async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "watch-links-")));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { run } from "../../../src/cli/main.ts";
import { memoryIo } from "../../support/memory-io.ts";

const folder = mkdtempSync(join(tmpdir(), "tscompose-engine-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Environment of an engine that does not run. */
const moved = { TSCOMPOSE_ENGINE_RUN: folder, TSCOMPOSE_ENGINE_DATA: "/d" };

describe("engine status tells where the engine is", () => {
  test.each([
    { by: "variables", environment: moved, flags: [], address: `unix://${folder}/engine.sock` },
    {
      by: "the socket's variable",
      environment: { ...moved, TSCOMPOSE_ENGINE_SOCKET: "/s.sock" },
      flags: [],
      address: "unix:///s.sock",
    },
    {
      by: "a flag, which moves the socket along",
      environment: { ...moved, TSCOMPOSE_ENGINE_SOCKET: "/s.sock" },
      flags: ["--run", `${folder}/r`],
      address: `unix://${folder}/r/engine.sock`,
    },
    {
      by: "the socket's flag",
      environment: { ...moved, TSCOMPOSE_ENGINE_SOCKET: "/s.sock" },
      flags: ["--socket", "/t.sock"],
      address: "unix:///t.sock",
    },
  ])("by $by", async ({ environment, flags, address }) => {
    const io = memoryIo({ environment });
    expect(await run(["engine", "status", ...flags], io)).toBe(1);
    const [state, ...places] = io.written.stdout().split("\n");
    expect(state).toBe("state    stopped");
    expect(places.slice(0, 2)).toEqual([`address  ${address}`, "data     /d"]);
  });
});

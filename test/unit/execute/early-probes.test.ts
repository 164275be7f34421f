import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { HealthConfig } from "../../../src/docker-api/container.ts";
import { EngineError } from "../../../src/errors.ts";
import { askUntilWell, type EarlyProbing } from "../../../src/execute/early-probes.ts";
import { containerInspect } from "../../support/simulate-plan.ts";

/** How one probe goes: its exit code, a refusal of the engine, or nothing at all for a long time. */
type Probe = number | "refused" | "hangs";

/** What comes of a container whose probes go like this, and the commands that were run in it. */
async function asked(check: HealthConfig, probes: readonly Probe[], signal = AbortSignal.any([])): Promise<unknown> {
  const commands: (readonly string[])[] = [];
  const next = (): Probe => probes[commands.length - 1] ?? expect.unreachable("it was enough");
  const engine: EarlyProbing["engine"] = {
    createExec: async (_, { Cmd }) => {
      commands.push(Cmd);
      if (next() !== "refused") return "exec";
      throw new EngineError({ code: "conflict", message: "it does not run", doing: "preparing a command" });
    },
    startExec: async () => ({
      output: (async function* () {
        if (next() === "hangs") await delay(60_000, undefined, { ref: false });
        yield* [];
      })(),
      write: async () => {},
      endInput: () => {},
      [Symbol.asyncDispose]: async () => {},
    }),
    inspectExec: async () => ({ running: false, exitCode: Number(next()) }),
  };
  const isWell = await askUntilWell(containerInspect("1", { Healthcheck: check }), { engine, everyMs: 1, signal });
  return { isWell, commands };
}

test("a container is asked until it is well", async () => {
  const command = ["ready", "--now"];
  const expected = { isWell: true, commands: [command, command, command, command] };
  expect(await asked({ Test: ["CMD", ...command] }, [1, "refused", 2, 0])).toEqual(expected);
});

test("a command that is a text is given to a shell", async () => {
  const commands = [["/bin/sh", "-c", "ready || exit 1"]];
  expect(await asked({ Test: ["CMD-SHELL", "ready || exit 1"] }, [0])).toEqual({ isWell: true, commands });
});

test.each([[["NONE"]], [[]]])("without a check nothing is asked: %j", async (words) => {
  expect(await asked({ Test: words }, [])).toEqual({ isWell: false, commands: [] });
});

test("a probe that does not end in its time is the last", async () => {
  expect(await asked({ Test: ["CMD", "ready"], Timeout: 5e6 }, ["hangs"])).toMatchObject({ isWell: false });
});

test("nobody is asked when nobody waits any more", async () => {
  expect(await asked({ Test: ["CMD", "ready"] }, ["hangs"], AbortSignal.timeout(5))).toMatchObject({ isWell: false });
  expect(await asked({ Test: ["CMD", "ready"] }, [], AbortSignal.abort())).toEqual({ isWell: false, commands: [] });
});

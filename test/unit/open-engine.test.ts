import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { doctor } from "../../src/actions/doctor.ts";
import { openEngine } from "../../src/open-engine.ts";

const own = Object.getOwnPropertyDescriptor(process, "platform") ?? {};
const options = { environment: { DOCKER_CONFIG: tmpdir() }, homeDirectory: tmpdir(), engine: "embedded" };
const refusal = {
  message: "the embedded engine works on Linux only, this is darwin",
  hint: expect.stringContaining("--engine ssh://user@host") as string,
};

beforeEach(() => Object.defineProperty(process, "platform", { ...own, value: "darwin" }));
afterEach(() => Object.defineProperty(process, "platform", own));

test("the embedded engine is refused by name where it cannot work", async () => {
  await expect(openEngine(options)).rejects.toMatchObject({ code: "unavailable", ...refusal });
});

test("doctor tells that the embedded engine cannot work here", async () => {
  expect((await doctor(options)).problems).toEqual([refusal]);
});

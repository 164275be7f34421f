import { expect, test } from "vitest";
import { isAtLeast } from "../../../src/docker-api/version.ts";
import { agreeOnVersion } from "../../../src/engine/api-version.ts";

test.each([
  ["1.41", "1.41"],
  ["1.44", "1.44"],
  ["1.51", "1.51"],
  ["1.99", "1.51"],
  ["2.0", "1.51"],
])("an engine that offers %s is spoken to in %s", (offered, spoken) => {
  expect(agreeOnVersion(offered, "connecting")).toBe(spoken);
});

test("an engine that is too old is refused with what to do", () => {
  expect(() => agreeOnVersion("1.40", "connecting to unix:///a")).toThrow(
    expect.objectContaining({ code: "unsupported", hint: expect.stringContaining("Docker 20.10") }),
  );
});

test("versions compare by number", () => {
  expect(isAtLeast("1.9", "1.41")).toBe(false);
  expect(isAtLeast("1.41", "1.9")).toBe(true);
});

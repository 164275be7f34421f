import { expect, test } from "vitest";
import { EngineError, TscomposeError } from "../../../src/errors.ts";
import { withoutSecrets } from "../../../src/execute/cover-error.ts";

const doing = "starting container web-1";
const refusal = (message: string): EngineError =>
  new EngineError({ code: "invalid-request", doing, message, status: 400, hint: "h", cause: new Error(message) });

test("a refusal that quotes a secret is told without it, and so is its cause", () => {
  const told = withoutSecrets(refusal(`${doing}: exec: "serve --password=hunter2": not found`));
  expect(told).toBeInstanceOf(EngineError);
  expect(told).toMatchObject({
    message: `${doing}: exec: "serve --password=***": not found`,
    code: "invalid-request",
    status: 400,
    hint: "h",
  });
  expect(told).not.toHaveProperty("cause");
});

test.each([
  refusal(`${doing}: no such network`),
  new TscomposeError({ code: "operation-failed", message: "auth: container app-auth-1 is unhealthy" }),
  new Error("password=hunter2"),
])("any other error stays what it is: %s", (error) => {
  expect(withoutSecrets(error)).toBe(error);
});

import { describe, expect, test } from "vitest";
import { noInputs, type ModelRunner } from "../../../src/plan/options.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { planned } from "../../support/planned.ts";
import { sampleProject } from "../../support/sample-project.ts";
import { emptySnapshot, observedImage, simulate } from "../../support/simulate-plan.ts";

const runner: ModelRunner = { path: "/docker-model", endpoint: "http://models/v1", available: [], takesFlags: true };
const inputs = (models: ModelRunner): object => ({ inputs: { ...noInputs, models } });
const before = { ...emptySnapshot("app"), images: { "web:1": observedImage("web:1") } };
const project = sampleProject({
  services: { web: { models: { "my-llm": null, other: { endpointVar: "AI_AT", modelVar: "AI" } } } },
  models: {
    "my-llm": { key: "my-llm", model: "ai/smollm2", contextSize: 1024, runtimeFlags: ["--verbose"] },
    other: { key: "other", model: "ai/gemma3" },
  },
});

describe("models", () => {
  test("are pulled where they are missing, and set up before their services are made", () => {
    expect(planned(project, before, inputs({ ...runner, available: ["ai/gemma3"] }))).toEqual([
      "pull model my-llm: missing",
      "configure model my-llm: model",
      "configure model other: model",
      "create network default: missing",
      "create web-1: missing",
      "start web-1: created",
    ]);
  });

  test("get their sizes and flags in the words of Docker Compose", () => {
    const calls = reconcile(project, before, inputs(runner)).steps.flatMap(({ operation }) =>
      operation.kind === "run-model" ? [operation.args.join(" ")] : [],
    );
    expect(calls).toEqual([
      "pull ai/smollm2",
      "configure --context-size 1024 ai/smollm2 -- --verbose",
      "pull ai/gemma3",
      "configure ai/gemma3",
    ]);
  });

  test("are told to services by variables, which are part of the config hash", () => {
    const plan = reconcile(project, before, inputs(runner));
    const after = simulate(plan, before);
    expect(after.containers[0]?.details?.Config.Env).toEqual([
      "AI=ai/gemma3",
      "AI_AT=http://models/v1",
      "MY_LLM_MODEL=ai/smollm2",
      "MY_LLM_URL=http://models/v1",
    ]);
    const ready = { ...runner, available: ["ai/smollm2", "ai/gemma3"] };
    expect(planned(project, after, inputs(ready))).toEqual([
      "configure model my-llm: model",
      "configure model other: model",
    ]);
    expect(planned(project, after, inputs({ ...ready, endpoint: "http://elsewhere" }))).toContain(
      "recreate web-1: environment.AI_AT http://models/v1 -> http://elsewhere, " +
        "environment.MY_LLM_URL http://models/v1 -> http://elsewhere",
    );
  });

  test("need Docker's plugin, and one that takes flags where there are some", () => {
    expect(() => reconcile(project, before)).toThrow(
      "models.my-llm: models are served by Docker's plugin docker-model",
    );
    expect(() => reconcile(project, before, inputs({ ...runner, takesFlags: false }))).toThrow(
      "models.my-llm.runtime_flags: needs the plugin docker-model 1.0.6 or newer",
    );
  });
});

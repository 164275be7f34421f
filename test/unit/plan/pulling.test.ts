import { describe, expect, test } from "vitest";
import { building } from "../../../src/plan/building.ts";
import { pulling, type PullingOptions } from "../../../src/plan/pulling.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { type Sample, sampleProject } from "../../support/sample-project.ts";
import { emptySnapshot, observedImage } from "../../support/simulate-plan.ts";

const present = {
  ...emptySnapshot("app"),
  images: { "web:1": observedImage("web:1"), "web:latest": observedImage("web:latest") },
};

test.each<{ when: string; services: Sample["services"]; options?: PullingOptions; plan: string[]; skipped?: string[] }>(
  [
    {
      when: "no policy is set, even what is present",
      services: { web: { image: "web:1" } },
      plan: ["pull web:1: pull"],
    },
    {
      when: "two services share it, once",
      services: { web: { image: "web:1" }, also: { image: "web:1" } },
      plan: ["pull web:1: pull"],
    },
    {
      when: "it is missing and the policy asks for no more",
      services: { db: { image: "db:1", pullPolicy: "missing" }, web: { image: "web:1", pullPolicy: "missing" } },
      plan: ["pull db:1: pull"],
      skipped: ["web:1 Skipped: image is already present locally"],
    },
    {
      when: "its tag is made to move",
      services: { web: { image: "web:latest", pullPolicy: "missing" } },
      plan: ["pull web:latest: pull"],
    },
    {
      when: "the flag asks for it",
      services: { web: { image: "web:1", pullPolicy: "never" } },
      options: { policy: "always" },
      plan: ["pull web:1: pull"],
    },
    {
      when: "the policy does not forbid it",
      services: { web: { image: "web:1", pullPolicy: "never" } },
      plan: [],
      skipped: ["web:1 Skipped: pull_policy never"],
    },
    {
      when: "there is one to pull",
      services: { web: { build: { context: "." } } },
      plan: [],
      skipped: ["web Skipped: no image to be pulled"],
    },
    {
      when: "it cannot be built, if that is asked",
      services: { web: { image: "web:1", build: { context: "." } } },
      options: { ignoreBuildable: true },
      plan: [],
      skipped: ["web:1 Skipped: image can be built"],
    },
    {
      when: "it is mounted",
      services: { web: { image: "web:1", volumes: [{ type: "image", source: "assets:2", target: "/assets" }] } },
      plan: ["pull web:1: pull", "pull assets:2: pull"],
    },
  ],
)("pull takes an image when $when", ({ services, options = {}, plan, skipped = [] }) => {
  const made = pulling(sampleProject({ services }), present, options);
  expect(renderPlan(made)).toEqual(plan);
  expect(made.unchanged.map(({ name, text }) => `${name} ${text}`)).toEqual(skipped);
});

describe("build", () => {
  const project = sampleProject({
    services: { a: { build: { context: "a", args: { X: "1" } } }, b: { build: { context: "b" } }, c: {} },
  });

  test("builds what has a build section, whether it is there or not", () => {
    expect(renderPlan(building(project, present, {}))).toEqual(["build app-a: build", "build app-b: build"]);
  });

  test("builds only what is named, with what flags add", () => {
    const plan = building(project, present, { services: ["a"], buildArgs: { Y: null }, noCache: true, pull: true });
    expect(plan.steps.map(({ operation }) => operation)).toMatchObject([
      {
        kind: "build-image",
        image: "app-a",
        build: { context: "a", args: { X: "1", Y: null }, noCache: true, pull: true },
      },
    ]);
  });

  test("tells builds about proxies, unless they or the flags say otherwise", () => {
    const proxies = { HTTP_PROXY: "p", X: "p", Y: "p" };
    const plan = building(project, present, { buildArgs: { Y: "flag" }, proxies });
    expect(plan.steps.map(({ operation }) => operation)).toMatchObject([
      { build: { args: { HTTP_PROXY: "p", X: "1", Y: "flag" } } },
      { build: { args: { HTTP_PROXY: "p", X: "p", Y: "flag" } } },
    ]);
  });

  test("refuses what the engine's builder cannot do, before anything is built", () => {
    const needs = sampleProject({ services: { a: { build: { context: "a", privileged: true } } } });
    expect(() => building(needs, present, {})).toThrow("services.a.build.privileged: needs BuildKit");
  });
});

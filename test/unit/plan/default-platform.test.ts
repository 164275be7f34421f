import { expect, test } from "vitest";
import type { Service } from "../../../src/compose/project.ts";
import { onDefaultPlatform } from "../../../src/plan/default-platform.ts";
import { pulling } from "../../../src/plan/pulling.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { sampleProject } from "../../support/sample-project.ts";
import { emptySnapshot } from "../../support/simulate-plan.ts";

const arm = { DOCKER_DEFAULT_PLATFORM: "linux/arm64" };
const build = { context: "." };

test.each<{ of: string; service: Partial<Service>; environment?: Record<string, string>; platform?: string }>([
  { of: "what is built", service: { build }, platform: "linux/arm64" },
  { of: "what is built for several", service: { build: { platforms: ["a", "linux/arm64"] } }, platform: "linux/arm64" },
  { of: "what names another", service: { build, platform: "linux/386" }, platform: "linux/386" },
  { of: "what is only pulled", service: { image: "web:1" } },
  { of: "nothing, while it is empty", service: { build }, environment: { DOCKER_DEFAULT_PLATFORM: "" } },
  { of: "nothing, while it is not set", service: { build }, environment: {} },
])("the default platform becomes that of $of", ({ service, environment = arm, platform }) => {
  const { services } = onDefaultPlatform(sampleProject({ services: { web: service } }), environment);
  expect(services["web"]?.platform).toBe(platform);
});

test("a build that is not for the default platform is refused", () => {
  const project = sampleProject({ services: { web: { build: { platforms: ["linux/amd64", "linux/386"] } } } });
  expect(() => onDefaultPlatform(project, arm)).toThrow(
    'services.web.build.platforms: DOCKER_DEFAULT_PLATFORM must be one of linux/amd64, linux/386, got "linux/arm64"',
  );
});

const mixed = sampleProject({
  services: {
    app: { build, image: "app:1" },
    web: { image: "web:1", volumes: [{ type: "image", source: "assets:1", target: "/assets" }] },
    old: { image: "old:1", platform: "linux/386" },
  },
});

test("up pulls and builds for the default platform, and makes containers of what is built for it", () => {
  const inputs = { environment: arm, seccompProfiles: {}, nowMs: 0 };
  const { steps } = reconcile(onDefaultPlatform(mixed, arm), emptySnapshot("app"), { inputs });
  const about = steps.flatMap(({ operation }) => {
    if (operation.kind === "create-container") return `create ${operation.finalName} for ${operation.platform}`;
    return "image" in operation && "platform" in operation
      ? `${operation.kind} ${operation.image} for ${operation.platform}`
      : [];
  });
  expect(about.sort()).toEqual([
    "build-image app:1 for linux/arm64",
    "create app-app-1 for linux/arm64",
    "create app-old-1 for linux/386",
    "create app-web-1 for undefined",
    "pull-image app:1 for linux/arm64",
    "pull-image assets:1 for linux/arm64",
    "pull-image old:1 for linux/386",
    "pull-image web:1 for linux/arm64",
  ]);
});

test("pull pulls for the default platform what names no other", () => {
  expect(renderPlan(pulling(mixed, emptySnapshot("app"), { platform: "linux/arm64" }))).toEqual([
    "pull app:1 for linux/arm64: pull",
    "pull web:1 for linux/arm64: pull",
    "pull assets:1 for linux/arm64: pull",
    "pull old:1 for linux/386: pull",
  ]);
});

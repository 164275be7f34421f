import { describe, expect, test } from "vitest";
import {
  type AttachFlags,
  checkUpFlags,
  type ReconcileFlags,
  reconcileOptions,
} from "../../../src/cli/commands/up-flags.ts";
import type { ReconcileOptions } from "../../../src/plan/options.ts";

describe("flags of up", () => {
  test.each<{ flags: ReconcileFlags & AttachFlags; message: string }>([
    { flags: { build: true, noBuild: true }, message: "--build and --no-build are incompatible" },
    { flags: { forceRecreate: true, noRecreate: true }, message: "--force-recreate and --no-recreate" },
    { flags: { alwaysRecreateDeps: true, noRecreate: true }, message: "--always-recreate-deps and --no-recreate" },
    { flags: { renewAnonVolumes: true, noRecreate: true }, message: "--renew-anon-volumes and --no-recreate" },
    { flags: { attach: ["web"], attachDependencies: true }, message: "--attach and --attach-dependencies" },
    {
      flags: { abortOnContainerExit: true, abortOnContainerFailure: true },
      message: "--abort-on-container-exit and --abort-on-container-failure",
    },
    { flags: { detach: true, abortOnContainerExit: true }, message: "--detach and --abort-on-container-exit" },
    { flags: { detach: true, attach: ["web"] }, message: "--detach and --attach" },
    { flags: { wait: true, exitCodeFrom: "web" }, message: "--wait and --exit-code-from" },
    { flags: { waitTimeout: -1 }, message: '--wait-timeout: expected seconds, got "-1"' },
    { flags: { watch: true, noBuild: true }, message: "--no-build and --watch are incompatible" },
  ])("are refused: $message", ({ flags, message }) => {
    expect(() => checkUpFlags(flags)).toThrow(message);
  });

  const usual: ReconcileOptions = {
    services: [],
    recreate: "diverged",
    alwaysRecreateDependencies: false,
    renewAnonymousVolumes: false,
    removeOrphans: false,
    ignoreOrphans: false,
    start: true,
    wait: false,
  };

  test.each<{ flags: ReconcileFlags; environment?: Record<string, string>; options: Partial<ReconcileOptions> }>([
    { flags: {}, options: {} },
    { flags: { build: true }, options: { build: "always" } },
    { flags: { noBuild: true }, options: { build: "never" } },
    { flags: { forceRecreate: true }, options: { recreate: "force" } },
    { flags: { noRecreate: true }, options: { recreate: "never" } },
    { flags: { renewAnonVolumes: true }, options: { recreate: "force", renewAnonymousVolumes: true } },
    { flags: { noStart: true }, options: { start: false } },
    { flags: { pull: "always" }, options: { pull: "always" } },
    { flags: { pull: "policy" }, options: {} },
    { flags: { scale: ["web=3", "db=0"] }, options: { scale: { web: 3, db: 0 } } },
    { flags: { timeout: 0 }, options: { graceMs: 0 } },
    { flags: { wait: true, waitTimeout: 5 }, options: { wait: true, waitTimeoutMs: 5_000 } },
    { flags: { yes: true }, options: { recreateVolumes: true } },
    { flags: { removeOrphans: true }, options: { removeOrphans: true } },
    { flags: {}, environment: { COMPOSE_REMOVE_ORPHANS: "1" }, options: { removeOrphans: true } },
    { flags: { removeOrphans: false }, environment: { COMPOSE_REMOVE_ORPHANS: "1" }, options: {} },
    { flags: {}, environment: { COMPOSE_IGNORE_ORPHANS: "true" }, options: { ignoreOrphans: true } },
  ])("ask of the plan: $flags $environment", ({ flags, environment = {}, options }) => {
    expect(reconcileOptions([], flags, environment)).toEqual({ ...usual, ...options });
  });

  test("are refused when the environment says the opposite", () => {
    expect(() => reconcileOptions([], { removeOrphans: true }, { COMPOSE_IGNORE_ORPHANS: "1" })).toThrow(
      "incompatible",
    );
  });

  test.each(["web", "web=", "web=x", "=3"])('refuse --scale "%s"', (text) => {
    expect(() => reconcileOptions([], { scale: [text] }, {})).toThrow("--scale: expected SERVICE=NUMBER");
  });
});

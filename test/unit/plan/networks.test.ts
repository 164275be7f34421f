import { describe, expect, test } from "vitest";
import { neededFor } from "../../../src/plan/needed.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { converged, engineWith, planned } from "../../support/planned.ts";
import { sampleProject, type Sample } from "../../support/sample-project.ts";
import { emptySnapshot, simulate } from "../../support/simulate-plan.ts";

describe("networks", () => {
  test("that changed are replaced; containers stay and join again with all they had", () => {
    const services = { web: { networks: { default: { aliases: ["www"] } } } };
    const project = sampleProject({ services, networks: { default: { internal: true } } });
    const snapshot = converged({ services });
    const plan = reconcile(project, snapshot);
    expect(renderPlan(plan, { withOrder: true })).toEqual([
      "#1 stop web-1: network default is recreated",
      "#2 disconnect web-1 from network default: network default is recreated <- #1",
      "#3 remove network default: internal (none) -> true <- #2",
      "#4 create network default: internal (none) -> true <- #3",
      "#5 connect web-1 to network default: network default is recreated <- #4",
      "#6 start web-1: network default is recreated <- #5",
    ]);
    const connect = plan.steps.find(({ operation }) => operation.kind === "connect-network");
    expect(connect?.operation).toMatchObject({ endpoint: { Aliases: ["app-web-1", "web", "www"] } });
    const after = simulate(plan, snapshot);
    expect(after.containers[0]?.id).toBe(snapshot.containers[0]?.id);
    expect(planned(project, after)).toEqual([]);
  });

  test("that are gone recreate the containers that need them", () => {
    const snapshot = { ...converged({ services: { web: {} } }), networks: [] };
    expect(planned(sampleProject({ services: { web: {} } }), snapshot).slice(0, 2)).toEqual([
      "create network default: missing",
      "recreate web-1: network default missing",
    ]);
  });

  test("that got another name are told, and their containers join the new one", () => {
    const renamed = sampleProject({ services: { web: {} }, networks: { default: { name: "lan" } } });
    const plan = reconcile(renamed, converged({ services: { web: {} } }));
    expect(renderPlan(plan).slice(0, 2)).toEqual([
      "create network lan: missing",
      "recreate web-1: network default missing",
    ]);
    expect(plan.remarks).toEqual(['networks.default: its former network "app_default" is left behind']);
  });

  test("without IPv4 are refused where the engine would give them IPv4 all the same", () => {
    const project = sampleProject({ services: { web: {} }, networks: { default: { enableIpv4: false } } });
    const needs = "networks.default.enable_ipv4: needs engine API 1.48, got 1.41";
    expect(() => reconcile(project, { ...engineWith(project), apiVersion: "1.41" })).toThrow(needs);
    expect(() => reconcile(project, { ...engineWith(project), apiVersion: "1.48" })).not.toThrow();
  });

  test("that are external and absent are told with what to do", () => {
    const project = sampleProject({ services: { web: {} }, networks: { default: { name: "lan", isExternal: true } } });
    expect(() => reconcile(project, emptySnapshot("app"))).toThrow(
      'networks.default.external: the engine has no network "lan"',
    );
  });

  test("are joined one by one after creation where the engine cannot do it at once", () => {
    const sample: Sample = {
      services: { web: { networks: { back: null, front: { priority: 1 } } } },
      networks: { back: {}, front: {} },
    };
    const project = sampleProject(sample);
    const old = { ...engineWith(project), apiVersion: "1.41" };
    expect(planned(project, old).slice(-3)).toEqual([
      "create web-1: missing",
      "connect web-1 to network back: joined after creation",
      "start web-1: created",
    ]);
    expect(planned(project, simulate(reconcile(project, old), old))).toEqual([]);
  });
});

describe("a network that a network_mode names", () => {
  const sample = (networkMode: string): Sample => ({ services: { web: { networkMode } } });

  test("is looked for, and told when it is not there, before anything is done", () => {
    const project = sampleProject(sample("nope"));
    expect(neededFor(project).networks).toContain("nope");
    expect(() => reconcile(project, engineWith(project))).toThrow(
      'services.web.network_mode: the engine has no network "nope"',
    );
  });

  test("may be the engine's, or one that this plan makes", () => {
    const [existing] = converged({ services: { web: {} } }).networks;
    const project = sampleProject(sample("app_default"));
    const bare = { ...project, networks: {} };
    expect(() => reconcile(project, engineWith(project))).not.toThrow();
    expect(() =>
      reconcile(bare, { ...engineWith(bare), networks: existing === undefined ? [] : [existing] }),
    ).not.toThrow();
  });

  test.each(["host", "none", "bridge", "default", "container:box", "pasta:-4", "0123456789ab"])(
    "is not meant by %s",
    (mode) => {
      const project = sampleProject(sample(mode));
      expect(neededFor(project).networks).not.toContain(mode);
      expect(() => reconcile(project, engineWith(project))).not.toThrow();
    },
  );
});

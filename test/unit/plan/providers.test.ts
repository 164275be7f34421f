import { describe, expect, test } from "vitest";
import { variablesDigest } from "../../../src/plan/provided.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { noInputs, type ProviderMetadata, type ReconcileOptions } from "../../../src/plan/options.ts";
import { stopping } from "../../../src/plan/stopping.ts";
import { teardown } from "../../../src/plan/teardown.ts";
import { dependsOn, sampleProject } from "../../support/sample-project.ts";
import { emptySnapshot, observedImage, simulate } from "../../support/simulate-plan.ts";

const project = sampleProject({
  services: {
    web: { environment: { COLOUR: "red" }, dependsOn: { db: dependsOn("started") } },
    db: { provider: { type: "acme", options: { size: ["2"], zone: ["a", "b"] } } },
  },
});
const withImages = { ...emptySnapshot("app"), images: { "web:1": observedImage("web:1") } };
const options = (metadata?: ProviderMetadata): ReconcileOptions => ({
  inputs: {
    ...noInputs,
    providers: { acme: { path: "/bin/acme", ...(metadata === undefined ? {} : { metadata }) } },
  },
});
const programs = { acme: { path: "/bin/acme" } };
const told = { DB_URL: "acme://1" };

describe("services of providers", () => {
  test("are provided before their dependents are made", () => {
    expect(renderPlan(reconcile(project, withImages, options()), { withOrder: true })).toEqual([
      "#1 run acme up for db: provider",
      "#2 create network default: missing",
      "#3 create web-1: missing <- #1, #2",
      "#4 start web-1: created <- #3",
    ]);
  });

  test("get their options as flags, in the words of Docker Compose", () => {
    const [step] = reconcile(project, withImages, options()).steps;
    expect(step?.operation).toMatchObject({
      program: "/bin/acme",
      args: ["compose", "--project-name=app", "up", "--size=2", "--zone=a", "--zone=b", "db"],
    });
  });

  test("get only the options that the program says it takes, and all that it needs", () => {
    const metadata = { up: [{ name: "size", isRequired: true }], down: [] };
    const { steps, remarks } = reconcile(project, withImages, options(metadata));
    expect(steps[0]?.operation).toMatchObject({ args: ["compose", "--project-name=app", "up", "--size=2", "db"] });
    expect(remarks).toEqual([
      "services.db.provider.options.zone: acme does not say that it takes this option, and does not get it",
    ]);
    const needy = { up: [{ name: "region", isRequired: true }], down: [] };
    expect(() => reconcile(project, withImages, options(needy))).toThrow(
      'services.db.provider.options: acme needs the option "region" for up',
    );
  });

  test("need their program", () => {
    expect(() => reconcile(project, withImages)).toThrow('services.db.provider.type: no program "acme"');
  });

  test("tell their dependents variables that are part of their config hash", () => {
    const plan = reconcile(project, withImages, options());
    const snapshot = simulate(plan, withImages, { variables: { db: told } });
    const { labels = {}, details } = snapshot.containers[0] ?? {};
    expect(details?.Config.Env).toEqual(["COLOUR=red", "DB_URL=acme://1"]);
    const plain = sampleProject({
      services: {
        web: { environment: { COLOUR: "red", DB_URL: "acme://1" }, dependsOn: { db: dependsOn("started") } },
      },
    });
    const [alike] = simulate(reconcile(plain, withImages), withImages).containers;
    expect(labels["com.docker.compose.config-hash"]).toBe(alike?.labels["com.docker.compose.config-hash"]);
    expect(labels["io.tscompose.provided"]).toBe("db:DB_URL");
  });

  test("recreate their dependents only if they tell something else", () => {
    const first = reconcile(project, withImages, options());
    const snapshot = simulate(first, withImages, { variables: { db: told } });
    const second = reconcile(project, snapshot, options());
    expect(renderPlan(second)).toEqual([
      "run acme up for db: provider",
      "recreate web-1: other variables (only if variables of db changed)",
      "stop old web-1: replaced (only if variables of db changed)",
      "remove old web-1: replaced (only if variables of db changed)",
      "rename to web-1: replaced (only if variables of db changed)",
      "start web-1: recreated (only if variables of db changed)",
    ]);
    const same = simulate(second, snapshot, { variables: { db: told } });
    expect(same.containers.map(({ id }) => id)).toEqual(snapshot.containers.map(({ id }) => id));
    const moved = simulate(second, snapshot, { variables: { db: { DB_URL: "acme://2" } } });
    expect(moved.containers[0]?.details?.Config.Env).toContain("DB_URL=acme://2");
  });

  test("leave what Docker Compose has made alone, where its variables go by the provider's name", () => {
    const snapshot = simulate(reconcile(project, withImages, options()), withImages, { variables: { db: told } });
    const containers = snapshot.containers.map(({ labels, ...rest }) => {
      const { "io.tscompose.provided": _, "io.tscompose.fixed-hash": __, ...theirs } = labels;
      return { ...rest, labels: theirs };
    });
    const plan = reconcile(project, { ...snapshot, containers }, options());
    const step = plan.steps.find(({ operation }) => operation.kind === "create-container");
    expect(step?.when).toEqual([{ kind: "variables-changed", provider: "db", from: variablesDigest(told) }]);
  });

  test("are released once their dependents are gone", () => {
    const snapshot = simulate(reconcile(project, withImages, options()), withImages);
    expect(renderPlan(teardown(project, snapshot, { providers: programs }), { withOrder: true })).toEqual([
      "#1 stop web-1: down",
      "#2 remove web-1: down <- #1",
      "#3 run acme down for db: down <- #2",
      "#4 remove network default: down <- #2",
    ]);
    const { steps, remarks } = teardown(project, snapshot);
    expect(steps.map(({ operation }) => operation.kind)).not.toContain("run-provider");
    expect(remarks).toEqual([
      'services.db.provider: no program "acme", neither on PATH nor among the plugins of Docker\'s command line, ' +
        "what it has provided is left as it is",
    ]);
  });

  test("are paused by stop only if their program says that it can", () => {
    const snapshot = simulate(reconcile(project, withImages, options()), withImages);
    expect(renderPlan(stopping(project, snapshot, { providers: programs }))).toEqual(["stop web-1: stop"]);
    const metadata = { up: [], down: [], stop: [] };
    expect(renderPlan(stopping(project, snapshot, { providers: { acme: { path: "/bin/acme", metadata } } }))).toEqual([
      "stop web-1: stop",
      "run acme stop for db: stop",
    ]);
  });

  test("do not make a completed job run again that depends on them", () => {
    const jobs = sampleProject({
      services: {
        web: { dependsOn: { job: dependsOn("completed_successfully") } },
        job: { dependsOn: { db: dependsOn("started") } },
        db: { provider: { type: "acme" } },
      },
    });
    const images = { "web:1": observedImage("web:1"), "job:1": observedImage("job:1") };
    const states = { "app-job-1": { state: "exited", exitCode: 0 } } as const;
    const snapshot = simulate(
      reconcile(jobs, { ...withImages, images }, options()),
      { ...withImages, images },
      { states },
    );
    const again = reconcile(jobs, snapshot, options());
    const starts = again.steps.filter(({ operation }) => operation.kind === "start-container");
    expect(starts.filter(({ when = [] }) => when.length === 0)).toEqual([]);
  });
});

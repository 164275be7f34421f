import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAtLeast, type VersionInfo } from "../../src/docker-api/version.ts";
import type { Operation } from "../../src/plan/operation.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { EngineApi } from "../support/engine-api.ts";
import { RecordingProxy } from "../support/recording-proxy.ts";
import { TestProject } from "../support/test-project.ts";
import { describeOutcome } from "../support/tool.ts";
import { Bundle } from "./attributes/bundle.ts";
import { containers } from "./attributes/containers.ts";
import { command } from "./attributes/laboratory.ts";
import { type Definition, neededApi, type Proof, rows } from "./attributes/proof.ts";
import { resources } from "./attributes/resources.ts";
import { surroundings } from "./attributes/surroundings.ts";

const engine = new EngineApi();
const { ApiVersion } = (await engine.get("/version")) as VersionInfo;

type Inspected = Extract<Proof, { by: "inspection" }>;

/** One service for each attribute of the language that a container shows, in which that attribute is changed. */
const mutants = Object.entries(containers).flatMap(([path, proof]): Mutant[] => {
  if (proof.by !== "inspection" || !isPossible(path)) return [];
  return [{ path, service: path.replaceAll(/[^a-z\d_]+/g, "-").replace("services-", ""), proof }];
});

/** Networks and volumes in which every attribute of theirs is changed; with another name they would be other things. */
const bundles = { network: new Bundle("swept", {}), volume: new Bundle("swept", {}) };
const changedResources = Object.entries(resources).flatMap(([path, proof]) => {
  if (proof.by !== "inspection" || proof.of === "container" || proof.of === "image") return [];
  if (!isPossible(path) || "name" in proof.given) return [];
  return [{ path, of: proof.of, key: bundles[proof.of].add(proof.given, proof), shows: proof.shows }];
});

function isPossible(path: string): boolean {
  const needed = neededApi(rows.find((row) => row.path === path) ?? { path, kind: "honoured" });
  return needed === undefined || isAtLeast(ApiVersion, needed);
}

/** A container is stopped as the file says now: it need not show. */
const takesEffectWithout: ReadonlySet<string> = new Set(["services.*.stop_grace_period"]);

interface Mutant {
  readonly path: string;
  readonly service: string;
  readonly proof: Inspected;
}

/** The same model, once plain and once with every attribute changed. */
function model(isMutated: boolean): string {
  const base: Definition = { image: "busybox", command: ["sleep", "infinity"], stop_signal: "SIGKILL" };
  const own = mutants.map(({ service, proof }) => [service, isMutated ? { ...base, ...proof.given } : base] as const);
  const { services, networks, volumes, ...others } = surroundings;
  const swept = ({ definitions }: Bundle): Definition =>
    isMutated ? definitions : Object.fromEntries(Object.keys(definitions).map((key) => [key, {}]));
  return JSON.stringify({
    services: { ...services, ...Object.fromEntries(own) },
    networks: { ...networks, ...swept(bundles.network) },
    volumes: { ...volumes, ...swept(bundles.volume) },
    ...others,
  });
}

describe("every attribute, changed once", () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await TestProject.create(new URL("attributes/files/", import.meta.url), engine);
    await engine.send("POST", "/networks/create", { Name: `${project.name}-outside` });
    await engine.send("POST", "/volumes/create", { Name: `${project.name}-outside` });
    await project.write({ "compose.json": model(false) });
    await converge();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  test("the plan's writes are the writes that are made, and the second time there are none", async () => {
    await project.write({ "compose.json": model(true) });
    const { planned, made } = await converge();
    expect(made).toEqual(planned);
    expect(planned.filter((write) => write.startsWith("create ")).length).toBeGreaterThan(mutants.length / 2);
    expect(await converge()).toEqual({ planned: [], made: [] });
  });

  test.for(mutants.filter(({ path }) => !takesEffectWithout.has(path)))("$path shows", async ({ service, proof }) => {
    const filters = { label: [`com.docker.compose.project=${project.name}`, `com.docker.compose.service=${service}`] };
    const [found] = await engine.containers(filters);
    const shows = typeof proof.shows === "function" ? proof.shows(project.name) : proof.shows;
    expect(await engine.get(`/containers/${found?.Id}/json`)).toMatchObject(shows);
  });

  test.for(changedResources)("$path shows", async ({ of, key, shows }) => {
    const filters = { label: [`com.docker.compose.project=${project.name}`, `com.docker.compose.${of}=${key}`] };
    const found = await (of === "network" ? engine.networks(filters) : engine.volumes(filters));
    const inspected = await Promise.all(found.map(({ Name }) => engine.get(`/${of}s/${Name}`)));
    expect(inspected).toMatchObject([typeof shows === "function" ? shows(project.name) : shows]);
  });

  test("taken back, all of it is as planned again", async () => {
    await project.write({ "compose.json": model(false) });
    const { planned, made } = await converge();
    expect(made).toEqual(planned);
    expect(await converge()).toEqual({ planned: [], made: [] });
  });

  /** Plans, then does it: the writes that were planned and those that were made, by kind and service. */
  async function converge(): Promise<{ readonly planned: readonly string[]; readonly made: readonly string[] }> {
    const plan = await command(project, ["--all-resources", "plan", "--no-start", "--yes", "--format", "json"]);
    expect(plan.exitCode, describeOutcome(plan)).toBe(0);
    const before = await servicesById();
    await using proxy = await RecordingProxy.open();
    const outcome = await command(project, ["--all-resources", "create", "--yes"], { DOCKER_HOST: proxy.address });
    expect(outcome.exitCode, describeOutcome(outcome)).toBe(0);
    const owners = new Map([...before, ...(await servicesById())]);
    const { steps } = JSON.parse(plan.stdout) as Plan;
    return {
      planned: steps.flatMap(({ operation, when }) => (when === undefined ? [writeOf(operation)] : [])).toSorted(),
      made: proxy.writes.map((call) => writeIn(call, owners)).toSorted(),
    };
  }

  /** Services by the names and ids of their containers. */
  async function servicesById(): Promise<ReadonlyMap<string, string>> {
    const found = await engine.containers({ label: [`com.docker.compose.project=${project.name}`] });
    return new Map(
      found.flatMap(({ Id, Names, Labels }) => {
        const service = Labels["com.docker.compose.service"] ?? "";
        return [Id, Names[0]?.slice(1) ?? ""].map((key) => [key, service] as const);
      }),
    );
  }
});

/** A planned write in a few words: `create web`. */
function writeOf(operation: Operation): string {
  if (/^(create|remove)-(network|volume)$/.test(operation.kind)) return operation.kind; // a call to make one does not tell its name
  if (operation.kind === "connect-network") return `connect ${operation.network}`;
  const subject = "service" in operation ? operation.service : "name" in operation ? operation.name : "";
  return `${verbs[operation.kind] ?? operation.kind} ${subject}`;
}

const verbs: Readonly<Partial<Record<Operation["kind"], string>>> = {
  "create-container": "create",
  "remove-container": "remove",
  "rename-container": "rename",
  "update-container": "update",
};

/** A write that was made in the same words. */
function writeIn(call: string, owners: ReadonlyMap<string, string>): string {
  const [, thing] = /^POST \/(network|volume)s\/create/.exec(call) ?? [];
  if (thing !== undefined) return `create-${thing}`;
  const [, gone] = /^DELETE \/(network|volume)s\//.exec(call) ?? [];
  if (gone !== undefined) return `remove-${gone}`;
  const [, created] = /^POST \/containers\/create\?name=([^&]+)/.exec(call) ?? [];
  if (created !== undefined) {
    const name = decodeURIComponent(created).replace(/^[0-9a-f]{12}_/, "");
    return `create ${owners.get(name) ?? name}`;
  }
  const [, removed] = /^DELETE \/containers\/([^?/]+)/.exec(call) ?? [];
  if (removed !== undefined) return `remove ${owners.get(removed) ?? removed}`;
  const [, network] = /^POST \/networks\/([^/]+)\/connect/.exec(call) ?? [];
  if (network !== undefined) return `connect ${network}`;
  const [, id = "", verb] = /^POST \/containers\/([^/]+)\/(\w+)/.exec(call) ?? [];
  return verb === undefined ? call : `${verb} ${owners.get(id) ?? id}`;
}

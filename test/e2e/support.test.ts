import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAtLeast, type VersionInfo } from "../../src/docker-api/version.ts";
import { EngineApi } from "../support/engine-api.ts";
import { RecordingProxy } from "../support/recording-proxy.ts";
import { TestProject } from "../support/test-project.ts";
import { describeOutcome, type Outcome } from "../support/tool.ts";
import { containers } from "./attributes/containers.ts";
import { images } from "./attributes/images.ts";
import { command, observe, type Sight } from "./attributes/laboratory.ts";
import {
  type Definition,
  hasParts,
  type Kind,
  neededApi,
  type Proof,
  type Proofs,
  type Row,
  rows,
  textOf,
} from "./attributes/proof.ts";
import { type Place, placesOf } from "./attributes/places.ts";
import { resources } from "./attributes/resources.ts";
import { rest } from "./attributes/rest.ts";
import { surroundings } from "./attributes/surroundings.ts";

const files = new URL("attributes/files/", import.meta.url);
const proofs: Proofs = { ...containers, ...images, ...resources, ...rest };
const honoured = rows.filter((row) => row.kind === "honoured" && (row.path in proofs || !hasParts(row)));
const engine = new EngineApi();
const { ApiVersion } = (await engine.get("/version")) as VersionInfo;
const isBeyond = (row: Row): boolean => !isAtLeast(ApiVersion, neededApi(row) ?? ApiVersion);

describe("schema/support.yaml", () => {
  let project: TestProject;
  let sights: ReadonlyMap<string, Sight>;

  beforeAll(async () => {
    project = await TestProject.create(files, engine);
    await engine.send("POST", "/networks/create", { Name: `${project.name}-outside` });
    await engine.send("POST", "/volumes/create", { Name: `${project.name}-outside` });
    const isPossible = ([path]: [string, Proof]): boolean => !rows.some((row) => row.path === path && isBeyond(row));
    sights = await observe(Object.fromEntries(Object.entries(proofs).filter(isPossible)), project);
  });
  afterAll(() => project[Symbol.asyncDispose]());

  test("has a row for every proof", () => {
    const paths = new Set(rows.filter(({ kind }) => kind === "honoured").map(({ path }) => path));
    expect(Object.keys(proofs).filter((path) => !paths.has(path))).toEqual([]);
  });

  test.for(honoured.filter((row) => !isBeyond(row)))("$path is honoured", async ({ path }) => {
    const proof = proofs[path];
    if (proof === undefined) throw new Error(`${path} has no proof: give it one in test/e2e/attributes`);
    switch (proof.by) {
      case "inspection": {
        const { seen, plain } = sights.get(path) ?? {};
        const shows = typeof proof.shows === "function" ? proof.shows(project.name) : proof.shows;
        expect(seen).toMatchObject(shows);
        expect(plain, "what shows without it as well proves nothing").not.toMatchObject(shows);
        return;
      }
      case "script": {
        const { seen, plain } = sights.get(path) ?? {};
        const expected =
          typeof proof.prints === "string"
            ? expect.stringMatching(whole(proof.prints))
            : expect.stringMatching(proof.prints);
        expect(seen).toEqual(expected);
        expect(plain, "what is printed without it as well proves nothing").not.toEqual(expected);
        return;
      }
      case "word":
        expect(describeOutcome(await said(proof))).toMatch(proof.says);
        return;
      case "call": {
        await using proxy = await RecordingProxy.open();
        await using own = await projectOf(proof.given);
        const outcome = await command(own, proof.args, { DOCKER_HOST: proxy.address });
        expect(proxy.calls.join("\n"), describeOutcome(outcome)).toMatch(proof.asks);
        return;
      }
      case "test": {
        const text = textOf(proof.file);
        expect(text).toContain(`"${proof.title}"`);
        expect(text).toMatch(new RegExp(`\\b(${keyOf(path)})\\b`));
        return;
      }
      case "fixture": {
        expect(textOf(`fixtures/projects/${proof.folder}/compose.yaml`)).toMatch(new RegExp(`\\b(${keyOf(path)})\\b`));
        expect(textOf(`fixtures/projects/${proof.folder}/project.json`)).not.toBe("");
      }
    }
  });
});

const heard = new Map<string, Promise<Outcome>>();

/** What a command says; several rows may ask for the same. */
function said({ args, given }: Extract<Proof, { by: "word" }>): Promise<Outcome> {
  const say = async (): Promise<Outcome> => {
    await using project = await projectOf(given);
    return await command(project, args);
  };
  const key = JSON.stringify([args, given]);
  const saying = heard.get(key) ?? say();
  heard.set(key, saying);
  return saying;
}

const beyond = honoured.filter(isBeyond);

describe.runIf(beyond.length > 0)(`engine API ${ApiVersion}`, () => {
  let outcome: Outcome;

  beforeAll(async () => {
    await using project = await projectOf(wishesOf(beyond));
    outcome = await command(project, ["--all-resources", "create"]);
  });

  test("makes nothing of a project that needs a newer one", () => {
    expect(outcome.exitCode, describeOutcome(outcome)).toBe(1);
  });

  test.for(beyond)("$path is refused", (row) => {
    const subject = `compose\\.json:\\d+:\\d+ \\w+\\.${wishName(row)}\\S*: needs engine API ${neededApi(row)}, got ${ApiVersion}`;
    expect(outcome.stderr).toMatch(new RegExp(`^${subject}`, "m"));
  });
});

/** A project in which every row has a service or network of its own. */
function wishesOf(wanted: readonly Row[]): Definition {
  const wishes = wanted.flatMap((row) => {
    const proof = proofs[row.path];
    return proof?.by === "inspection" ? [{ name: wishName(row), of: proof.of, given: proof.given }] : [];
  });
  const named = (of: Kind, base: Definition): Definition =>
    Object.fromEntries(wishes.filter((wish) => wish.of === of).map(({ name, given }) => [name, { ...base, ...given }]));
  return {
    ...surroundings,
    services: { ...surroundings.services, ...named("container", { image: "busybox" }) },
    networks: { ...surroundings.networks, ...named("network", {}) },
  };
}

/** `services.*.networks.*.gw_priority` as `services-networks-gw_priority`. */
function wishName({ path }: Row): string {
  return path.replaceAll(/[.*]+/g, "-");
}

/** Rows of one kind, and what a command says of the file that has them all. */
const others = [
  { kind: "ignored", file: "ignored.yaml", args: ["create"] },
  { kind: "refused", file: "refused.yaml", args: ["up", "-d"] },
  { kind: "refused", file: "refused-builds.yaml", args: ["build"] },
  { kind: "kept", file: "kept.yaml", args: ["config", "--format", "json"] },
] as const;

describe.for(others)("$file", ({ kind, file, args }) => {
  const text = textOf(`test/e2e/attributes/files/${file}`);
  const present = rows.filter((row) => row.kind === kind && placesOf(text, row.path).length > 0);
  let outcome: Outcome;

  beforeAll(async () => {
    await using project = await TestProject.create(files, engine);
    outcome = await command(project, args, { COMPOSE_FILE: file });
  });

  test(`is ${kind === "refused" ? "refused" : "accepted"}`, () => {
    expect(outcome.exitCode, describeOutcome(outcome)).toBe(kind === "refused" ? 1 : 0);
    expect(present).not.toEqual([]);
  });

  test.for(present)(`$path is ${kind}`, ({ path, text: reason = "" }) => {
    for (const place of placesOf(text, told(path, kind))) {
      if (kind === "kept") expect(JSON.parse(outcome.stdout)).toHaveProperty(place.name);
      else
        expect(linesAbout(place, outcome, file)).toEqual([
          expect.stringContaining(kind === "ignored" ? reason : place.name),
        ]);
    }
  });
});

test.for(rows.filter(({ kind }) => kind !== "honoured"))(
  "$path stands in a file that shows what becomes of it",
  ({ path, kind }) => {
    const texts = others
      .filter((each) => each.kind === kind)
      .map(({ file }) => textOf(`test/e2e/attributes/files/${file}`));
    expect(texts.flatMap((text) => placesOf(text, path))).not.toEqual([]);
  },
);

/** Where an attribute and its parts are without effect, the attribute is told. */
function told(path: string, kind: Row["kind"]): string {
  const [first = path] = rows
    .filter((row) => row.kind === kind && `${path}.`.startsWith(`${row.path}.`))
    .map((row) => row.path);
  return first;
}

/** Lines of stderr with this place. */
function linesAbout({ key, value }: Place, { stderr }: Outcome, file: string): readonly string[] {
  const at = new RegExp(`^(warning: )?${file}:(${key}|${value}) `);
  return stderr.split("\n").filter((line) => at.test(line));
}

async function projectOf(sections: Definition): Promise<TestProject> {
  const project = await TestProject.create(files, engine);
  await project.write({ "compose.json": JSON.stringify(sections) });
  return project;
}

function whole(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`);
}

/** The attribute's own key, as a file or as our model writes it. */
function keyOf(path: string): string {
  const key = path.split(".").findLast((part) => part !== "*") ?? "";
  return `${key}|${key.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
}

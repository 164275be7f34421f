import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalSource } from "../../../src/embedded/build/build.ts";
import { buildCorpusCase, copyOf } from "../../support/build-corpus-case.ts";
import { corpusCases, makeContext } from "../../support/dockerfile-corpus.ts";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";
import { type ImageFacts, firstLayer, imageFacts } from "../../support/image-facts.ts";

const cases = await corpusCases((process.env["CORPUS"] ?? "").split(" ").filter((word) => word !== ""));

describe("the corpus of Dockerfiles gives what BuildKit gives", () => {
  let engine: OwnEngine;
  let context: string;
  let shared: LocalSource;
  let base: string;

  beforeAll(async () => {
    engine = await startOwnEngine();
    for (const image of ["busybox:latest", "alpine:latest"]) await engine.borrow(image);
    base = await firstLayer((await engine.ask("GET", "/images/busybox:latest/get")).bytes);
    context = join(engine.folder, "context");
    await mkdir(context, { mode: 0o755 });
    await makeContext(context);
    shared = copyOf(context, engine.folder);
  });

  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
  });

  test.concurrent.for(cases)("$name", async (each) => {
    const wanted = JSON.parse(await readFile(each.path.replace(/\.Dockerfile$/, ".json"), "utf8")) as ImageFacts;
    const id = await buildCorpusCase(engine.builder, each, { context, shared });
    const { bytes } = await engine.ask("GET", `/images/${id}/get`);
    const facts = await imageFacts(bytes, { base, isTimed: wanted.created !== undefined });
    expect(JSON.parse(JSON.stringify(facts))).toEqual(wanted);
  });
});

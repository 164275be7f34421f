import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BuildError, type BuildRequest, type CachePlace } from "../../../src/embedded/build/build.ts";
import { CacheFolder } from "../../../src/execute/builds/cache-folder.ts";
import { plainRequest } from "../../support/build-corpus-case.ts";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";
import { type Registry, startRegistry, visitor } from "../../support/registry.ts";

/** What a build came to. */
interface Built {
  readonly id: string;
  /** Names of steps that were carried out. */
  readonly done: readonly string[];
  /** What is told of caches, and what went wrong with them. */
  readonly caches: readonly string[];
  readonly cacheManifest: string | undefined;
}

const dockerfile = `FROM busybox AS make
COPY source.txt /
RUN cat source.txt > /made && echo more >> /made
FROM busybox
WORKDIR /app
COPY --from=make /made .
RUN wc -l < made > lines
`;
const steps = [
  "COPY --from=make /made .",
  "COPY source.txt /",
  "RUN cat source.txt > /made && echo more >> /made",
  "RUN wc -l < made > lines",
  "WORKDIR /app",
];

describe("caches of builds that are kept elsewhere", () => {
  let engine: OwnEngine;
  let registry: Registry;
  /** Lets in only who is known. */
  let guarded: Registry;
  let context: string;

  beforeAll(async () => {
    [engine, registry, guarded] = await Promise.all([
      startOwnEngine(),
      startRegistry(),
      startRegistry({ isPrivate: true }),
    ]);
    await engine.borrow("busybox:latest");
    context = join(await mkdtemp(join(engine.folder, "caches-")), "context");
    await mkdir(context);
    await writeFile(join(context, "source.txt"), "one\n");
  });

  afterAll(async () => {
    await Promise.all([engine, registry, guarded].map((each) => each[Symbol.asyncDispose]()));
  });

  async function build(wish: Partial<BuildRequest> = {}, text: string = dockerfile): Promise<Built> {
    await writeFile(join(context, "Dockerfile"), text);
    const done = new Set<string>();
    const caches = new Map<string, string>();
    const { imageId, cacheManifest } = await engine.builder.build({
      ...plainRequest(context),
      credentials: async (host) => (host === guarded.host ? visitor : undefined),
      ...wish,
      emit(event) {
        if (event.kind !== "vertex" || event.vertex.isCached) return;
        const { name, error } = event.vertex;
        if (/(importing|exporting) cache/.test(name)) caches.set(name, error ?? "");
        else if (!/^\[internal\]|^exporting/.test(name)) done.add(name.replace(/^\[.*?\] /, ""));
      },
    });
    const told = [...caches].map(([name, error]) => (error === "" ? name : `${name}: ${error}`));
    return { id: imageId, done: [...done].sort(), caches: told, cacheManifest: cacheManifest?.digest };
  }

  /** As on another machine: neither the image nor anything of its build. */
  async function forget(): Promise<void> {
    for (const { Id, RepoTags } of JSON.parse((await engine.ask("GET", "/images/json?all=1")).bytes.toString()) as {
      Id: string;
      RepoTags: string[] | null;
    }[]) {
      if (RepoTags?.includes("busybox:latest") !== true) await engine.ask("DELETE", `/images/${Id}?force=1`);
    }
    await engine.ask("POST", "/build/prune");
  }

  const inRegistry = (tag: string, { host } = registry): CachePlace => ({
    kind: "registry",
    reference: `${host}/caches/app:${tag}`,
  });

  async function inFolder(path: string): Promise<CachePlace> {
    const folder = new CacheFolder(path);
    const manifest = folder.manifest("latest");
    const has = async (digest: string): Promise<boolean> => (await folder.size(digest)) !== undefined;
    const read = (digest: string): AsyncIterable<Uint8Array> => folder.read(digest);
    const write: CacheFolder["write"] = (content, digest) => folder.write(content, digest);
    return { kind: "client", store: { name: path, manifest, has, read, write } };
  }

  test("of all steps: nothing is done again that was done elsewhere, and the image is the same", async () => {
    await forget();
    const place = inRegistry("whole", guarded);
    const first = await build({ cacheTo: [{ place, isWhole: true, ignoresFailure: false }] });
    expect(first).toMatchObject({ done: steps, caches: ["exporting cache to registry"] });
    await forget();
    expect((await build({}, "FROM busybox\nRUN true # forgotten\n")).done).toHaveLength(1);
    await forget();
    const second = await build({ cacheFrom: [place] });
    expect(second.done).toEqual([]);
    expect(second.id).toBe(first.id);
    // What came is this engine's own now.
    expect((await build()).done).toEqual([]);
    await forget();
    const changed = dockerfile.replace("wc -l", "wc -c");
    expect((await build({ cacheFrom: [place] }, changed)).done).toEqual(["RUN wc -c < made > lines"]);
  });

  test("of the image's own steps: what only another stage did is done again when it is asked for", async () => {
    await forget();
    const place = inRegistry("own");
    await build({ cacheTo: [{ place, isWhole: false, ignoresFailure: false }] });
    await forget();
    const { done } = await build({ cacheFrom: [place] });
    expect(done).toEqual(steps.filter((step) => /source.txt/.test(step)));
  });

  test("in a folder: it can be moved, and holds each blob once", async () => {
    await forget();
    const path = join(engine.folder, "cache-folder");
    const target = { isWhole: true, ignoresFailure: false };
    const { id, cacheManifest = "" } = await build({ cacheTo: [{ place: await inFolder(path), ...target }] });
    const folder = new CacheFolder(path);
    const size = (await folder.size(cacheManifest)) ?? 0;
    folder.name("latest", {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest: cacheManifest,
      size,
    });
    const blobs = await readdir(join(path, "blobs/sha256"));
    expect((await build({ cacheTo: [{ place: await inFolder(path), ...target }] })).cacheManifest).toBe(cacheManifest);
    expect(await readdir(join(path, "blobs/sha256"))).toEqual(blobs);
    await forget();
    expect(await build({ cacheFrom: [await inFolder(path)] })).toMatchObject({ id, done: [] });
  });

  test("in the image itself", async () => {
    await forget();
    const name = `${registry.host}/caches/inline:1`;
    await build({ tags: [name], keepsCacheInImage: true });
    const { bytes } = await engine.ask("POST", `/images/${registry.host}/caches/inline/push?tag=1`);
    expect(bytes.toString()).not.toContain('"error"');
    await forget();
    const { done } = await build({ cacheFrom: [{ kind: "registry", reference: name }] });
    expect(done).toEqual(steps.filter((step) => /source.txt/.test(step)));
  });

  test("that cannot be read are told, and cost no build", async () => {
    await forget();
    const image = `${registry.host}/caches/no-cache:1`;
    await registry.publish("caches/no-cache", "1");
    const hollow = join(engine.folder, "hollow-cache");
    await mkdir(hollow);
    const places = [
      inRegistry("nobody-made-this"),
      { kind: "registry", reference: image } as const,
      await inFolder(hollow),
    ];
    const { done, caches } = await build({ cacheFrom: places });
    expect(done).toEqual(steps);
    expect(caches).toEqual([
      expect.stringMatching(/^importing cache manifest from .*nobody-made-this: .*manifest/),
      `importing cache manifest from ${image}`,
      expect.stringMatching(/^importing cache manifest from .*hollow-cache: .* has no manifest$/),
    ]);
  });

  test("of which a layer is damaged are not believed", async () => {
    await forget();
    const path = join(engine.folder, "damaged-cache");
    const { cacheManifest = "" } = await build({
      cacheTo: [{ place: await inFolder(path), isWhole: true, ignoresFailure: false }],
    });
    const folder = new CacheFolder(path);
    const size = (await folder.size(cacheManifest)) ?? 0;
    folder.name("latest", {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest: cacheManifest,
      size,
    });
    const manifest = JSON.parse(Buffer.concat(await Array.fromAsync(folder.read(cacheManifest))).toString());
    for (const { digest, size: bytes } of manifest.layers) {
      await writeFile(join(path, "blobs/sha256", digest.slice(7)), Buffer.alloc(bytes));
    }
    await forget();
    const { done, caches } = await build({ cacheFrom: [await inFolder(path)] });
    expect(done).toEqual(steps);
    expect(caches.join("\n")).toMatch(/importing cached layers from .*damaged-cache: /);
  });

  test("that cannot be written are a failure, unless the build says otherwise", async () => {
    await forget();
    const place = { kind: "registry", reference: "127.0.0.1:1/caches/app:1" } as const;
    const failure = await build({ cacheTo: [{ place, isWhole: true, ignoresFailure: false }] }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(BuildError);
    expect((failure as Error).message).toMatch(
      /^exporting cache to registry \(127\.0\.0\.1:1\/caches\/app:1\): .*connection refused/,
    );
    expect((await build({ cacheTo: [{ place, isWhole: true, ignoresFailure: true }] })).caches).toEqual([
      expect.stringMatching(/connection refused/),
    ]);
    await rm(join(context, "Dockerfile"));
  });
});

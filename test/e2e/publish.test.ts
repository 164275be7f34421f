import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { applicationIndex, artifactOf } from "../../src/actions/publish/artifact.ts";
import { composeVersion } from "../../src/observe/labels.ts";
import { openRegistries } from "../../src/registry/client.ts";
import { type Digest, digestOf } from "../../src/registry/digest.ts";
import { folderOf } from "../support/hostile-places.ts";
import { startRegistry } from "../support/registry.ts";
import { type Outcome, start, tscompose } from "../support/tool.ts";

/** Runs where copies of what was published stay in the folder, too. */
async function inFolder(directory: string, ...args: readonly string[]): Promise<Outcome> {
  return start(tscompose, args, { directory, environment: { XDG_CACHE_HOME: join(directory, "cache") } }).outcome;
}

interface PublishedManifest {
  readonly artifactType?: string;
  readonly config: { readonly mediaType: string };
  readonly layers: readonly {
    readonly mediaType: string;
    readonly digest: string;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** What a registry holds under a name, and the texts of its layers. */
async function read(
  host: string,
  path: string,
  tag: string,
): Promise<{ manifest: PublishedManifest; texts: string[] }> {
  const at = `http://${host}/v2/${path}`;
  const headers = { Accept: "application/vnd.oci.image.manifest.v1+json" };
  const manifest = (await (await fetch(`${at}/manifests/${tag}`, { headers })).json()) as PublishedManifest;
  const texts = manifest.layers.map(async ({ digest }) => (await fetch(`${at}/blobs/${digest}`)).text());
  return { manifest, texts: await Promise.all(texts) };
}

const plain = `name: shop
services:
  web: { image: busybox } # with a word about it
`;

test("publish sends compose files as they are written, in the form that docker compose reads", async () => {
  await using registry = await startRegistry();
  const { host } = registry;
  using folder = folderOf({ "compose.yaml": plain, "more.yaml": "services: { web: { command: [top] } }\n" });

  const shown = await inFolder(folder.path, "publish", "--dry-run", `${host}/acme/shop:1`);
  expect(shown).toMatchObject({ exitCode: 0, stdout: `publish compose.yaml as ${host}/acme/shop:1\n` });
  const tags = (await fetch(`http://${host}/v2/acme/shop/tags/list`)).status;
  expect(tags, "nothing is sent by a dry run").toBe(404);

  const files = ["-f", "compose.yaml", "-f", "more.yaml"];
  const done = await inFolder(folder.path, ...files, "publish", `${host}/acme/shop:1`);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
  expect(done.stdout).toMatch(new RegExp(`^published ${host}/acme/shop:1@sha256:[0-9a-f]{64}\n$`));
  const { manifest, texts } = await read(host, "acme/shop", "1");
  expect(manifest.artifactType).toBe("application/vnd.docker.compose.project");
  expect(manifest.layers.map(({ mediaType }) => mediaType)).toEqual(
    Array(2).fill("application/vnd.docker.compose.file+yaml"),
  );
  expect(manifest.layers.map(({ annotations }) => annotations["com.docker.compose.file"])).toEqual([
    "compose.yaml",
    "more.yaml",
  ]);
  expect(texts[0]).toBe(plain);

  await inFolder(folder.path, "alpha", "publish", "--oci-version", "1.0", `${host}/acme/shop:old`);
  const old = await read(host, "acme/shop", "old");
  expect(old.manifest.artifactType).toBeUndefined();
  expect(old.manifest.config.mediaType).toBe("application/vnd.docker.compose.config.empty.v1+json");
});

test("publish --app takes the images along", async () => {
  await using registry = await startRegistry();
  const { host } = registry;
  await registry.publish("acme/web", "1");
  const image = `${host}/acme/web:1`;
  using folder = folderOf({ "compose.yaml": `services: { a: { image: '${image}' }, b: { image: '${image}' } }\n` });
  const shown = await inFolder(folder.path, "--dry-run", "publish", "--app", `${host}/acme/shop:1`);
  expect(shown.stdout).toBe(`publish compose.yaml, ${image} as ${host}/acme/shop:1\n`);
  const done = await inFolder(folder.path, "publish", "--app", `${host}/acme/shop:1`);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });

  const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
  const ociTypes = ["index", "manifest"].map((kind) => `application/vnd.oci.image.${kind}.v1+json`);
  const headers = { Accept: [mediaType, ...ociTypes].join(", ") };
  const manifestOf = (path: string): Promise<Response> => fetch(`http://${host}/v2/acme/${path}`, { headers });
  const original = await manifestOf("web/manifests/1");
  const digest = original.headers.get("docker-content-digest") ?? "";
  const copy = await manifestOf(`shop/manifests/${digest}`);
  expect(copy.status, "the image is in the repository").toBe(200);
  expect(await copy.text()).toBe(await original.text());

  const bytes = Buffer.from(await (await manifestOf("shop/manifests/1")).arrayBuffer());
  const size = Number(original.headers.get("content-length"));
  const published = { manifest: { mediaType: "application/vnd.oci.image.manifest.v1+json", bytes }, composeVersion };
  const expected = applicationIndex([{ mediaType, digest: digest as Digest, size }], published);
  const index = await manifestOf(`shop/manifests/${digestOf(expected.bytes)}`);
  expect(index.status, "an index says which images belong to it").toBe(200);
  const subject = { digest: digestOf(bytes), artifactType: "application/vnd.docker.compose.project" };
  expect(await index.json()).toMatchObject({ manifests: [{ digest }], subject });

  const used = await inFolder(folder.path, "-f", `oci://${host}/acme/shop:1`, "config", "--images");
  expect(used, used.stderr).toMatchObject({ exitCode: 0, stdout: `${image}\n${image}\n` });
});

test("publish sends nothing that may be private unasked, and nothing that nobody could use", async () => {
  using folder = folderOf({
    "compose.yaml": `services:
  web: { image: busybox, environment: { API_TOKEN: s3cret }, volumes: ["./here:/there"] }
  built: { build: . }
  other: { extends: { file: base.yaml, service: base } }
`,
    "base.yaml": "services: { base: { image: busybox } }\n",
    "private.yaml": `services: { web: { image: busybox, volumes: ["./here:/there"], labels: { key: AKIAABCDEFGHIJKLMNOP } } }\n`,
  });
  const refused = await inFolder(folder.path, "publish", "127.0.0.1:1/acme/shop");
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toMatch(/^base\.yaml is extended or included/m);
  expect(refused.stderr).toMatch(/^compose\.yaml:2:\d+ services\.web\.environment: values of variables are not/m);
  expect(refused.stderr).toMatch(/^compose\.yaml:3:\d+ services\.built\.build: nobody else can build it/m);

  const asked = await inFolder(folder.path, "-f", "private.yaml", "publish", "127.0.0.1:1/acme/shop");
  expect(asked.exitCode).toBe(1);
  expect(asked.stderr).toMatch(/web mounts \S+\/here of this machine/);
  expect(asked.stderr).toMatch(/private\.yaml:1 looks like a secret/);
  expect(asked.stderr).toMatch(/hint: .*--yes/);
  expect(asked.stderr).not.toContain("AKIA");

  const away = await inFolder(folder.path, "-f", "private.yaml", "publish", "--yes", "127.0.0.1:1/acme/shop");
  expect(away.stderr).toMatch(/^publishing to 127\.0\.0\.1:1\/acme\/shop:latest: .*connection refused/m);
});

test("-f oci:// reads what was published", async () => {
  await using registry = await startRegistry();
  const { host } = registry;
  using folder = folderOf({ "compose.yaml": plain, "more/compose.yaml": "services: { web: { command: [top] } }\n" });
  const published = await inFolder(
    folder.path,
    "-f",
    "compose.yaml",
    "-f",
    "more/compose.yaml",
    "publish",
    `${host}/acme/shop`,
  );
  expect(published, published.stderr).toMatchObject({ exitCode: 0 });

  const address = `oci://${host}/acme/shop`;
  const merged = await inFolder(folder.path, "-f", address, "config", "--no-path-resolution");
  expect(merged, merged.stderr).toMatchObject({ exitCode: 0 });
  expect(merged.stdout).toMatch(/^name: shop\nservices:\n {2}web:\n {4}command:\n {6}- top\n/);
  const again = await inFolder(folder.path, "-f", address, "config", "--services");
  expect(again).toMatchObject({ exitCode: 0, stdout: "web\n" });
  const [copy = ""] = await readdir(join(folder.path, "cache/tscompose/oci"));
  expect((await stat(join(folder.path, "cache/tscompose/oci", copy))).mode & 0o777).toBe(0o700);

  const absent = await inFolder(folder.path, "-f", `${address}:none`, "config");
  expect(absent.exitCode).toBe(1);
  expect(absent.stderr).toMatch(new RegExp(`^fetching ${address}:none: `));
});

test("-f oci:// takes no images for compose files, and no names that lead out of a folder", async () => {
  await using registry = await startRegistry();
  const { host } = registry;
  using folder = folderOf({});
  await registry.publish("acme/image", "1");
  const image = await inFolder(folder.path, "-f", `oci://${host}/acme/image:1`, "config");
  expect(image.stderr).toMatch(
    /acme\/image:1: it is no compose file .*\n {2}hint: what can be read is what publish has sent/,
  );

  const about = { version: "1.1", composeVersion: "2.40.3", createdAt: "2026-01-01T00:00:00Z" } as const;
  const { blobs, manifest } = artifactOf([{ name: "../evil.yaml", text: plain }], about);
  using registries = openRegistries({ mirrors: [], insecure: [], trust: async () => ({}) });
  const writer = registries.writer(`${host}/acme/evil`, { signal: new AbortController().signal });
  for (const { bytes, digest, subject } of blobs) {
    await writer.uploadBlob({ open: () => Readable.from([bytes]), digest: () => digest, subject });
  }
  await writer.putManifest("1", manifest);
  const evil = await inFolder(folder.path, "-f", `oci://${host}/acme/evil:1`, "config");
  expect(evil).toMatchObject({ exitCode: 1, stdout: "" });
  expect(evil.stderr).toMatch(/a name in it leads out of its folder/);
});

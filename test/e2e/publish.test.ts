import { expect, test } from "vitest";
import { folderOf } from "../support/hostile-places.ts";
import { startRegistry } from "../support/registry.ts";
import { type Outcome, start, tscompose } from "../support/tool.ts";

async function inFolder(directory: string, ...args: readonly string[]): Promise<Outcome> {
  return start(tscompose, args, { directory }).outcome;
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

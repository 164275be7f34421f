import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "./free-port.ts";

/** A real registry on this machine, whose engines speak HTTP to 127.0.0.0/8 without being told to. */
export interface Registry extends AsyncDisposable {
  /** Host and port: what names of its images begin with. */
  readonly host: string;
  /** Puts an image of no layers there, another one for another `salt`; gives its digest. */
  publish(repository: string, tag: string, salt?: string): Promise<string>;
  /** The same for several platforms, another one for another `salt` of each, `{"linux/arm64": "first"}`. */
  publishFor(
    repository: string,
    tag: string,
    salts: Readonly<Record<string, string>>,
  ): Promise<{ readonly digest: string; readonly platforms: Readonly<Record<string, string>> }>;
}

/** How a registry is to be spoken to. */
export interface RegistryWish {
  /** A folder with the server's `cert.pem` and `key.pem`; plain HTTP otherwise. */
  readonly keys?: string;
  /** A file with the authority by which clients have to be known. */
  readonly clientAuthority?: string;
  /** Whether it lets in only {@link visitor}. */
  readonly isPrivate?: boolean;
}

/** Who is let in by a private registry. */
export const visitor = { username: "ali", password: "open sesame" } as const;
const htpasswd = `${visitor.username}:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n`;

/** Starts the reference registry (Debian: docker-registry) with nothing in it. */
export async function startRegistry({
  keys,
  clientAuthority,
  isPrivate = false,
}: RegistryWish = {}): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), "tscompose-registry-"));
  const host = `127.0.0.1:${await freePort()}`;
  const tls = keys && {
    certificate: join(keys, "cert.pem"),
    key: join(keys, "key.pem"),
    ...(clientAuthority && { clientcas: [clientAuthority] }),
  };
  const passwords = join(folder, "htpasswd");
  writeFileSync(passwords, htpasswd);
  const config = {
    version: "0.1",
    storage: { filesystem: { rootdirectory: folder } },
    http: { addr: host, ...(tls && { tls }) },
    ...(isPrivate && { auth: { htpasswd: { realm: "test", path: passwords } } }),
  };
  writeFileSync(join(folder, "config.yml"), JSON.stringify(config));
  const server = spawn("docker-registry", ["serve", join(folder, "config.yml")], { stdio: ["ignore", "pipe", "pipe"] });
  server.stdout.resume();
  for await (const line of createInterface(server.stderr)) if (line.includes("listening on")) break;
  server.stderr.resume();
  return {
    host,
    publish: async (repository, tag, salt) => {
      const { digest } = await publish(`http://${host}/v2/${repository}`, tag, { author: salt ?? "" });
      return digest;
    },
    publishFor: (repository, tag, salts) => publishFor(`http://${host}/v2/${repository}`, tag, salts),
    async [Symbol.asyncDispose]() {
      server.kill();
      if (server.exitCode === null) await once(server, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const known = {
  Authorization: `Basic ${Buffer.from(`${visitor.username}:${visitor.password}`).toString("base64")}`,
};

/** What a list says of an image. */
interface Listed {
  readonly mediaType: string;
  readonly size: number;
  readonly digest: string;
}

async function publishFor(
  repository: string,
  tag: string,
  salts: Readonly<Record<string, string>>,
): Promise<{ readonly digest: string; readonly platforms: Readonly<Record<string, string>> }> {
  const names = Object.keys(salts);
  const manifests = await Promise.all(
    names.map(async (name, index) => {
      const [os = "", architecture = "", variant] = name.split("/");
      const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
      const author = salts[name] ?? "";
      return { ...(await publish(repository, `${tag}-${index}`, { ...platform, author })), platform };
    }),
  );
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const { digest } = await put(repository, tag, { schemaVersion: 2, mediaType, manifests });
  return { digest, platforms: Object.fromEntries(manifests.map((each, at) => [names[at] ?? "", each.digest])) };
}

async function publish(repository: string, tag: string, own: Readonly<Record<string, string>>): Promise<Listed> {
  const rootfs = { type: "layers", diff_ids: [] };
  const config = JSON.stringify({ architecture: "amd64", os: "linux", ...own, rootfs });
  const upload = await fetch(`${repository}/blobs/uploads/`, { method: "POST", headers: known });
  const place = new URL(upload.headers.get("location") ?? "", repository);
  place.searchParams.set("digest", digestOf(config));
  await accepted(
    fetch(place, { method: "PUT", body: config, headers: { ...known, "Content-Type": "application/octet-stream" } }),
  );
  return put(repository, tag, {
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: {
      mediaType: "application/vnd.docker.container.image.v1+json",
      size: config.length,
      digest: digestOf(config),
    },
    layers: [],
  });
}

/** As much of one as is put here. */
interface Manifest {
  readonly mediaType: string;
  readonly [key: string]: unknown;
}

async function put(repository: string, tag: string, manifest: Manifest): Promise<Listed> {
  const { mediaType } = manifest;
  const body = JSON.stringify(manifest);
  const sent = { method: "PUT", body, headers: { ...known, "Content-Type": mediaType } };
  await accepted(fetch(`${repository}/manifests/${tag}`, sent));
  return { mediaType, size: body.length, digest: digestOf(body) };
}

async function accepted(answer: Promise<Response>): Promise<void> {
  const { ok, url, status } = await answer;
  if (!ok) throw new Error(`${url}: ${status}`);
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

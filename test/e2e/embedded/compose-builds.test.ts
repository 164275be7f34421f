import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";
import { EngineApi, engineAddress } from "../../support/engine-api.ts";
import { serveRepository } from "../../support/git-repository.ts";
import { startRegistry, visitor } from "../../support/registry.ts";
import { archiveOf } from "../../support/tar-members.ts";
import { type Outcome, start, tscompose } from "../../support/tool.ts";

let engine: OwnEngine;

beforeAll(async () => {
  engine = await startOwnEngine();
  await engine.borrow("busybox:latest");
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(await mkdtemp(join(engine.folder, "build-")), "project");
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

interface Run {
  readonly address?: string;
  /** Folder of Docker's configuration. */
  readonly config?: string;
}

function run(
  directory: string,
  args: readonly string[],
  { address = engine.api.address, config = engine.folder }: Run = {},
): Promise<Outcome> {
  const environment = { DOCKER_HOST: address, DOCKER_CONFIG: config };
  return start(tscompose, ["--progress", "plain", ...args], { directory, environment }).outcome;
}

/** Prints what the image of a service has in a file. */
async function fileOf(image: string, path: string): Promise<string> {
  const { Id } = (await engine.api.post("/containers/create", {
    Image: image,
    Cmd: ["cat", path],
    Tty: true,
    HostConfig: { NetworkMode: "none" },
  })) as {
    Id: string;
  };
  await engine.api.send("POST", `/containers/${Id}/start`);
  await engine.api.post(`/containers/${Id}/wait`, {});
  const text = (await engine.api.download(`/containers/${Id}/logs?stdout=1`)).toString();
  await engine.api.send("DELETE", `/containers/${Id}?force=1`);
  return text.replaceAll("\r\n", "\n");
}

test("a cache in a folder lets another engine run no command again", async () => {
  const folder = await folderWith({
    "compose.yaml": `name: cached
services:
  web:
    build:
      context: web
      cache_from: ["type=local,src=.cache"]
      cache_to: ["type=local,dest=.cache,mode=max"]
`,
    "web/Dockerfile": "FROM busybox\nCOPY a.txt /\nRUN cat a.txt > /made && echo that-ran\n",
    "web/a.txt": "a\n",
  });
  const first = await run(folder, ["build"]);
  expect(first).toMatchObject({ exitCode: 0 });
  expect(first.stderr).toContain(`cache_from: there is no cache in "${join(folder, ".cache")}" yet`);
  expect(first.stdout + first.stderr).toMatch(/^#\d+ that-ran$/m);
  await access(join(folder, ".cache/index.json"));
  await engine.api.send("DELETE", "/images/cached-web?force=1");
  await engine.api.send("POST", "/build/prune?all=1");
  const second = await run(folder, ["build"]);
  expect(second).toMatchObject({ exitCode: 0 });
  expect(second.stdout + second.stderr).not.toMatch(/^#\d+ that-ran$/m);
  expect(await fileOf("cached-web", "/made")).toBe("a\n");
});

describe("a context that is not here", () => {
  test("is a git repository, of a branch and a folder", async () => {
    const origin = await folderWith({
      "app/Dockerfile": "FROM busybox\nCOPY . /app/\nRUN ls -A /app > /list\n",
      "app/a.txt": "a\n",
      "app/.dockerignore": "a.txt\n",
    });
    await using repository = await serveRepository(origin);
    const build = `${repository.url}#main:app`;
    const folder = await folderWith({ "compose.yaml": `name: gitted\nservices: { web: { build: "${build}" } }\n` });
    expect(await run(folder, ["build"])).toMatchObject({ exitCode: 0 });
    // As BuildKit: nothing is left out of a repository.
    expect(await fileOf("gitted-web", "/list")).toBe(".dockerignore\nDockerfile\na.txt\n");
    await writeFile(
      join(folder, "compose.yaml"),
      `name: gitted\nservices: { web: { build: "${repository.url}#absent" } }\n`,
    );
    const refused = await run(folder, ["build"]);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(/web.*the context git:\/\/.*#absent: failed to fetch remote git:/s);
  });

  test("is an archive on the web, or a Dockerfile alone", async () => {
    const archive = gzipSync(
      await archiveOf([
        { name: "Dockerfile", text: "FROM busybox\nCOPY a.txt /a\n" },
        { name: "a.txt", text: "from afar\n" },
      ]),
    );
    const pages = new Map<string, string | Buffer>([
      ["/app.tar.gz", archive],
      ["/Dockerfile", "FROM busybox\nRUN echo alone > /a\n"],
    ]);
    const server = createServer((request, response) => {
      const page = pages.get(request.url ?? "");
      response.writeHead(page === undefined ? 404 : 200).end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const folder = await folderWith({
        "compose.yaml": `name: fetched
services:
  archive: { build: "${web}/app.tar.gz" }
  alone: { build: "${web}/Dockerfile" }
`,
      });
      expect(await run(folder, ["build"])).toMatchObject({ exitCode: 0 });
      expect(await fileOf("fetched-archive", "/a")).toBe("from afar\n");
      expect(await fileOf("fetched-alone", "/a")).toBe("alone\n");
      await writeFile(join(folder, "compose.yaml"), `name: fetched\nservices: { web: { build: "${web}/gone" } }\n`);
      const refused = await run(folder, ["build"]);
      expect(refused.exitCode).not.toBe(0);
      expect(refused.stderr).toContain(`the context ${web}/gone: invalid response status 404`);
    } finally {
      server.close();
    }
  });
});

test("an image of a private registry is built from with the login of Docker's configuration, and not without", async () => {
  await using registry = await startRegistry({ isPrivate: true });
  const base = `${registry.host}/private/base:1`;
  const folder = await folderWith({
    "compose.yaml": `name: guarded
services:
  base: { image: "${base}", build: { dockerfile_inline: "FROM busybox\\nRUN echo base > /base\\n" } }
  web: { image: "tscompose-guarded-web", build: { dockerfile_inline: "FROM ${base}\\nRUN cat /base\\n" } }
`,
  });
  const login = Buffer.from(`${visitor.username}:${visitor.password}`).toString("base64");
  const known = await folderWith({ "config.json": JSON.stringify({ auths: { [registry.host]: { auth: login } } }) });
  const unknown = await folderWith({ "config.json": "{}" });
  for (const address of [engine.api.address, engineAddress]) {
    const api = new EngineApi(address);
    const forget = async (): Promise<void> => {
      for (const image of [base, "tscompose-guarded-web"]) {
        await api.send("DELETE", `/images/${image}?force=1`).catch(() => {});
      }
    };
    await using _ = { [Symbol.asyncDispose]: forget };
    expect(await run(folder, ["build", "--push", "base"], { address, config: known })).toMatchObject({ exitCode: 0 });
    await forget();
    const refused = await run(folder, ["build", "--no-cache", "web"], { address, config: unknown });
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain("private/base");
    expect(refused.stderr).toMatch(/denied|no basic auth credentials|authorization failed|401 Unauthorized/);
    expect(await run(folder, ["build", "--no-cache", "web"], { address, config: known })).toMatchObject({
      exitCode: 0,
    });
    expect(refused.stdout + refused.stderr).not.toContain(login);
  }
  await rm(folder, { recursive: true });
});

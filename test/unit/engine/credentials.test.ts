import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { credentialHelpers } from "../../../src/engine/credential-helper.ts";
import { dockerCredentials } from "../../../src/engine/credentials.ts";

const hub = "https://index.docker.io/v1/";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const decode = (header: string | undefined): unknown =>
  header === undefined ? undefined : JSON.parse(Buffer.from(header, "base64").toString());

describe("credentials", () => {
  const home = mkdtempSync(join(tmpdir(), "tscompose-credentials-"));
  const environment = { PATH: `${home}:${process.env["PATH"]}` };
  beforeAll(() => {
    const program = join(home, "docker-credential-vault");
    writeFileSync(program, vault);
    chmodSync(program, 0o755);
  });
  afterAll(() => rmSync(home, { recursive: true }));

  let count = 0;
  const withConfig = (config: object): ReturnType<typeof dockerCredentials> => {
    const folder = join(home, `config-${(count += 1)}`);
    mkdirSync(folder);
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    return dockerCredentials(folder, environment);
  };

  test.each([
    { where: "Docker Hub", auths: { [hub]: { auth: base64("me:a:b") } }, image: "acme/web", serveraddress: hub },
    { where: "another registry", auths: { "ghcr.io": { auth: base64("me:a:b") } }, image: "ghcr.io/acme/web" },
    {
      where: "one written as a URL",
      auths: { "https://ghcr.io/v2/": { auth: base64("me:a:b") } },
      image: "ghcr.io/acme/web",
    },
  ])("for $where come from the file", async ({ auths, image, serveraddress = "ghcr.io" }) => {
    const header = await withConfig({ auths }).forImage(image);
    expect(decode(header)).toEqual({ serveraddress, username: "me", password: "a:b" });
  });

  test("with a token leave out the password", async () => {
    const header = await withConfig({ auths: { "ghcr.io": { identitytoken: "t" } } }).forImage("ghcr.io/a");
    expect(decode(header)).toEqual({ serveraddress: "ghcr.io", identitytoken: "t" });
  });

  test("are absent when nobody logged in", async () => {
    expect(await withConfig({ auths: { "ghcr.io": {} } }).forImage("ghcr.io/a")).toBeUndefined();
    expect(await dockerCredentials(join(home, "nowhere"), environment).forImage("nginx")).toBeUndefined();
    expect(await withConfig({}).forBuild()).toBeUndefined();
  });

  test("come from the helper of the registry, or else from the store", async () => {
    const header = await withConfig({ credHelpers: { "quay.example": "vault" } }).forImage("quay.example/a");
    expect(decode(header)).toEqual({
      serveraddress: "quay.example",
      username: "helped",
      password: "secret of quay.example",
    });
    const stored = await withConfig({ credsStore: "vault", auths: { "token.example": {} } }).forImage(
      "token.example/a",
    );
    expect(decode(stored)).toEqual({ serveraddress: "token.example", identitytoken: "secret of token.example" });
  });

  test("that a helper does not have may still be in the file", async () => {
    const config = { credsStore: "vault", auths: { "none.example": { auth: base64("a:b") } } };
    expect(decode(await withConfig(config).forImage("none.example/a"))).toMatchObject({ username: "a" });
  });

  test("for a build are those of every registry", async () => {
    const config = { auths: { "ghcr.io": { auth: base64("a:b") } }, credHelpers: { "quay.example": "vault" } };
    expect(decode(await withConfig(config).forBuild())).toEqual({
      "ghcr.io": { serveraddress: "ghcr.io", username: "a", password: "b" },
      "quay.example": { serveraddress: "quay.example", username: "helped", password: "secret of quay.example" },
    });
  });

  test("are padded Base64 for URLs", async () => {
    const header =
      (await withConfig({ auths: { "ghcr.io": { auth: base64("me:ÿÿÿ???>>") } } }).forImage("ghcr.io/a")) ?? "";
    expect(header.length % 4).toBe(0);
    expect(header).not.toMatch(/[+/]/);
  });

  test.each([
    {
      store: "absent",
      message: /docker-credential-absent for the login of ghcr.io: spawn docker-credential-absent ENOENT/,
    },
    { store: "vault", registry: "locked.example", message: /the vault is locked/ },
  ])("that $store cannot give are refused by its name", async ({ store, registry = "ghcr.io", message }) => {
    await expect(withConfig({ credsStore: store }).forImage(`${registry}/a`)).rejects.toMatchObject({
      code: "unauthorized",
      message: expect.stringMatching(message),
    });
  });

  test("a broken config.json is refused by its path", async () => {
    const folder = join(home, "broken");
    mkdirSync(folder);
    writeFileSync(join(folder, "config.json"), "{");
    await expect(dockerCredentials(folder, environment).forImage("nginx")).rejects.toThrow(`${folder}/config.json: `);
  });

  test("their helpers are known, with the ones that are missing", async () => {
    const config = { credsStore: "vault", credHelpers: { "ghcr.io": "absent" } };
    expect(await credentialHelpers(config, environment)).toEqual([
      { program: "docker-credential-vault", path: join(home, "docker-credential-vault") },
      { registry: "ghcr.io", program: "docker-credential-absent" },
    ]);
  });
});

/** Speaks Docker's credential helper protocol. */
const vault = `#!/bin/sh
read -r registry || :
case $registry in
  token.example) printf '{"ServerURL":"%s","Username":"<token>","Secret":"secret of %s"}' "$registry" "$registry" ;;
  none.example) echo "credentials not found in native keychain"; exit 1 ;;
  locked.example) echo "the vault is locked"; exit 1 ;;
  *) printf '{"ServerURL":"%s","Username":"helped","Secret":"secret of %s"}' "$registry" "$registry" ;;
esac
`;

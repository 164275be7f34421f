import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dockerCredentials } from "../../../src/engine/credentials.ts";
import { type LoginStore, openLoginStore, registryKey } from "../../../src/engine/login-store.ts";
import { writePrivately } from "../../../src/system/private-file.ts";

/** Keeps what it is told in a file, and tells by which arguments it was called. */
const vault = `#!/bin/sh
case $1 in
  store) cat > "$VAULT/kept" ;;
  erase) cat > "$VAULT/erased" ;;
  slow) ;;
esac
echo "$@" >> "$VAULT/arguments"
`;

describe("a login", () => {
  const home = mkdtempSync(join(tmpdir(), "tscompose-logins-"));
  const environment = { PATH: `${home}:${process.env["PATH"]}`, VAULT: home };
  beforeAll(() => {
    for (const [name, script] of [
      ["vault", vault],
      ["stuck", "#!/bin/sh\nexec sleep 60\n"],
      ["locked", "#!/bin/sh\necho the vault is locked\nexit 1\n"],
    ] as const) {
      writeFileSync(join(home, `docker-credential-${name}`), script);
      chmodSync(join(home, `docker-credential-${name}`), 0o755);
    }
  });
  afterAll(() => rmSync(home, { recursive: true }));

  let count = 0;
  const withConfig = (config?: object): { store: LoginStore; folder: string; read: () => unknown } => {
    const folder = join(home, `config-${(count += 1)}`);
    mkdirSync(folder);
    const path = join(folder, "config.json");
    if (config !== undefined) writeFileSync(path, JSON.stringify(config));
    const read = (): unknown => JSON.parse(readFileSync(path, "utf8"));
    return { store: openLoginStore(folder, environment, writePrivately), folder, read };
  };
  const me = { serveraddress: "ghcr.io", username: "me", password: "a:b ÿ" };

  test("in the file is what a pull sends, and all else in it stays", async () => {
    const { store, folder, read } = withConfig({ psFormat: "x", auths: { "quay.example": { auth: "bTpw" } } });
    await store.keep(me);
    expect(read()).toEqual({
      psFormat: "x",
      auths: { "quay.example": { auth: "bTpw" }, "ghcr.io": { auth: Buffer.from("me:a:b ÿ").toString("base64") } },
    });
    const header = (await dockerCredentials(folder, environment).forImage("ghcr.io/a")) ?? "";
    expect(JSON.parse(Buffer.from(header, "base64").toString())).toEqual(me);
    expect(await store.forget("ghcr.io")).toBe(true);
    expect(await store.forget("ghcr.io")).toBe(false);
    expect(read()).toEqual({ psFormat: "x", auths: { "quay.example": { auth: "bTpw" } } });
  });

  test("by a token keeps no password", async () => {
    const { store, read } = withConfig();
    await store.keep({ serveraddress: "ghcr.io", username: "me", identitytoken: "t" });
    expect(read()).toEqual({ auths: { "ghcr.io": { auth: "bWU6", identitytoken: "t" } } });
  });

  test.each([{ credsStore: "vault" }, { credHelpers: { "ghcr.io": "vault" }, credsStore: "locked" }])(
    "goes to the helper of %j by a pipe, and stays out of the file",
    async (config) => {
      const { store, read } = withConfig(config);
      await store.keep(me);
      expect(JSON.parse(readFileSync(join(home, "kept"), "utf8"))).toEqual({
        ServerURL: "ghcr.io",
        Username: "me",
        Secret: "a:b ÿ",
      });
      expect(read()).toEqual({ ...config, auths: { "ghcr.io": {} } });
      expect(await store.forget("ghcr.io")).toBe(true);
      expect(readFileSync(join(home, "erased"), "utf8")).toBe("ghcr.io");
      expect(readFileSync(join(home, "arguments"), "utf8")).not.toContain("a:b");
    },
  );

  test("that a helper does not take is kept nowhere", async () => {
    const config = { credsStore: "locked" };
    const { store, read } = withConfig(config);
    await expect(store.keep(me)).rejects.toThrow(/docker-credential-locked.*the vault is locked/);
    expect(read()).toEqual(config);
  });

  test("is not waited for when a helper hangs", async () => {
    const { folder } = withConfig({ credsStore: "stuck" });
    const credentials = dockerCredentials(folder, { ...environment, TSCOMPOSE_CREDENTIAL_TIMEOUT: "0.1" });
    await expect(credentials.forImage("ghcr.io/a")).rejects.toThrow(/docker-credential-stuck.*no answer within 0.1 s/);
  });
});

test.each([
  ["", "https://index.docker.io/v1/"],
  ["docker.io", "https://index.docker.io/v1/"],
  ["https://index.docker.io/v1/", "https://index.docker.io/v1/"],
  ["ghcr.io", "ghcr.io"],
  ["https://ghcr.io/v2/", "ghcr.io"],
  ["127.0.0.1:5000", "127.0.0.1:5000"],
])("the login of %j is kept as %s", (address, key) => {
  expect(registryKey(address)).toBe(key);
});

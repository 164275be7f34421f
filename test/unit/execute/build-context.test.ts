import { execFileSync } from "node:child_process";
import { mkdtempDisposableSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Build } from "../../../src/compose/project.ts";
import { openBuildContext } from "../../../src/execute/build-context.ts";

const files = {
  Dockerfile: "FROM scratch",
  "a.txt": "a",
  "debug.log": "x",
  "sub/keep": "k",
  "sub/drop": "d",
  ".dockerignore": "*.log\nsub\n!sub/keep\nDockerfile\n",
};

function directoryOf(contents: Readonly<Record<string, string>>) {
  const directory = mkdtempDisposableSync(join(tmpdir(), "tscompose-context-"));
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(directory.path, path)), { recursive: true });
    writeFileSync(join(directory.path, path), content);
  }
  return directory;
}

async function sent(
  build: Build,
): Promise<{ readonly dockerfile: string; readonly names: string[]; readonly archive: Buffer }> {
  const { dockerfile, archive } = await openBuildContext(build, "services.web.build");
  const chunks = await Array.fromAsync(archive);
  const whole = Buffer.concat(chunks);
  const names = execFileSync("tar", ["-t"], { input: whole, encoding: "utf8" }).trimEnd().split("\n");
  return { dockerfile, names, archive: whole };
}

describe("a build context", () => {
  test("leaves out what .dockerignore says, but never the Dockerfile", async () => {
    using directory = directoryOf(files);
    const { names, dockerfile } = await sent({ context: directory.path });
    expect(dockerfile).toBe("Dockerfile");
    expect(names).toEqual([".dockerignore", "Dockerfile", "a.txt", "sub/keep"]);
  });

  test("prefers the ignore file of the Dockerfile", async () => {
    using directory = directoryOf({ ...files, "Dockerfile.dockerignore": "a.txt\n*ignore\n" });
    const { names } = await sent({ context: directory.path });
    expect(names).toEqual(["Dockerfile", "debug.log", "sub/", "sub/drop", "sub/keep"]);
  });

  test("brings along a Dockerfile from elsewhere, and one given inline", async () => {
    using directory = directoryOf({ "ctx/a": "a", "other/Dockerfile": "FROM scratch" });
    const context = join(directory.path, "ctx");
    const elsewhere = await sent({ context, dockerfile: "../other/Dockerfile" });
    expect(elsewhere.names).toEqual([elsewhere.dockerfile, "a"]);
    const inline = await sent({ context, dockerfileInline: "FROM scratch" });
    expect(inline.dockerfile).toBe(elsewhere.dockerfile);
  });

  test("keeps links as links and large files whole", async () => {
    using directory = directoryOf({ Dockerfile: "FROM scratch", big: "x".repeat(3 << 20) });
    symlinkSync("big", join(directory.path, "link"));
    const { archive } = await sent({ context: directory.path });
    const lines = execFileSync("tar", ["-tv"], { input: archive, encoding: "utf8" });
    expect(lines).toMatch(/ 3145728 .* big$/m);
    expect(lines).toMatch(/^l.* link -> big$/m);
  });

  test.each([
    {
      what: "a directory that is not there",
      build: { context: "/nowhere" },
      message: 'services.web.build.context: no such directory "/nowhere"',
    },
    { what: "a repository", build: { context: "https://example.org/a.git" }, message: "only directories can be sent" },
    {
      what: "a Dockerfile that is not there",
      build: { context: import.meta.dirname, dockerfile: "Nofile" },
      message: "services.web.build.dockerfile: cannot read",
    },
  ])("is refused with its place for $what", async ({ build, message }) => {
    await expect(openBuildContext(build, "services.web.build")).rejects.toThrow(message);
  });
});

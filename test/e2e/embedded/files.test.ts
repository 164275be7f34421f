import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTar } from "../../../src/embedded/tar/read-tar.ts";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";
import { type WantedEntry, archiveOf, once } from "../../support/tar-members.ts";

let engine: OwnEngine;
let outside: string;

beforeAll(async () => {
  engine = await startOwnEngine();
  outside = join(engine.folder, "outside");
  await mkdir(outside);
  await writeFile(join(outside, "secret"), "of the host");
  await engine.borrow("busybox:latest");
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  expect(engine.faults).toEqual([]);
});

const sleep = ["sleep", "1000"];
const link = (name: string, linkName: string): WantedEntry => ({ name, kind: "symlink", linkName });

/** Puts an archive into a folder of a container; gives the status, and what was said to it. */
async function put(id: string, path: string, entries: readonly WantedEntry[], more = ""): Promise<string> {
  const target = `/containers/${id}/archive?path=${encodeURIComponent(path)}${more}`;
  const { status, bytes } = await engine.ask("PUT", target, await archiveOf(entries));
  return `${status} ${bytes.length === 0 ? "" : (JSON.parse(bytes.toString()) as { message: string }).message}`.trim();
}

/** What an archive of a path of a container holds: names, and texts of files. */
async function get(id: string, path: string): Promise<Record<string, string>> {
  const { status, bytes } = await engine.ask("GET", `/containers/${id}/archive?path=${encodeURIComponent(path)}`);
  if (status !== 200) return { status: String(status) };
  const found: Record<string, string> = {};
  for await (const { entry, content } of readTar(once(bytes))) {
    const text = Buffer.concat(await Array.fromAsync(content)).toString();
    found[entry.name] = entry.kind === "file" ? text : entry.kind;
  }
  return found;
}

async function stat(id: string, path: string): Promise<unknown> {
  const { headers } = await engine.ask("HEAD", `/containers/${id}/archive?path=${encodeURIComponent(path)}`);
  return JSON.parse(Buffer.from(String(headers["x-docker-container-path-stat"]), "base64").toString());
}

describe("copying", () => {
  test("reaches a container before its first start, its volumes included", async () => {
    const HostConfig = { NetworkMode: "none", Binds: ["files-data:/data/deep"] };
    const wish = { Image: "busybox:latest", Cmd: ["cat", "/run/secret", "/data/deep/x"], HostConfig };
    const { Id } = (await engine.api.post("/containers/create", wish)) as { Id: string };
    expect(await put(Id, "/", [{ name: "run/secret", text: "hush ", mode: 0o400, uid: 5 }])).toBe("200");
    expect(await put(Id, "/data/deep", [{ name: "x", text: "volume" }])).toBe("200");
    expect(await get(Id, "/data")).toEqual({
      "data/": "directory",
      "data/deep/": "directory",
      "data/deep/x": "volume",
    });
    expect(await stat(Id, "/run/secret")).toMatchObject({ name: "secret", size: 5, mode: 0o400, linkTarget: "" });
    await engine.api.send("POST", `/containers/${Id}/start`);
    await engine.ask("POST", `/containers/${Id}/wait`);
    expect(await engine.api.logs(Id)).toBe("hush volume");
    expect(await get(Id, "/data/deep/x")).toEqual({ x: "volume" });
  });

  test("keeps kinds, owners, modes and times, and replaces what is there as Docker does", async () => {
    const id = await engine.run(sleep);
    const entries: WantedEntry[] = [
      { name: "d", kind: "directory", mode: 0o1777, uid: 3, gid: 4, mtime: "1000" },
      { name: "d/f", text: "new", mode: 0o4750, uid: 1, gid: 2, mtime: "2000" },
      { name: "d/h", kind: "hardlink", linkName: "d/f" },
      link("d/l", "/etc/passwd"),
      { name: "d/p", kind: "fifo" },
      { name: "d/n", kind: "character-device", device: { major: 1, minor: 3 } },
    ];
    expect(await put(id, "/tmp", entries)).toBe("200");
    expect(await put(id, "/tmp", entries)).toBe("200");
    const listed = await engine.exec(id, [
      "stat",
      "-c",
      "%n %F %a %u:%g %Y",
      "/tmp/d",
      "/tmp/d/f",
      "/tmp/d/l",
      "/tmp/d/p",
      "/tmp/d/n",
    ]);
    expect(
      listed
        .trim()
        .split("\n")
        .map((line) => line.split(" ").slice(0, -1).join(" ")),
    ).toEqual([
      "/tmp/d directory 1777 3:4",
      "/tmp/d/f regular file 4750 1:2",
      "/tmp/d/l symbolic link 777 0:0",
      "/tmp/d/p fifo 644 0:0",
      "/tmp/d/n character special file 644 0:0",
    ]);
    expect(await engine.exec(id, ["stat", "-c", "%Y %h", "/tmp/d/f"])).toBe("2000 2\n");
    expect(await engine.exec(id, ["stat", "-c", "%Y", "/tmp/d"])).toBe("1000\n");
    expect(await put(id, "/tmp", [{ name: "d", text: "a file" }], "&noOverwriteDirNonDir=1")).toMatch(
      /^400 cannot overwrite directory/,
    );
    expect(await put(id, "/tmp", [{ name: "d", text: "a file" }])).toBe("200");
    expect(await get(id, "/tmp/d")).toEqual({ d: "a file" });
  });

  test("says what is not there, what is no folder, and what may not be written", async () => {
    const id = await engine.run(sleep, { ReadonlyRootfs: true, Binds: ["files-ro:/ro:ro"], Tmpfs: { "/mem": "" } });
    expect(await put(id, "/none", [])).toMatch(/^404 Could not find the file/);
    expect(await put(id, "/etc/passwd", [])).toMatch(/^400 .*not a directory/);
    expect(await put(id, "/etc", [{ name: "x" }])).toMatch(/^403 container rootfs is marked read-only/);
    expect(await put(id, "/ro", [{ name: "x" }])).toMatch(/^403 .*read-only/);
    expect(await put(id, "/mem", [{ name: "x", text: "seen" }])).toBe("200");
    expect(await engine.exec(id, ["cat", "/mem/x"])).toBe("seen");
    expect(await put(id, "/mem", [{ name: "hosts" }])).toBe("200");
    expect(await get(id, "/none")).toEqual({ status: "404" });
    const other = await engine.run(sleep);
    expect(await put(other, "/etc", [{ name: "hosts", text: "replaced" }])).toMatch(/^400 .*busy/);
    expect(await engine.exec(other, ["cat", "/etc/hosts"])).toContain("localhost");
  });

  test("leaves the kernel's file systems out of a whole root", async () => {
    const id = await engine.run(sleep, { Binds: ["files-root:/data"] });
    await engine.exec(id, ["sh", "-c", "echo x >/data/x"]);
    const names = Object.keys(await get(id, "/"));
    expect(names.filter((name) => /^(proc|sys|dev)\/./.test(name))).toEqual([]);
    expect(names).toContain("data/x");
    expect(names).toContain("etc/hosts");
  });
});

describe("a hostile container", () => {
  const traps = (): string => `
    ln -s ${outside} /absolute
    ln -s ../../../../../../../..${outside} /relative
    ln -s /proc/1/root${outside} /proc1
    ln -s /proc/self/root /self
    ln -s /proc/self/cwd /cwd
    ln -s /absolute /twice
    ln -s /circle /circle
    mkdir /swap /real`;

  test("leads no copy out of its root by links", async () => {
    const id = await engine.run(sleep);
    await engine.exec(id, ["sh", "-c", traps()]);
    const names = ["absolute", "relative", "proc1", "twice"];
    for (const trap of [...names, `self${outside}`, `cwd${outside}`]) {
      expect([trap, await get(id, `/${trap}/secret`)]).toEqual([trap, { status: "404" }]);
      expect(await put(id, `/${trap}`, [{ name: "x", text: "bad" }])).toMatch(/^404/);
    }
    // An archive's names lead where the links do: to folders of these names in the container.
    for (const trap of names) expect(await put(id, "/", [{ name: `${trap}/made`, text: "in" }])).toBe("200");
    expect(await put(id, "/circle", [])).toMatch(/^400/);
    expect(await engine.exec(id, ["cat", join(outside, "made")])).toBe("in");
    expect(await readdir(outside)).toEqual(["secret"]);
  });

  test.each<[string, () => readonly WantedEntry[]]>([
    ["a name that climbs out", () => [{ name: "../../../../../../../../tmp/tscompose-escape", text: "bad" }]],
    [
      "a hard link to the host's",
      () => [{ name: "h", kind: "hardlink", linkName: `../../../../../../..${join(outside, "secret")}` }],
    ],
    ["a hard link to what is not there", () => [{ name: "h", kind: "hardlink", linkName: join(outside, "secret") }]],
    ["links in a circle", () => [link("a", "b"), link("b", "a"), { name: "a/x" }]],
    ["a file below a file", () => [{ name: "f", text: "x" }, { name: "f/x" }]],
  ])("an archive with %s is refused", async (_, entries) => {
    const id = await engine.run(sleep);
    expect(await put(id, "/tmp", entries())).toMatch(/^400/);
    expect(await readFile(join(outside, "secret"), "utf8")).toBe("of the host");
  });

  test("an archive with links of its own stays in the root", async () => {
    const id = await engine.run(sleep);
    expect(
      await put(id, "/tmp", [
        link("out", outside),
        { name: "out/x", text: "in" },
        link("up", "../../.."),
        { name: "up/root-file", text: "in" },
      ]),
    ).toBe("200");
    expect(await engine.exec(id, ["cat", join(outside, "x"), "/root-file"])).toBe("inin");
    expect(await readdir(outside)).toEqual(["secret"]);
  });

  /** What is uploaded into a folder while it is removed. */
  const unlessFilled = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "ENOTEMPTY") throw error;
  };

  test("wins nothing by swapping a folder for a link while it is copied", async () => {
    const shared = join(engine.folder, "shared");
    await mkdir(join(shared, "swap"), { recursive: true });
    await symlink(outside, join(shared, "link"));
    await writeFile(join(shared, "swap", "secret"), "of the container");
    const id = await engine.run(sleep, { Binds: [`${shared}:/shared`] });
    const done = new AbortController();
    const swapper = (async () => {
      const at = (name: string): string => join(shared, name);
      // An upload may make the folder where there is none for a moment.
      const swapIn = async (name: string): Promise<void> => {
        while (
          !(await rename(at(name), at("swap")).then(
            () => true,
            () => false,
          ))
        ) {
          await rm(at("swap"), { recursive: true, force: true }).catch(unlessFilled);
        }
      };
      while (!done.signal.aborted) {
        await rename(at("swap"), at("kept"));
        await swapIn("link");
        await rename(at("swap"), at("link"));
        await swapIn("kept");
      }
    })();
    const seen = new Set<string>();
    for (let round = 0; round < 60; round += 1) {
      const [file, folder] = await Promise.all([get(id, "/shared/swap/secret"), get(id, "/shared/swap/")]);
      for (const text of [...Object.values(file), ...Object.values(folder)]) seen.add(text);
      await put(id, "/shared/swap", [
        { name: `file-${round}`, text: "bad" },
        { name: "deep/er", text: "bad" },
      ]);
      await put(id, "/", [
        { name: `shared/swap/other-${round}`, text: "bad" },
        { name: "shared/swap/fifo", kind: "fifo" },
      ]);
    }
    done.abort();
    await swapper;
    expect(seen).not.toContain("of the host");
    expect(await get(id, "/shared/swap/secret")).toEqual({ secret: "of the container" });
    expect(await readdir(outside)).toEqual(["secret"]);
  });
});

describe("a container's own files", () => {
  test("are listed as changes, exported, and become an image", async () => {
    const id = await engine.run(sleep, { Binds: ["files-own:/data"] });
    expect(await engine.api.get(`/containers/${id}/changes`)).toEqual([{ Path: "/data", Kind: 1 }]);
    const script =
      "rm /bin/vi; rm -rf /var/www; mkdir /var/www; echo n >/var/www/new; echo x >/f; chown 5:6 /f; ln /f /h; echo v >/data/v";
    await engine.exec(id, ["sh", "-c", script]);
    const changes = (await engine.api.get(`/containers/${id}/changes`)) as { Path: string; Kind: number }[];
    expect(changes.map(({ Path, Kind }) => `${"CAD"[Kind] ?? ""} ${Path}`)).toEqual([
      "A /data",
      "A /f",
      "A /h",
      "C /usr",
      "C /usr/bin",
      "D /usr/bin/vi",
      "C /var",
      "C /var/www",
      "A /var/www/new",
    ]);
    const exported = await engine.ask("GET", `/containers/${id}/export`);
    const names: string[] = [];
    for await (const { entry } of readTar(once(exported.bytes))) names.push(entry.name);
    expect(names).toEqual(expect.arrayContaining(["f", "h", "data/", "var/www/new"]));
    expect(names).not.toContain("data/v");
    expect(names).not.toContain("usr/bin/vi");
    const query = `container=${id}&repo=made&tag=1&changes=${encodeURIComponent('CMD ["cat","/f"]')}`;
    expect(await engine.ask("POST", `/commit?${query}`)).toMatchObject({ status: 201 });
    const { Id } = (await engine.api.post("/containers/create", {
      Image: "made:1",
      HostConfig: { NetworkMode: "none" },
    })) as { Id: string };
    expect(await get(Id, "/f")).toEqual({ f: "x\n" });
    expect(await get(Id, "/usr/bin/vi")).toEqual({ status: "404" });
    expect(await get(Id, "/var/www")).toEqual({ "www/": "directory", "www/new": "n\n" });
    expect(await engine.exec(id, ["echo", "still alive"])).toBe("still alive\n");
  });
});

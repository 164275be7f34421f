import { lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEventBus } from "../../../src/embedded/events.ts";
import { nowNs, timestamp } from "../../../src/embedded/host/clock.ts";
import { hostMounts } from "../../../src/embedded/host/mounts.ts";
import { extractTar } from "../../../src/embedded/host/tar.ts";
import { type VolumeUser, createVolumes } from "../../../src/embedded/volumes/create-volumes.ts";
import type { Volumes } from "../../../src/embedded/volumes/volumes.ts";
import { type Answer, callRoute } from "../../support/call-route.ts";
import { type WantedEntry, archiveOf, once } from "../../support/tar-members.ts";

let home: string;
let volumes: Volumes;
let users: VolumeUser[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "tscompose-volumes-"));
  users = [];
  volumes = await open();
});

afterEach(async () => {
  users = [];
  await volumes.recover();
  expect(await mountsBelow(home)).toEqual([]);
  await rm(home, { recursive: true, force: true });
});

const open = (): Promise<Volumes> =>
  createVolumes({ folder: join(home, "volumes"), bus: createEventBus(nowNs), now: timestamp, users: () => users });
const call = (request: string, body?: object): Promise<Answer> => callRoute(volumes.routes, request, body);
const runningWith = (name: string): VolumeUser => ({ id: "c1", isRunning: true, volumes: [name] });

async function mountsBelow(folder: string): Promise<string[]> {
  return (await hostMounts()).map(({ point }) => point).filter((point) => point.startsWith(`${folder}/`));
}

/** Folders of an image with two layers, the lower of them made of these entries. */
async function imageOf(entries: readonly WantedEntry[]): Promise<{ id: string; config: object; lowerDirs: string[] }> {
  const lowerDirs = [join(home, "upper"), join(home, "lower")];
  for (const folder of lowerDirs) await mkdir(folder);
  await extractTar(join(home, "lower"), once(await archiveOf(entries)));
  return { id: "", config: {}, lowerDirs };
}

describe("volumes", () => {
  test("are made, listed, kept over a restart, removed", async () => {
    const made = await call("POST /volumes/create", { Name: "data", Labels: { a: "b" } });
    expect(made).toMatchObject({ status: 201 });
    expect(made.json()).toMatchObject({
      Name: "data",
      Driver: "local",
      Labels: { a: "b" },
      Options: null,
      Scope: "local",
    });
    expect((await call("POST /volumes/create", { Name: "data", Labels: { c: "d" } })).json()).toEqual(made.json());
    await call("POST /volumes/create", { Name: "other" });
    volumes = await open();
    expect((await call('GET /volumes?filters={"label":["a=b"]}')).json()).toEqual({
      Volumes: [made.json()],
      Warnings: null,
    });
    expect((await call("GET /volumes/data")).json()).toEqual(made.json());
    expect(await call("DELETE /volumes/data")).toMatchObject({ status: 204 });
    expect((await call("DELETE /volumes/data")).json()).toEqual({ message: "get data: no such volume" });
    expect(await call("DELETE /volumes/data?force=1")).toMatchObject({ status: 204 });
    expect(await readdir(join(home, "volumes"))).toEqual(["other"]);
  });

  test.each([
    [{ Name: "../etc" }, 400, /invalid characters/],
    [{ Name: "a/b" }, 400, /invalid characters/],
    [{ Name: "a" }, 400, /too short/],
    [{ Name: "a".repeat(300) }, 400, /invalid characters/],
    [{ Name: "a\nb" }, 400, /invalid characters/],
    [{ Name: "data", Driver: "acme" }, 404, /plugin "acme" not found/],
    [{ Name: "data", DriverOpts: { foo: "bar" } }, 400, /invalid option: "foo"/],
    [{ Name: "data", DriverOpts: { type: "tmpfs" } }, 400, /missing required option: "device"/],
    [{ Name: 7 }, 400, /Name is no text/],
  ])("refuses %j with %i", async (body, status, message) => {
    const answer = await call("POST /volumes/create", body);
    expect(answer.status).toBe(status);
    expect((answer.json() as { message: string }).message).toMatch(message);
    expect((await call("GET /volumes")).json()).toMatchObject({ Volumes: [] });
  });

  test("in use stay, and prune takes anonymous ones only unless told otherwise", async () => {
    const anonymous = await volumes.ensure({});
    await volumes.ensure({ Name: "kept" });
    await volumes.ensure({ Name: "used" });
    await writeFile(join(anonymous.Mountpoint, "file"), "12345");
    users = [{ id: "c1", isRunning: false, volumes: ["used"] }];
    expect((await call("DELETE /volumes/used")).json()).toEqual({ message: "remove used: volume is in use - [c1]" });
    expect((await call("POST /volumes/prune")).json()).toEqual({ VolumesDeleted: [anonymous.Name], SpaceReclaimed: 5 });
    expect((await call('POST /volumes/prune?filters={"all":["true"]}')).json()).toMatchObject({
      VolumesDeleted: ["kept"],
    });
    expect(await volumes.find("used")).toBeDefined();
  });
});

describe("the first use of a volume", () => {
  const entries: readonly WantedEntry[] = [
    { name: "data", kind: "directory", mode: 0o1750, uid: 70, gid: 71 },
    { name: "data/file", text: "from the image", mode: 0o600, uid: 70 },
    { name: "data/link", kind: "symlink", linkName: "/etc/passwd" },
    { name: "abs", kind: "symlink", linkName: "/data" },
    { name: "host", kind: "symlink", linkName: "/proc/self/root/etc" },
  ];

  test.each(["/data", "/abs", "/abs/../data/"])("brings what the image has at %s", async (path) => {
    const { Mountpoint } = await volumes.ensure({ Name: "data" });
    await volumes.fill("data", await imageOf(entries), path);
    expect(await readFile(join(Mountpoint, "file"), "utf8")).toBe("from the image");
    expect(await lstat(Mountpoint)).toMatchObject({ mode: 0o41750, uid: 70, gid: 71 });
    expect(await lstat(join(Mountpoint, "file"))).toMatchObject({ mode: 0o100600, uid: 70 });
    expect((await lstat(join(Mountpoint, "link"))).isSymbolicLink()).toBe(true);
  });

  test.each(["/none", "/data/file", "/host", "/none/none"])("brings nothing from %s", async (path) => {
    const { Mountpoint } = await volumes.ensure({ Name: "data" });
    await volumes.fill("data", await imageOf(entries), path);
    expect(await readdir(Mountpoint)).toEqual([]);
  });

  test("leaves a volume alone that holds anything", async () => {
    const { Mountpoint } = await volumes.ensure({ Name: "data" });
    await writeFile(join(Mountpoint, "mine"), "");
    await volumes.fill("data", await imageOf(entries), "/data");
    expect(await readdir(Mountpoint)).toEqual(["mine"]);
  });
});

describe("options of the local driver", () => {
  test("mount a tmpfs once for all who run with it, and no longer", async () => {
    await volumes.ensure({
      Name: "mem",
      DriverOpts: { type: "tmpfs", device: "tmpfs", o: "size=1m,uid=1000,mode=0700" },
    });
    users = [runningWith("mem")];
    const [one, two] = await Promise.all([volumes.mount("mem"), volumes.mount("mem")]);
    expect(one).toBe(two);
    expect(await mountsBelow(home)).toEqual([one]);
    expect(await lstat(one)).toMatchObject({ uid: 1000, mode: 0o40700 });
    await volumes.release("mem");
    expect(await mountsBelow(home)).toEqual([one]);
    users = [];
    await volumes.release("mem");
    expect(await mountsBelow(home)).toEqual([]);
  });

  test("bind a folder of the host", async () => {
    await mkdir(join(home, "host"));
    await writeFile(join(home, "host", "file"), "of the host");
    await volumes.ensure({ Name: "bound", DriverOpts: { type: "none", device: join(home, "host"), o: "bind" } });
    expect(await readFile(join(await volumes.mount("bound"), "file"), "utf8")).toBe("of the host");
    expect(await call("DELETE /volumes/bound")).toMatchObject({ status: 204 });
    expect(await readdir(join(home, "host"))).toEqual(["file"]);
  });

  test("that the kernel refuses are told with the volume and what was tried", async () => {
    await volumes.ensure({ Name: "bad", DriverOpts: { type: "none", device: join(home, "nowhere"), o: "bind" } });
    await expect(volumes.mount("bad")).rejects.toThrow(/error while mounting volume 'bad' .*nowhere.*does not exist/s);
  });
});

describe("a part of a volume", () => {
  test("is mounted by what it is, and leads out by no link", async () => {
    const { Mountpoint } = await volumes.ensure({ Name: "data" });
    await mkdir(join(Mountpoint, "sub/dir"), { recursive: true });
    await writeFile(join(Mountpoint, "sub/dir/file"), "part");
    await symlink("/etc", join(Mountpoint, "out"));
    await symlink("/sub", join(Mountpoint, "in"));
    users = [runningWith("data")];
    expect(await readFile(join(await volumes.mount("data", "in/dir"), "file"), "utf8")).toBe("part");
    expect(await readFile(await volumes.mount("data", "sub/dir/file"), "utf8")).toBe("part");
    for (const subpath of ["out/passwd", "out", "none", "../other", "/etc", "sub/../../x"]) {
      await expect(volumes.mount("data", subpath)).rejects.toMatchObject({ status: 400 });
    }
    expect(await mountsBelow(home)).toHaveLength(2);
  });
});

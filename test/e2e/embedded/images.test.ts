import { lstat, mkdir, mkdtemp, readFile, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EngineEventBody } from "../../../src/docker-api/event.ts";
import { createEventBus } from "../../../src/embedded/events.ts";
import { nowNs } from "../../../src/embedded/host/clock.ts";
import { pathBytes } from "../../../src/embedded/host/in-root.ts";
import { openView } from "../../../src/embedded/host/overlay-view.ts";
import { createImages } from "../../../src/embedded/images/create-images.ts";
import type { Images } from "../../../src/embedded/images/images.ts";
import type { ImageUser } from "../../../src/embedded/images/room.ts";
import { type Answer, callRoute } from "../../support/call-route.ts";
import { digestOf, dockerArchive, layerOf, ociArchive } from "../../support/saved-image.ts";
import { type WantedEntry, archiveOf, once } from "../../support/tar-members.ts";
import { readTar } from "../../../src/embedded/tar/read-tar.ts";

let home: string;
let images: Images;
let users: ImageUser[];
let events: string[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "tscompose-images-"));
  users = [];
  events = [];
  images = await open();
});

afterEach(() => rm(home, { recursive: true, force: true }));

async function open(): Promise<Images> {
  const bus = createEventBus(nowNs);
  bus.subscribe(({ Action }: EngineEventBody) => void events.push(Action));
  const places = { folder: join(home, "images"), configFolder: join(home, "config") };
  return createImages({ ...places, architecture: "amd64", bus, nowNs, users: () => users });
}

const call = (request: string, body?: Uint8Array | object): Promise<Answer> => callRoute(images.routes, request, body);
const stored = async (): Promise<string[]> =>
  (await readdir(join(home, "images", "layers"))).filter((name) => /^[0-9a-f]+$/.test(name));
const folder = (name: string, rest: Partial<WantedEntry> = {}): WantedEntry => ({
  name,
  kind: "directory",
  mode: 0o755,
  ...rest,
});
const link = (name: string, linkName: string): WantedEntry => ({ name, kind: "symlink", linkName });

describe("loading", () => {
  test.each([
    ["Docker's layout", dockerArchive],
    ["the layout of OCI", ([image]: Parameters<typeof dockerArchive>[0]) => ociArchive(image ?? { layers: [] })],
  ])("an archive in %s gives an image that containers can use", async (_, archive) => {
    const plain = await layerOf([folder("etc"), { name: "etc/motd", text: "hello" }]);
    const gzipped = await layerOf([{ name: "a", text: "1" }], (bytes) => gzipSync(bytes));
    const zstd = await layerOf([{ name: "b", text: "2" }], (bytes) => zstdCompressSync(bytes));
    const layers = [plain, gzipped, zstd];
    const config = { Cmd: ["sh"], Labels: { a: "b" } };
    const answer = await call("POST /images/load", await archive([{ names: ["acme/web:1"], layers, config }]));
    expect(answer.bytes.toString()).toBe('{"stream":"Loaded image: acme/web:1\\n"}\r\n');
    const image = await images.find("acme/web:1");
    expect(image).toMatchObject({ config });
    expect(image?.lowerDirs).toHaveLength(4);
    await using view = await openView({ lowerDirs: image?.lowerDirs ?? [], point: home });
    for (const [path, text] of [
      ["etc/motd", "hello"],
      ["a", "1"],
      ["b", "2"],
    ] as const) {
      await using place = await view.root.find(pathBytes(path));
      expect(await readFile(place.hostPath, "utf8")).toBe(text);
    }
    // What a start mounts over is there from the beginning: no container is changed by being started.
    for (const path of ["proc", "sys", "dev/shm", "etc/hosts", "etc/resolv.conf"]) {
      await using place = await view.root.find(path);
      expect([path, place.status === undefined]).toEqual([path, false]);
    }
    expect((await call("GET /images/acme/web:1/json")).json()).toMatchObject({
      RepoTags: ["acme/web:1"],
      Size: 7,
      RootFS: { Layers: layers.map(({ diffId }) => diffId) },
    });
    expect(events).toEqual(["load"]);
  });

  test("keeps owners, modes, times, links, devices and attributes", async () => {
    const layer = await layerOf([
      folder("d", { mode: 0o2770, uid: 12, gid: 34, mtime: "1000.5" }),
      { name: "d/setuid", text: "x", mode: 0o4755, uid: 1000, gid: 4_000_000_000 },
      { name: "d/hard", kind: "hardlink", linkName: "d/setuid" },
      link("d/out", "/etc/passwd"),
      { name: "d/null", kind: "character-device", device: { major: 1, minor: 3 }, mode: 0o666 },
      { name: "d/pipe", kind: "fifo" },
      { name: "d/caf\u00e9", text: "bytes that are no UTF-8" },
      { name: "d/attr", text: "x", xattrs: new Map([["user.mine", "v"]]) },
    ]);
    await call("POST /images/load", await dockerArchive([{ names: ["a:1"], layers: [layer] }]));
    const [name = ""] = await stored();
    const at = (path: string): string => join(home, "images", "layers", name, path);
    expect(await lstat(at("d"))).toMatchObject({ mode: 0o42770, uid: 12, gid: 34, mtimeMs: 1_000_500 });
    expect(await lstat(at("d/setuid"))).toMatchObject({ mode: 0o104755, uid: 1000, gid: 4_000_000_000, nlink: 2 });
    expect(await readlink(at("d/out"))).toBe("/etc/passwd");
    expect((await lstat(at("d/null"))).rdev).toBe(0x103);
    expect((await lstat(at("d/pipe"))).isFIFO()).toBe(true);
    expect((await readdir(at("d"), "buffer")).map((each) => each.toString("latin1"))).toContain("caf\u00e9");
  });

  test("what comes later in a layer takes the place of a link", async () => {
    const layer = await layerOf([
      folder("d", { mode: 0o755 }),
      link("folder", "/etc"),
      link("near", "d"),
      link("file", "/etc/passwd"),
      link("link", "../../first"),
      folder("folder", { mode: 0o700 }),
      { name: "folder/x", text: "x" },
      folder("near", { mode: 0o711 }),
      { name: "file", text: "mine" },
      link("link", "/second"),
      { name: "after", text: "all" },
    ]);
    await call("POST /images/load", await dockerArchive([{ names: ["a:1"], layers: [layer] }]));
    const [name = ""] = await stored();
    const at = (path: string): string => join(home, "images", "layers", name, path);
    expect((await lstat(at("folder"))).mode).toBe(0o40700);
    expect(await readFile(at("folder/x"), "utf8")).toBe("x");
    expect((await lstat(at("near"))).mode).toBe(0o40711);
    expect((await lstat(at("d"))).mode).toBe(0o40755);
    expect((await lstat(at("file"))).isFile()).toBe(true);
    expect(await readFile(at("file"), "utf8")).toBe("mine");
    expect(await readlink(at("link"))).toBe("/second");
    expect(await readFile(at("after"), "utf8")).toBe("all");
  });

  test("whiteouts hide what lower layers have", async () => {
    const lower = await layerOf([
      folder("d"),
      { name: "d/old", text: "x" },
      { name: "gone", text: "x" },
      folder("o"),
      { name: "o/old", text: "x" },
    ]);
    const upper = await layerOf([
      { name: "d/.wh.old" },
      { name: ".wh.gone" },
      folder("o", { mode: 0o700, uid: 7 }),
      { name: "o/.wh..wh..opq" },
      { name: "o/new", text: "x" },
    ]);
    await call("POST /images/load", await dockerArchive([{ names: ["a:1"], layers: [lower, upper] }]));
    await using view = await openView({ lowerDirs: (await images.find("a:1"))?.lowerDirs ?? [], point: home });
    const found = async (path: string): Promise<unknown> => {
      await using place = await view.root.find(path);
      return place.status === undefined ? undefined : Number(place.status.mode);
    };
    expect(await Promise.all(["d/old", "gone", "o/old"].map(found))).toEqual([undefined, undefined, undefined]);
    expect(await found("o/new")).toBe(0o100644);
    expect(await found("o")).toBe(0o40700);
  });

  test("an archive says twice the same without storing it twice", async () => {
    const layer = await layerOf([{ name: "a", text: "1" }]);
    const archive = await dockerArchive([
      { names: ["a:1"], layers: [layer] },
      { names: ["b:1", "b:2"], layers: [layer, layer] },
    ]);
    await Promise.all([call("POST /images/load", archive), call("POST /images/load", archive)]);
    expect(await stored()).toHaveLength(1);
    images = await open();
    expect(
      ((await call("GET /images/json")).json() as { RepoTags: string[] }[]).flatMap(({ RepoTags }) => RepoTags).sort(),
    ).toEqual(["a:1", "b:1", "b:2"]);
  });
});

describe("an image that is saved", () => {
  test("has the same layers byte for byte, and can be loaded again", async () => {
    const entries = [
      folder("etc"),
      { name: "etc/big", text: "x".repeat(70_000) },
      link("l", "etc"),
      { name: "l/.wh.x" },
      { name: "l/through", text: "y" },
      { name: "etc/.wh..wh..opq" },
      { name: ".wh..wh.plnk", text: "dropped" },
    ];
    const layers = [
      await layerOf(entries),
      await layerOf([{ name: "etc/big", text: "other" }], (bytes) => gzipSync(bytes)),
    ];
    await call("POST /images/load", await dockerArchive([{ names: ["a:1"], layers }]));
    const saved = await call("GET /images/get?names=a:1");
    const found = new Map<string, string>();
    for await (const { entry, content } of readTar(once(saved.bytes))) {
      found.set(entry.name, digestOf(Buffer.concat(await Array.fromAsync(content))));
    }
    for (const { diffId } of layers) expect(found.get(`blobs/sha256/${diffId.slice(7)}`)).toBe(diffId);
    const id = (await images.find("a:1"))?.id;
    await call("DELETE /images/a:1?force=1");
    expect(await stored()).toEqual([]);
    await call("POST /images/load", saved.bytes);
    expect((await images.find("a:1"))?.id).toBe(id);
  });
});

describe("importing", () => {
  test("makes an image of one layer, as its changes say", async () => {
    const archive = gzipSync(await archiveOf([folder("etc"), { name: "etc/motd", text: "hello" }]));
    const changes = [
      'CMD ["sh","-l"]',
      'ENV A=1 B="two words"',
      "EXPOSE 80 53/udp",
      "LABEL x=y",
      "USER www",
      "WORKDIR /srv",
    ];
    const query = changes.map((change) => `&changes=${encodeURIComponent(change)}`).join("");
    const answer = await call(`POST /images/create?fromSrc=-&repo=made&tag=1${query}`, archive);
    const image = await images.find("made:1");
    expect(answer.json()).toEqual({ status: image?.id });
    expect(image?.config).toEqual({
      Cmd: ["sh", "-l"],
      Env: ["A=1", "B=two words"],
      ExposedPorts: { "80/tcp": {}, "53/udp": {} },
      Labels: { x: "y" },
      User: "www",
      WorkingDir: "/srv",
    });
    await call("DELETE /images/made:1");
    expect(await stored()).toEqual([]);
  });

  test.each(["RUN rm -rf /", "FROM x", "EXPOSE http", "nonsense"])("refuses %j as a change", async (change) => {
    const answer = await call(
      `POST /images/create?fromSrc=-&changes=${encodeURIComponent(change)}`,
      await archiveOf([]),
    );
    expect(answer.status).toBe(400);
  });
});

describe("removing", () => {
  test("takes names first, then the image and the layers that nobody else needs", async () => {
    const [shared, own] = [await layerOf([{ name: "s", text: "1" }]), await layerOf([{ name: "o", text: "2" }])];
    await call(
      "POST /images/load",
      await dockerArchive([
        { names: ["a:1"], layers: [shared, own] },
        { names: ["b:1"], layers: [shared] },
      ]),
    );
    await call("POST /images/a:1/tag?repo=acme/a&tag=2");
    expect((await call("DELETE /images/a:1")).json()).toEqual([{ Untagged: "a:1" }]);
    const id = (await images.find("acme/a:2"))?.id;
    expect((await call("DELETE /images/acme/a:2")).json()).toEqual([
      { Untagged: "acme/a:2" },
      { Deleted: id },
      { Deleted: own.diffId },
    ]);
    expect(await stored()).toHaveLength(1);
    expect((await call("DELETE /images/a:1")).status).toBe(404);
  });

  test("spares an image that a container uses, and the layers that it mounts", async () => {
    const layer = await layerOf([{ name: "s", text: "1" }]);
    await call("POST /images/load", await dockerArchive([{ names: ["a:1"], layers: [layer] }]));
    const image = await images.find("a:1");
    users = [{ id: "c".repeat(64), imageId: image?.id ?? "", isRunning: false, lowerDirs: image?.lowerDirs ?? [] }];
    expect(await call("DELETE /images/a:1")).toMatchObject({ status: 409 });
    expect((await call("POST /images/prune?filters=%7B%22dangling%22%3A%5B%22false%22%5D%7D")).json()).toEqual({
      ImagesDeleted: null,
      SpaceReclaimed: 0,
    });
    expect(await call("DELETE /images/a:1?force=1")).toMatchObject({ status: 200 });
    expect(await stored()).toHaveLength(1);
    users = [];
    await call(
      "POST /images/load",
      await dockerArchive([{ names: ["b:1"], layers: [await layerOf([{ name: "b" }])] }]),
    );
    await call("DELETE /images/b:1");
    expect(await stored()).toEqual([]);
  });

  test("by id refuses several repositories unless it is forced", async () => {
    await call("POST /images/load", await dockerArchive([{ names: ["a:1", "b:1"], layers: [] }]));
    const id = (await images.find("a:1"))?.id ?? "";
    expect((await call(`DELETE /images/${id.slice(7, 19)}`)).json()).toEqual({
      message: `conflict: unable to delete ${id.slice(7, 19)} (must be forced) - image is referenced in multiple repositories`,
    });
    expect((await call(`DELETE /images/${id.slice(7, 19)}?force=true`)).json()).toEqual([
      { Untagged: "a:1" },
      { Untagged: "b:1" },
      { Deleted: id },
    ]);
  });
});

describe("a hostile archive", () => {
  const escapes: Record<string, readonly WantedEntry[]> = {
    "a name that climbs out": [{ name: "../../../../sentinel", text: "bad" }],
    "a name that climbs out behind a folder": [folder("a"), { name: "a/../../../../../sentinel", text: "bad" }],
    "a whiteout of the folder above": [folder("a"), { name: "a/.wh..." }],
    "a whiteout of the store": [{ name: "../.wh.empty" }],
    "a hard link to a file of the host": [
      { name: "h", kind: "hardlink", linkName: "../../../../sentinel" },
      { name: "h", text: "bad" },
    ],
    "an opaque folder above": [{ name: "../.wh..wh..opq" }],
    "links in a circle": [link("a", "b"), link("b", "a"), { name: "a/x", text: "bad" }],
    "a root that is a link": [link(".", "/")],
    "a file in the place of a full folder": [folder("a"), { name: "a/b", text: "x" }, { name: "a", text: "x" }],
    "a folder below a file": [
      { name: "f", text: "x" },
      { name: "f/x", text: "x" },
    ],
    "a link that is replaced again and again": Array.from({ length: 110 }, (_, index) => link("a", `/${index}`)),
    "a hard link to nothing": [{ name: "h", kind: "hardlink", linkName: "none" }],
  };

  test.each(Object.keys(escapes))("with %s is refused and leaves nothing", async (key) => {
    await writeFile(join(home, "sentinel"), "good");
    const layer = await layerOf(escapes[key] ?? []);
    const answer = await call("POST /images/load", await dockerArchive([{ names: ["bad:1"], layers: [layer] }]));
    expect(answer.status).toBe(400);
    expect(await readFile(join(home, "sentinel"), "utf8")).toBe("good");
    expect(await stored()).toEqual([]);
    expect(await readdir(join(home, "images", "tmp"))).toEqual([]);
    expect(await images.find("bad:1")).toBeUndefined();
  });

  const contained: Record<string, (outside: string) => readonly WantedEntry[]> = {
    "a file behind an absolute link": (outside) => [link("out", outside), { name: "out/x", text: "bad" }],
    "a file behind a relative link": (outside) => [
      link("a/out", `../../../../../../../../..${outside}`),
      { name: "a/out/x", text: "bad" },
    ],
    "a file behind a link to a link": (outside) => [link("a", "b"), link("b", outside), { name: "a/x", text: "bad" }],
    "a file behind a hard link to a link": (outside) => [
      link("a", outside),
      { name: "b", kind: "hardlink", linkName: "a" },
      { name: "b/x", text: "bad" },
    ],
    "a hard link behind a link": (outside) => [
      link("a", outside),
      { name: "x", text: "x" },
      { name: "a/x", kind: "hardlink", linkName: "x" },
    ],
    "a hard link through a link": (outside) => [
      link("a", outside),
      { name: `${outside}/kept`.slice(1), text: "mine" },
      { name: "h", kind: "hardlink", linkName: "a/kept" },
      { name: "h", text: "bad" },
    ],
    "a device behind a link": (outside) => [
      link("a", outside),
      { name: "a/x", kind: "block-device", device: { major: 8, minor: 0 } },
    ],
    "a whiteout behind a link": (outside) => [link("a", outside), { name: "a/.wh.kept" }],
    "an opaque mark behind a link made later": (outside) => [{ name: "a/x/.wh..wh..opq" }, link("a", outside)],
    "a folder in the place of a link": (outside) => [link("a", outside), folder("a"), { name: "a/x", text: "bad" }],
    "a file in the place of a link": (outside) => [link("a", `${outside}/kept`), { name: "a", text: "bad" }],
    "an absolute name": (outside) => [{ name: `${outside}/x`, text: "bad" }],
    "attributes that redirect overlayfs": (outside) => [
      folder("a", { xattrs: new Map([["trusted.overlay.redirect", outside]]) }),
    ],
  };

  test.each(Object.keys(contained))("with %s stays in its folder", async (key) => {
    const outside = join(home, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "kept"), "good");
    const before = await lstat(outside);
    const layer = await layerOf(contained[key]?.(outside) ?? []);
    expect(await call("POST /images/load", await dockerArchive([{ names: ["odd:1"], layers: [layer] }]))).toMatchObject(
      { status: 200 },
    );
    expect(await readdir(outside)).toEqual(["kept"]);
    expect(await readFile(join(outside, "kept"), "utf8")).toBe("good");
    expect(await lstat(outside)).toMatchObject({ mode: before.mode, mtimeMs: before.mtimeMs, ctimeMs: before.ctimeMs });
  });

  test.each<[string, () => Promise<Buffer>]>([
    ["no archive at all", async () => Buffer.from("hello ".repeat(1000))],
    ["no table of contents", () => archiveOf([{ name: "readme", text: "x" }])],
    ["a table of contents that is no JSON", () => archiveOf([{ name: "manifest.json", text: "{" }])],
    ["a table of contents of another shape", () => archiveOf([{ name: "manifest.json", text: '[{"Config":1}]' }])],
    [
      "a configuration outside",
      () => archiveOf([{ name: "manifest.json", text: '[{"Config":"../../etc/passwd","Layers":[]}]' }]),
    ],
    [
      "a layer that is missing",
      () =>
        archiveOf([
          { name: "c", text: '{"rootfs":{"diff_ids":[]}}' },
          { name: "manifest.json", text: '[{"Config":"c","Layers":["l"]}]' },
        ]),
    ],
    ["a description of megabytes", () => archiveOf([{ name: "c", text: " ".repeat(5_000_000) }])],
    [
      "an image of another system",
      () =>
        archiveOf([
          { name: "c", text: '{"os":"windows","rootfs":{"diff_ids":[]}}' },
          { name: "manifest.json", text: '[{"Config":"c","Layers":[]}]' },
        ]),
    ],
    ["a name that is none", () => dockerArchive([{ names: ["../../etc:1"], layers: [] }])],
    [
      "an index within itself",
      async () => {
        const index = JSON.stringify({ manifests: [] });
        return archiveOf([
          {
            name: "index.json",
            text: JSON.stringify({
              manifests: [{ mediaType: "application/vnd.oci.image.index.v1+json", digest: digestOf(`${index} `) }],
            }),
          },
        ]);
      },
    ],
    [
      "a layer of another digest",
      async () => {
        const [one, other] = [await layerOf([{ name: "a", text: "1" }]), await layerOf([{ name: "a", text: "2" }])];
        return dockerArchive([{ names: ["bad:1"], layers: [{ stored: one.stored, diffId: other.diffId }] }]);
      },
    ],
    [
      "a layer cut off",
      async () => {
        const layer = await layerOf([{ name: "a", text: "1".repeat(5000) }]);
        return dockerArchive([{ names: ["bad:1"], layers: [{ ...layer, stored: layer.stored.subarray(0, 2048) }] }]);
      },
    ],
    [
      "a layer of damaged gzip",
      async () => {
        const layer = await layerOf([{ name: "a", text: "1".repeat(5000) }], (bytes) => gzipSync(bytes));
        return dockerArchive([
          {
            names: ["bad:1"],
            layers: [{ ...layer, stored: Buffer.concat([layer.stored.subarray(0, 40), Buffer.alloc(40)]) }],
          },
        ]);
      },
    ],
    [
      "a layer of xz",
      async () =>
        dockerArchive([{ names: ["bad:1"], layers: [await layerOf([], () => Buffer.from("fd377a585a0000", "hex"))] }]),
    ],
    [
      "more layers than can be mounted",
      async () => {
        const layer = await layerOf([{ name: "a" }]);
        return dockerArchive([{ names: ["bad:1"], layers: Array.from({ length: 129 }, () => layer) }]);
      },
    ],
  ])("with %s is refused with 400 and leaves nothing", async (_, archive) => {
    const answer = await call("POST /images/load", await archive());
    expect(answer).toMatchObject({ status: 400 });
    expect(await stored()).toEqual([]);
    expect((await call("GET /images/json")).json()).toEqual([]);
  });

  test("cannot make the engine hold it in memory", async () => {
    const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 4 }, () => zeros));
    const header = (await archiveOf([{ name: "zeros", bytes: Buffer.alloc(1) }])).subarray(0, 512);
    const before = process.resourceUsage().maxRSS;
    const answer = await call(
      "POST /images/load",
      await dockerArchive([
        { names: ["bad:1"], layers: [{ stored: Buffer.concat([gzipSync(header), bomb]), diffId: digestOf("") }] },
      ]),
    );
    expect(answer.status).toBe(400);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(128 * 1024);
  });
});

import { expect, test } from "vitest";
import type { ContainerCreateBody } from "../../../../src/docker-api/container.ts";
import { wantedMounts } from "../../../../src/embedded/containers/mounts.ts";

const none = (): never => {
  throw new Error("no other container");
};

/** `type source-or-name -> place (rw|ro) [more]`, one line each. */
const lines = (body: ContainerCreateBody): string[] =>
  wantedMounts(body, none).map(
    ({ Type, Source, Name, Destination, RW, Propagation, isAnonymous, noCopy, createsSource }) =>
      [
        `${Type} ${Name ?? Source} -> ${Destination} ${RW ? "rw" : "ro"}`,
        Propagation,
        isAnonymous && "anonymous",
        noCopy && "nocopy",
        createsSource && "made",
      ]
        .filter(Boolean)
        .join(" "),
  );

test.each([
  ["/a:/b", "bind /a -> /b rw rprivate made"],
  ["/a/../c/:/b/:ro", "bind /c -> /b ro rprivate made"],
  ["/a:/b:ro,rshared", "bind /a -> /b ro rshared made"],
  ["data:/b:nocopy", "volume data -> /b rw nocopy"],
  ["/b", "volume  -> /b rw anonymous"],
])("the bind %s is understood", (bind, expected) => {
  expect(lines({ HostConfig: { Binds: [bind] } })).toEqual([expected]);
});

test.each([
  ["", "invalid volume specification: ''"],
  ["/a:/b:ro:x", "invalid volume specification: '/a:/b:ro:x'"],
  ["/a:b", "mount path must be absolute"],
  ["/a:/", "destination can't be '/'"],
  ["/a:/b/..", "destination can't be '/'"],
  ["/a:/b:rx", "invalid mode: rx"],
  ["../a:/b", "invalid characters for a local volume name"],
  ["a/b:/b", "invalid characters for a local volume name"],
])("the bind %j is refused", (bind, why) => {
  expect(() => lines({ HostConfig: { Binds: [bind] } })).toThrow(why);
});

test("a place is mounted once: what is asked for goes before the image's volumes", () => {
  expect(lines({ Volumes: { "/b": {}, "/c": {} }, HostConfig: { Binds: ["data:/b"] } })).toEqual([
    "volume data -> /b rw",
    "volume  -> /c rw anonymous",
  ]);
  const HostConfig = { Binds: ["data:/b"], Tmpfs: { "/b/": "size=1m" } };
  expect(() => lines({ HostConfig })).toThrow("Duplicate mount point: /b");
});

test("mounts of another container come along, read-only when wished", () => {
  const other = [{ Type: "volume" as const, Name: "v", Source: "/x", Destination: "/v", RW: true, isAnonymous: true }];
  const [mount] = wantedMounts({ HostConfig: { VolumesFrom: ["other:ro"] } }, () => other);
  expect(mount).toEqual({ Type: "volume", Name: "v", Source: "/x", Destination: "/v", RW: false });
});

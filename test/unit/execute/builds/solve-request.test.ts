import { describe, expect, test } from "vitest";
import type { Build } from "../../../../src/compose/project.ts";
import { solveOf } from "../../../../src/execute/builds/solve-request.ts";

const solve = (build: Build): ReturnType<typeof solveOf> =>
  solveOf(
    { kind: "build-image", image: "app-web", service: "web", builder: "buildkit", build, labels: { a: "b" } },
    "172.17.0.1",
  );

describe("a build is asked for", () => {
  test.for<[Build, Record<string, string>]>([
    [{}, { "label:a": "b", filename: "Dockerfile", "image-resolve-mode": "local" }],
    [{ args: { A: "1", B: null } }, { "build-arg:A": "1" }],
    [{ pull: true }, { "image-resolve-mode": "pull" }],
    [{ noCache: true, noCacheFilter: ["x"] }, { "no-cache": "" }],
    [{ noCacheFilter: ["x", "y"] }, { "no-cache": "x,y" }],
    [{ network: "none" }, { "force-network-mode": "none" }],
    [{ extraHosts: { a: ["1.2.3.4", "::1"], b: ["host-gateway"] } }, { "add-hosts": "a=1.2.3.4,a=::1,b=172.17.0.1" }],
    [{ shmSizeBytes: 1024 }, { "shm-size": "1024" }],
    [{ ulimits: { nofile: { soft: 1, hard: 2 }, nproc: { single: 3 } } }, { ulimit: "nofile=1:2,nproc=3:3" }],
    [{ platforms: ["linux/arm64"] }, { platform: "linux/arm64" }],
    [
      { target: "last", dockerfile: "own/web.dockerfile" },
      { target: "last", filename: "web.dockerfile" },
    ],
    [
      { context: "https://x/y.git#main", dockerfile: "a/D" },
      { context: "https://x/y.git#main", filename: "a/D" },
    ],
    [{ additionalContexts: { base: "docker-image://x" } }, { "context:base": "docker-image://x" }],
    [{ cacheFrom: ["x:1"] }, { "cache-imports": '[{"Type":"registry","Attrs":{"ref":"x:1"}}]' }],
  ])("%j", ([build, expected]) => {
    expect(solve(build).request.frontendAttrs).toMatchObject(expected);
  });

  test("with the folders it may have, and no others", () => {
    const { folders, request } = solve({
      context: "/src",
      dockerfile: "/elsewhere/web.dockerfile",
      additionalContexts: { more: "/more", image: "docker-image://x" },
    });
    expect(folders.map(({ source }) => source)).toEqual([{ path: "/src" }, { path: "/elsewhere" }, { path: "/more" }]);
    expect(request.frontendAttrs?.["context:more"]).toBe(`local:${folders[2]?.name}`);
    expect(request.frontendAttrs?.["dockerfilekey"]).toBe(folders[1]?.name);
  });

  test("under all its names, with what it may do beyond the usual", () => {
    const { request } = solve({
      tags: ["x:1", "app-web"],
      privileged: true,
      network: "host",
      entitlements: ["network.host"],
    });
    expect(request.exporters).toEqual([{ type: "moby", attrs: { name: "app-web,x:1" } }]);
    expect(request.entitlements).toEqual(["network.host", "security.insecure"]);
  });
});

import { describe, expect, test } from "vitest";
import { BuildError } from "../../../../../src/embedded/build/build.ts";
import { outputOf } from "../../../../../src/embedded/build/buildkit/output.ts";
import { readOptions } from "../../../../../src/embedded/build/buildkit/frontend-options.ts";

describe("options of the frontend", () => {
  test("say what the flags of a client said", () => {
    const options = {
      "build-arg:A": "1",
      "build-arg:B": "",
      "label:for": "test",
      target: "final",
      platform: "linux/amd64",
      "no-cache": "a,b",
      "image-resolve-mode": "pull",
      "force-network-mode": "none",
      "add-hosts": "a=1.2.3.4,b=::1",
      ulimit: "nofile=1:2,core=-1",
      "shm-size": "1024",
      "cgroup-parent": "/builds",
      "frontend.caps": "moby.buildkit.frontend.subrequests+forward",
      "attest:provenance": "disabled=true",
      "vcs:revision": "says nothing",
    };
    expect(readOptions(options)).toMatchObject({
      buildArgs: { A: "1", B: "" },
      labels: { for: "test" },
      target: "final",
      platform: "linux/amd64",
      noCache: ["a", "b"],
      pullsAlways: true,
      network: "none",
      extraHosts: ["a:1.2.3.4", "b:::1"],
      limits: {
        ShmSize: 1024,
        CgroupParent: "/builds",
        Ulimits: [
          { Name: "nofile", Soft: 1, Hard: 2 },
          { Name: "core", Soft: -1, Hard: -1 },
        ],
      },
    });
    expect(readOptions({ "no-cache": "" }).noCache).toBe(true);
    expect(readOptions({})).toMatchObject({ noCache: false, pullsAlways: false, network: "default" });
  });

  test.for([
    [{ platform: "linux/amd64,linux/arm64" }, /several platforms/],
    [{ "attest:sbom": "" }, /attestations \(sbom\)/],
    [{ "frontend.caps": "example.unheard" }, /example\.unheard/],
    [{ ulimit: "nofile" }, /invalid ulimit/],
  ] as const)("%j are refused", ([options, wanted]) => {
    expect(() => readOptions(options)).toThrow(BuildError);
    expect(() => readOptions(options)).toThrow(wanted);
  });
});

describe("an output", () => {
  test("is an image of the engine by any of its names, or nothing", () => {
    const moby = { type: "moby", attrs: { name: "a,b:1" } };
    expect(outputOf({ exporters: [moby], cache: undefined })).toEqual({ keepsImage: true, tags: ["a", "b:1"] });
    expect(outputOf({ exporters: [], exporterType: "image", exporterAttrs: {}, cache: undefined })).toEqual({
      keepsImage: true,
      tags: [],
    });
    expect(outputOf({ exporters: [], cache: undefined })).toEqual({ keepsImage: false, tags: [] });
  });

  test.for([
    [[{ type: "oci", attrs: {} }], /type oci/],
    [
      [
        { type: "moby", attrs: {} },
        { type: "local", attrs: {} },
      ],
      /more than one/,
    ],
    [[{ type: "moby", attrs: { name: "UPPER" } }], /invalid reference/],
  ] as const)("%j is refused", ([exporters, wanted]) => {
    expect(() => outputOf({ exporters, cache: undefined })).toThrow(wanted);
  });
});

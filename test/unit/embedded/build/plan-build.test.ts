import { describe, expect, test } from "vitest";
import type { BuildRequest } from "../../../../src/embedded/build/build.ts";
import { contextPathsOf } from "../../../../src/embedded/build/context-paths.ts";
import { readDockerfile } from "../../../../src/embedded/build/dockerfile/read-dockerfile.ts";
import { type PlannedBuild, planBuild } from "../../../../src/embedded/build/plan/plan-build.ts";
import { readPlatform } from "../../../../src/embedded/build/plan/platform.ts";
import { type BaseImage, type Step, inputsOf } from "../../../../src/embedded/build/plan/steps.ts";
import type { ImageConfig } from "../../../../src/embedded/images/images.ts";
import { plainRequest } from "../../../support/build-corpus-case.ts";

/** Plans a Dockerfile; every image there is has this configuration. Gives the images that were asked for, too. */
async function plan(
  text: string,
  wish: Partial<BuildRequest> = {},
  config: ImageConfig = {},
): Promise<PlannedBuild & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const planned = await planBuild({
    dockerfile: readDockerfile(text),
    request: { ...plainRequest("/nowhere"), ...wish },
    buildPlatform: readPlatform("linux/amd64"),
    baseImage: (reference) => {
      asked.push(reference);
      return Promise.resolve(imageOf(reference, config));
    },
  });
  return { ...planned, asked };
}

function imageOf(reference: string, config: ImageConfig): BaseImage {
  const rootfs = { type: "layers", diff_ids: [] } as const;
  return { id: "sha256:0", reference, document: { architecture: "amd64", os: "linux", config, rootfs } };
}

/** Names of all steps that a result needs, what they take first. */
function names(step: Step, seen: Set<Step> = new Set()): string[] {
  if (seen.has(step) || step.kind === "scratch") return [];
  seen.add(step);
  return [...inputsOf(step).flatMap((input) => names(input, seen)), step.name];
}

describe("the plan of a build", () => {
  test("has the steps of the target and of the stages that it needs, and no others", async () => {
    const text = `
      FROM one AS a
      RUN echo a
      FROM absent AS b
      RUN echo b
      FROM two
      COPY --from=a /x /y
      WORKDIR /z`;
    const { target, asked } = await plan(text);
    expect(names(target.step)).toEqual([
      "[stage-2 1/3] FROM two",
      "[a 1/2] FROM one",
      "[a 2/2] RUN echo a",
      "[stage-2 2/3] COPY --from=a /x /y",
      "[stage-2 3/3] WORKDIR /z",
    ]);
    expect(asked.toSorted()).toEqual(["one", "two"]);
  });

  test("asks for an image once, however often it is used", async () => {
    const { asked } = await plan(
      "FROM x AS a\nFROM x\nCOPY --from=a / /a\nCOPY --from=x / /x\nRUN --mount=from=x,target=/m y",
    );
    expect(asked).toEqual(["x"]);
  });

  test("counts the steps of one stage without its name", async () => {
    const { target } = await plan(`FROM x\n${"RUN y\n".repeat(9)}ENV a=1`);
    expect(names(target.step).slice(0, 2)).toEqual(["[ 1/10] FROM x", "[ 2/10] RUN y"]);
  });

  test("gives commands the variables of image, ENV and ARG, and the proxies apart", async () => {
    const buildArgs = { GIVEN: "1", HTTPS_PROXY: "p", UNDECLARED: "x" };
    const { target } = await plan(
      "FROM x\nARG GIVEN OTHER=o\nENV E=$GIVEN\nRUN y",
      { buildArgs },
      { Env: ["PATH=/p", "I=i"] },
    );
    const step = target.step.kind === "command" ? target.step : undefined;
    expect(Object.fromEntries(step?.env ?? [])).toEqual({ PATH: "/p", I: "i", GIVEN: "1", OTHER: "o", E: "1" });
    expect(Object.fromEntries(step?.proxies ?? [])).toEqual({ HTTPS_PROXY: "p", https_proxy: "p" });
    expect(target.image.history.map(({ created_by: by }) => by)).toEqual([
      "ARG GIVEN=1 OTHER=o",
      "ENV E=1",
      "RUN |2 GIVEN=1 OTHER=o /bin/sh -c y # buildkit",
    ]);
  });

  test("carries out what a base image wants to be done, before all else, and hands it on no further", async () => {
    const config = { OnBuild: ["COPY a /a", "RUN b"] };
    const { target } = await plan("FROM x\nRUN c", {}, config);
    expect(names(target.step)).toEqual([
      "[1/4] FROM x",
      "[internal] load build context",
      "[2/4] COPY a /a",
      "[3/4] RUN b",
      "[4/4] RUN c",
    ]);
    expect(target.image.config.OnBuild).toBeUndefined();
  });

  test("lays a linked copy upon what is below of it", async () => {
    const { target } = await plan("FROM x\nCOPY --link a /a");
    expect(target.step).toMatchObject({
      kind: "merge",
      base: { kind: "image" },
      upper: { kind: "files", base: { kind: "scratch" }, name: "[2/2] COPY --link a /a" },
    });
  });

  test("never shows a secret that a variable holds", async () => {
    const { target } = await plan("FROM x\nENV W=seen\nRUN --mount=type=secret,id=w,env=W echo $W");
    expect(names(target.step).at(-1)).toBe("[2/2] RUN --mount=type=secret,id=w,env=W echo ****");
  });

  test.for([
    ["COPY a b/ /x", ["a", "b"]],
    ["COPY --parents d/./e /x", ["d"]],
    ["COPY a /x\nRUN --mount=source=m,target=/m y", ["a", "m"]],
    ["RUN --mount=target=/m y", undefined],
    ["COPY . /x", undefined],
  ] as const)("of %j needs of the context: %j", async ([lines, wanted]) => {
    const { target } = await plan(`FROM x\n${lines}`);
    expect(contextPathsOf(target.step).get("")).toEqual(wanted);
  });

  test.for([
    ["FROM x\nCOPY --from=$A a b", "variable expansion is not supported for --from"],
    ["FROM x\nCOPY --from=7 a b", "invalid stage index 7"],
    ["FROM x\nCOPY --chmod=999 a b", "invalid chmod parameter: '999'"],
    ["FROM x\nCOPY https://host/a b", "source can't be a URL for COPY"],
    ["FROM x\nCOPY git@host:a.git b", "source can't be a git ref for COPY"],
    ["FROM x\nADD --checksum=sha256:0 a b", "checksum requires HTTP(S) or Git sources"],
    ["FROM x\nADD --checksum=1 https://host/a b", 'invalid checksum "1"'],
    ["FROM x\nRUN --mount=type=cache,target=/ y", 'invalid mount target "/"'],
    ["FROM x\nEXPOSE http", "invalid containerPort: http"],
    ["FROM x\nVOLUME $A", "VOLUME specified can not be an empty string"],
    ["FROM --platform=a/b/c/d x", "invalid platform"],
  ] as const)("%j is refused: %s", async ([text, complaint]) => {
    await expect(plan(text)).rejects.toThrow(complaint);
  });

  test("refuses a time that is none", async () => {
    await expect(plan("FROM x", { buildArgs: { SOURCE_DATE_EPOCH: "today" } })).rejects.toThrow(
      /invalid SOURCE_DATE_EPOCH/,
    );
  });
});

import { describe, expect, test } from "vitest";
import { mergeImage } from "../../../../src/embedded/containers/merge-image.ts";

const image = { Entrypoint: ["/entry"], Cmd: ["serve"], Env: ["PATH=/bin", "MODE=image"], User: "web" };

describe("a container's configuration", () => {
  test.each([
    ["is the image's by default", {}, [["/entry"], ["serve"]]],
    ["has a command of its own", { Cmd: ["check"] }, [["/entry"], ["check"]]],
    ["has an entrypoint of its own, which silences the image's command", { Entrypoint: ["sh"] }, [["sh"], null]],
    ["has no entrypoint when told so by an empty string", { Entrypoint: [""], Cmd: ["ls"] }, [null, ["ls"]]],
    ["has no entrypoint when told so by an empty list", { Entrypoint: [], Cmd: ["ls"] }, [null, ["ls"]]],
  ])("%s", (_what, body, expected) => {
    const { Entrypoint, Cmd } = mergeImage({ Image: "i", ...body }, image);
    expect([Entrypoint, Cmd]).toEqual(expected);
  });

  test("keeps its own environment first, and a bare name against the image's value", () => {
    expect(mergeImage({ Env: ["MODE", "A=1"] }, image).Env).toEqual(["MODE", "A=1", "PATH=/bin"]);
  });

  test("joins labels, ports and volumes", () => {
    const body = { Labels: { a: "own" }, ExposedPorts: { "80/tcp": {} }, Volumes: { "/data": {} } };
    const base = {
      ...image,
      Labels: { a: "image", b: "image" },
      ExposedPorts: { "81/tcp": {} },
      Volumes: { "/db": {} },
    };
    expect(mergeImage(body, base)).toMatchObject({
      Labels: { a: "own", b: "image" },
      ExposedPorts: { "80/tcp": {}, "81/tcp": {} },
      Volumes: { "/data": {}, "/db": {} },
      User: "web",
    });
  });

  test("fills in the image's health check field by field", () => {
    const base = { ...image, Healthcheck: { Test: ["CMD", "true"], Interval: 5, Retries: 2 } };
    expect(mergeImage({ Healthcheck: { Interval: 9, Retries: 0 } }, base).Healthcheck).toEqual({
      Test: ["CMD", "true"],
      Interval: 9,
      Retries: 2,
    });
  });

  test("that runs nothing is refused", () => {
    expect(() => mergeImage({}, {})).toThrow(/no command specified/);
  });
});

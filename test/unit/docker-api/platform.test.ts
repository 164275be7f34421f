import { expect, test } from "vitest";
import { isOfPlatform, parsePlatform } from "../../../src/docker-api/platform.ts";

test.each([
  ["linux/amd64", { os: "linux", architecture: "amd64" }],
  ["linux/arm/v7", { os: "linux", architecture: "arm", variant: "v7" }],
  ["Linux/x86_64", { os: "linux", architecture: "amd64" }],
  ["linux/aarch64", { os: "linux", architecture: "arm64" }],
  ["linux/arm64/v8", { os: "linux", architecture: "arm64" }],
  ["linux", { os: "linux" }],
  ["macos", { os: "darwin" }],
  ["arm64", { os: "linux", architecture: "arm64" }],
  ["armhf", { os: "linux", architecture: "arm", variant: "v7" }],
])("reads %s as docker does", (text, platform) => {
  expect(parsePlatform(text)).toEqual(platform);
});

test.each([
  { asked: "linux", of: "linux/arm64/v8", is: true },
  { asked: "linux", of: "windows/amd64", is: false },
  { asked: "arm64", of: "linux/arm64/v8", is: true },
  { asked: "LINUX/AMD64", of: "linux/amd64", is: true },
  { asked: "linux/arm/v7", of: "linux/arm/v6", is: false },
  { asked: "linux/arm", of: "linux/arm/v6", is: true },
])("an image of $of is one of $asked: $is", ({ asked, of, is }) => {
  const [os = "", architecture = "", variant] = of.split("/");
  expect(isOfPlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) }, asked)).toBe(is);
});

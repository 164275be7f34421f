import { expect, test } from "vitest";
import {
  closestTo,
  formatPlatform,
  isOfPlatform,
  parsePlatform,
  type Platform,
} from "../../../src/docker-api/platform.ts";

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
  expect(isOfPlatform(platformOf(of), asked)).toBe(is);
});

test.each([
  { asked: "linux/arm", takes: "linux/arm/v7" },
  { asked: "linux/arm/v6", takes: "linux/arm/v6" },
  { asked: "linux/arm/v5", takes: undefined },
  { asked: "aarch64", takes: "linux/arm64/v8" },
  { asked: "linux/amd64", takes: "linux/amd64" },
])("of several images $asked takes that for $takes", ({ asked, takes }) => {
  const images = ["linux/arm/v6", "linux/arm/v7", "linux/arm64/v8", "linux/amd64/v3", "linux/amd64"];
  expect(closestTo(asked, [...images, ""], (image) => (image === "" ? undefined : platformOf(image)))).toBe(takes);
});

test("a platform is written as it is read", () => {
  expect(["linux/arm/v7", "linux/arm64/v8"].map((text) => formatPlatform(platformOf(text)))).toEqual([
    "linux/arm/v7",
    "linux/arm64",
  ]);
});

/** As an index has it, which leaves nothing out. */
function platformOf(text: string): Platform {
  const [os = "", architecture = "", variant] = text.split("/");
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

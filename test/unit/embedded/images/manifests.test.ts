import { describe, expect, test } from "vitest";
import { imageManifest, manifestFor } from "../../../../src/embedded/images/registry/manifests.ts";
import type { Manifest, Repository } from "../../../../src/registry/repository.ts";

const digest = (digit: string): `sha256:${string}` => `sha256:${digit.repeat(64)}`;
const index = (platforms: readonly string[]): Manifest => ({
  mediaType: "application/vnd.oci.image.index.v1+json",
  digest: digest("f"),
  bytes: Buffer.from(
    JSON.stringify({
      manifests: platforms.map((platform, at) => {
        const [os, architecture, variant] = platform.split("/");
        return { digest: digest(String(at)), size: 1, platform: { os, architecture, ...(variant && { variant }) } };
      }),
    }),
  ),
});

/** Which of them is asked for. */
async function chosen(platforms: readonly string[], wanted: string): Promise<string | undefined> {
  const asked: string[] = [];
  const repository: Pick<Repository, "manifest"> = {
    manifest: async (reference) => {
      asked.push(reference);
      return { mediaType: "", digest: digest("e"), bytes: Buffer.alloc(0) };
    },
  };
  await manifestFor(repository as Repository, index(platforms), wanted);
  return platforms[Number(asked[0]?.[7])];
}

describe("of a list of platforms", () => {
  test.each([
    [["linux/s390x", "linux/amd64"], "linux/amd64", "linux/amd64"],
    [["linux/arm64/v8", "linux/amd64"], "linux/arm64", "linux/arm64/v8"],
    [["linux/arm64/v8"], "linux/arm64/v8", "linux/arm64/v8"],
    [["linux/arm/v5", "linux/arm/v7", "linux/arm/v6"], "linux/arm", "linux/arm/v7"],
    [["linux/arm/v5", "linux/arm/v7", "linux/arm/v6"], "linux/arm/v6", "linux/arm/v6"],
    [["linux/amd64/v3", "linux/amd64"], "linux/amd64", "linux/amd64"],
    [["unknown/unknown", "linux/amd64"], "linux/x86_64", "linux/amd64"],
  ])("%j has for %s %s", async (platforms, wanted, expected) => {
    expect(await chosen(platforms, wanted)).toBe(expected);
  });

  test("none is taken that does not run", async () => {
    await expect(chosen(["linux/s390x", "windows/amd64"], "linux/amd64")).rejects.toThrow(
      "no matching manifest for linux/amd64 in the manifest list entries",
    );
  });
});

describe("a manifest", () => {
  const manifest = (value: unknown): Manifest => ({
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: digest("f"),
    bytes: Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
  });

  test.each([
    ["{", "no JSON object"],
    [{ schemaVersion: 1, fsLayers: [] }, "without a sha256 digest"],
    [
      { config: { digest: digest("a"), mediaType: "application/vnd.cncf.helm.config.v1+json" }, layers: [] },
      "no image to run",
    ],
    [{ config: { digest: digest("a") } }, "its schema is not supported"],
    [{ config: { digest: "sha512:1" }, layers: [] }, "without a sha256 digest"],
  ])("%j is refused", (value, told) => {
    expect(() => imageManifest(manifest(value))).toThrow(told);
  });
});

import { DockerfileError } from "../dockerfile/dockerfile-error.ts";

/** What an image is made for (OCI image index specification). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
}

const aliases: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  "x86-64": "amd64",
  i386: "386",
  i686: "386",
  aarch64: "arm64",
  armhf: "arm/v7",
  armel: "arm/v6",
};

/** Reads `linux/amd64`, `arm64`, `linux/arm/v7`. Throws a {@link DockerfileError}. */
export function readPlatform(text: string): Platform {
  const parts = text.toLowerCase().split("/");
  const [first = ""] = parts;
  const isAlone = parts.length === 1 && first !== "linux";
  const [os = "", architecture = "", variant = ""] = isAlone
    ? ["linux", ...(aliases[first] ?? first).split("/")]
    : parts;
  if (parts.length > 3 || ![os, ...parts].every((part) => /^[a-z0-9_.-]+$/.test(part))) {
    throw new DockerfileError(`invalid platform ${JSON.stringify(text)}: as in linux/amd64`);
  }
  const [known = architecture, ofAlias = ""] = (aliases[architecture] ?? architecture).split("/");
  // The only variants that everybody means without saying so.
  const isUsual = (known === "arm64" && variant === "v8") || (known === "amd64" && variant === "v1");
  return { os, architecture: known, variant: isUsual ? "" : variant || ofAlias || (known === "arm" ? "v7" : "") };
}

/** `linux/arm/v7` */
export function shownPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === "" ? [] : [variant])].join("/");
}

/** What an image is made for, in the words of its index; without an architecture: whatever the engine has. */
export interface Platform {
  readonly os: string;
  readonly architecture?: string;
  readonly variant?: string;
}

/** Reads `linux/arm64`, `Linux/x86_64` or `arm64` as Docker's programs do: a lone architecture is that of Linux. */
export function parsePlatform(text: string): Platform {
  const [first = "", second, variant] = text.toLowerCase().split("/");
  if (second !== undefined) return { os: systemOf(first), ...architectureOf(second, variant) };
  return systems.has(systemOf(first)) ? { os: systemOf(first) } : { os: "linux", ...architectureOf(first) };
}

/** Whether an image is one of those that are asked for; what is left open, any has. */
export function isOfPlatform(image: Platform, asked: string): boolean {
  const { os, architecture, variant } = parsePlatform(asked);
  if (os !== image.os) return false;
  if (architecture !== undefined && architecture !== image.architecture) return false;
  return variant === undefined || !image.variant || variant === image.variant;
}

/** Systems by the names of the Go language, of which platforms are made. */
const systems = new Set(
  "aix android darwin dragonfly freebsd illumos ios js linux netbsd openbsd plan9 solaris wasip1 windows".split(" "),
);

function systemOf(word: string): string {
  return word === "macos" ? "darwin" : word;
}

const otherNames: Readonly<Record<string, Pick<Platform, "architecture" | "variant">>> = {
  i386: { architecture: "386" },
  x86_64: { architecture: "amd64" },
  "x86-64": { architecture: "amd64" },
  aarch64: { architecture: "arm64" },
  armhf: { architecture: "arm", variant: "v7" },
  armel: { architecture: "arm", variant: "v6" },
};

function architectureOf(word: string, variant?: string): Pick<Platform, "architecture" | "variant"> {
  const known = otherNames[word] ?? { architecture: word };
  // v8 is what every arm64 is.
  if (known.architecture === "arm64" && variant === "v8") return known;
  return { ...known, ...(variant === undefined ? {} : { variant }) };
}

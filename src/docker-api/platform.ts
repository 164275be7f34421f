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

/** As containerd means it: v8 is what every arm64 is. */
function normalPlatform({ os, architecture = "", variant }: Platform): Platform & { readonly architecture: string } {
  const plain = { os, architecture };
  return !variant || (architecture === "arm64" && variant === "v8") ? plain : { ...plain, variant };
}

/** `linux/arm/v7`, as {@link parsePlatform} reads it. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalPlatform(platform);
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join("/");
}

/**
 * Of images for several platforms the one that an engine takes for what is asked: that of the variant that was asked for;
 * where none was, the one without, else the newest.
 */
export function closestTo<Image>(
  asked: string,
  images: readonly Image[],
  platformOf: (image: Image) => Platform | undefined,
): Image | undefined {
  const wanted = parsePlatform(asked).variant;
  const fitting = images.flatMap((image) => {
    const platform = platformOf(image);
    if (platform === undefined || !isOfPlatform(normalPlatform(platform), asked)) return [];
    return [{ image, rank: rankOf(normalPlatform(platform).variant, wanted) }];
  });
  return fitting.toSorted((one, other) => other.rank - one.rank)[0]?.image;
}

const newestVariant = 100;

function rankOf(variant: string | undefined, wanted: string | undefined): number {
  if (wanted !== undefined) return variant === wanted ? 1 : 0;
  return variant === undefined ? newestVariant : Number(/\d+/.exec(variant)?.[0] ?? 0);
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

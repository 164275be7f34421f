/** A project made to hurt whoever reads it. */
export interface Hostile {
  readonly what: string;
  /** Texts by path; a text may be long, so it is only made when asked for. */
  readonly files: () => Readonly<Record<string, string | Uint8Array>>;
  /** What is told first: place, and a part of the message. */
  readonly told: string;
}

const service = "services:\n  web:\n    image: x\n";
const megabyte = 1_000_000;

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join("");
}

function compose(text: () => string): Hostile["files"] {
  return () => ({ "compose.yaml": text() });
}

/** An anchor that stands for ten of the one before it, and so on. */
function bomb(levels: number, item: (anchor: string) => string): string {
  return `x-0: &a0 {a: 1}\n${times(levels, (i) => `x-${i + 1}: &a${i + 1} ${item(`*a${i}`)}\n`)}${service}`;
}

/** Made on the fly: together they are larger than the repository. */
export const hostileFiles: readonly Hostile[] = [
  {
    what: "aliases that double each other",
    files: compose(() => bomb(12, (alias) => `[${Array(10).fill(alias).join(",")}]`)),
    told: "compose.yaml:6:31 aliases stand for more than 200000 values",
  },
  {
    what: "merge keys that double each other",
    files: compose(() => bomb(30, (alias) => `{ k: {<<: [${Array(10).fill(alias).join(",")}], b: ${alias}} }`)),
    told: "aliases stand for more than 200000 values",
  },
  {
    what: "aliases without number",
    files: compose(() => `x-a: &a [x]\nx-b: [${Array(150_000).fill("*a").join(",")}]\n${service}`),
    told: "compose.yaml:2:",
  },
  {
    what: "100 MB",
    files: compose(() => `${service}# ${"x".repeat(100 * megabyte)}`),
    told: "compose.yaml:1:1 compose.yaml: larger than 4 MiB",
  },
  { what: "4 MB of lines", files: compose(() => "- a\n".repeat(megabyte)), told: "too many words and signs" },
  { what: "4 MB of empty lines", files: compose(() => "\n".repeat(4 * megabyte)), told: "too many words and signs" },
  { what: "2 MB of documents", files: compose(() => "---\n".repeat(megabyte / 2)), told: "too many words and signs" },
  { what: "101 documents", files: compose(() => `---\n${service}`.repeat(101)), told: "more than 100 documents" },
  {
    what: "4 MB of flow",
    files: compose(() => `${service}x-a: [${"{},".repeat(megabyte)}]`),
    told: "too many words and signs",
  },
  {
    what: "lists in lists, ten thousand deep",
    files: compose(() => `x-a: ${"[".repeat(10_000)}${"]".repeat(10_000)}\n`),
    told: "compose.yaml:1:255 nested more than 250 levels deep",
  },
  {
    what: "mappings in mappings, ten thousand deep",
    files: compose(() => `x-a: ${"{a: ".repeat(10_000)}${"}".repeat(10_000)}\n`),
    told: "compose.yaml:1:999 nested more than 250 levels deep",
  },
  {
    what: "blocks in blocks, two thousand deep",
    files: compose(() => times(2000, (depth) => `${" ".repeat(depth)}a:\n`)),
    told: "compose.yaml:250:251 nested more than 250 levels deep",
  },
  {
    what: "dashes in dashes, ten thousand deep",
    files: compose(() => `x-a:\n${"- ".repeat(10_000)}a\n`),
    told: "compose.yaml:2:498 nested more than 250 levels deep",
  },
  {
    what: "a file that includes itself",
    files: compose(() => `include: [compose.yaml]\n${service}`),
    told: "compose.yaml:1:11 include cycle detected: compose.yaml includes compose.yaml",
  },
  {
    what: "files that include each other",
    files: () => ({
      "compose.yaml": `include: [a/a.yaml]\n${service}`,
      "a/a.yaml": "include: [../b.yaml]\n",
      "b.yaml": "include: [compose.yaml]\n",
    }),
    told: "b.yaml:1:11 include cycle detected: compose.yaml includes a/a.yaml includes b.yaml includes compose.yaml",
  },
  {
    what: "files that include ten times the next one",
    files: () =>
      Object.fromEntries(
        Array.from({ length: 13 }, (_, i) => [
          i === 0 ? "compose.yaml" : `f${i}.yaml`,
          i === 12 ? service : `include:\n${`- f${i + 1}.yaml\n`.repeat(10)}`,
        ]),
      ),
    told: "more than 300 models are included",
  },
  {
    what: "a line of a thousand files that include each other",
    files: () =>
      Object.fromEntries(
        Array.from({ length: 1001 }, (_, i) => [
          i === 0 ? "compose.yaml" : `f${i}.yaml`,
          i === 1000 ? service : `include: [f${i + 1}.yaml]\n`,
        ]),
      ),
    told: "f300.yaml:1:11 more than 300 models are included",
  },
  {
    what: "services that extend each other",
    files: compose(() => "services:\n  a: {extends: b}\n  b: {extends: c}\n  c: {extends: a}\n"),
    told: "compose.yaml:4:16 circular reference: a in compose.yaml extends b in compose.yaml extends c",
  },
  {
    what: "services of two files that extend each other",
    files: () => ({
      "compose.yaml": "services:\n  a: {extends: {file: o.yaml, service: b}}\n",
      "o.yaml": "services:\n  b: {extends: {file: compose.yaml, service: a}}\n",
    }),
    told: "o.yaml:2:16 circular reference: a in compose.yaml extends b in o.yaml extends a in compose.yaml",
  },
  {
    what: "a line of a thousand services that extend each other",
    files: compose(() => `services:\n${times(1000, (i) => `  s${i}: {extends: s${i + 1}}\n`)}  s1000: {image: x}\n`),
    told: "compose.yaml:101:18 services extend each other more than 100 times",
  },
  {
    what: "defaults in defaults, ten thousand deep",
    files: compose(() => `${service}    hostname: ${"${A:-".repeat(10_000)}${"}".repeat(10_000)}\n`),
    told: "compose.yaml:4:15 services.web.hostname: defaults are nested too deeply",
  },
  {
    what: "variables that double each other",
    files: () => ({
      "compose.yaml": `${service}    hostname: $Z\n`,
      ".env": `A=${"x".repeat(20)}\n${times(25, (i) => `${letter(i + 1)}=${`\${${letter(i)}}`.repeat(10)}\n`)}`,
    }),
    told: ".env:7:3 G: becomes too long through",
  },
  {
    what: "half a million variables in a line",
    files: compose(() => `${service}    hostname: ${"${A:-x}".repeat(500_000)}${"${A:?}".repeat(20_000)}\n`),
    told: "services.web.hostname: required variable A is missing a value",
  },
  {
    what: "braces that are never closed",
    files: compose(() => `${service}    hostname: ${"${A:-".repeat(300_000)}\n`),
    told: "compose.yaml:4:15 services.web.hostname: invalid interpolation format",
  },
  {
    what: "noise",
    files: () => ({ "compose.yaml": Uint8Array.from({ length: megabyte }, (_, i) => (i * 7919 + (i >> 3)) % 256) }),
    told: "compose.yaml:1:1 control character U+0000 is not allowed",
  },
  {
    what: "UTF-16",
    files: () => ({ "compose.yaml": Buffer.from(`\uFEFF${service}`, "utf16le") }),
    told: "compose.yaml:1:1 not valid UTF-8",
  },
  {
    what: "an .env of 80 MB",
    files: () => ({ "compose.yaml": service, ".env": "VARIABLE=value\n".repeat(80 * (megabyte / 15)) }),
    told: ".env:1:1 .env: larger than 1 MiB",
  },
  {
    what: "an env_file of 80 MB",
    files: () => ({
      "compose.yaml": `${service}    env_file: big.env\n`,
      "big.env": "VARIABLE=value\n".repeat(80 * (megabyte / 15)),
    }),
    told: "compose.yaml:4:15 big.env: larger than 1 MiB",
  },
  {
    what: "a quote of 1 MB that is never closed",
    files: () => ({ "compose.yaml": service, ".env": `A='${"x\n".repeat(megabyte / 2)}` }),
    told: ".env:1:3 unterminated quoted value",
  },
  {
    what: "a million ports in a few words",
    files: compose(() => `${service}    ports:\n${times(20, (i) => `      - 127.0.0.${i}:1-50000:1-50000\n`)}`),
    told: "compose.yaml:6:9 services.web.ports[1]: a service cannot have more than 65535 ports",
  },
  {
    what: "a duration of a million digits",
    files: compose(() => `${service}    stop_grace_period: "${"1".repeat(megabyte)}x"\n`),
    told: "compose.yaml:4:24 services.web.stop_grace_period: expected a duration",
  },
  {
    what: "a volume of half a million colons",
    files: compose(() => `${service}    volumes: ["${"a:".repeat(megabyte / 2)}"]\n`),
    told: "compose.yaml:4:15 services.web.volumes[0]: longer than 10000 characters",
  },
  {
    what: "five thousand misspelt keys",
    files: compose(() => service + times(5000, (i) => `    imagee${i}: 1\n`)),
    told: "compose.yaml:4:5 services.web.imagee0: unknown key",
  },
  {
    what: "a thousand misspelt names",
    files: compose(
      () => `services:\n${times(1000, (i) => `  service-${i}: {image: x, depends_on: [servcie-${i}]}\n`)}`,
    ),
    told: "compose.yaml:2:38 services.service-0.depends_on.servcie-0: service depends on undefined service",
  },
  {
    what: "a circle of a thousand services",
    files: compose(() => `services:\n${times(1000, (i) => `  s${i}: {image: x, depends_on: [s${(i + 1) % 1000}]}\n`)}`),
    told: "dependency cycle detected: s0 -> s1 -> s2",
  },
  {
    what: "a path that no file can have",
    files: compose(() => `${service}    env_file: "a\\0b"\ninclude: [${"a".repeat(5000)}]\n`),
    told: "compose.yaml:4:15",
  },
];

function letter(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

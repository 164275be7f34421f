import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const src = join(import.meta.dirname, "../../src");

/** Who may import whom: the room's own files are always allowed; `type:` rooms only by `import type`. */
const allowed: Record<string, readonly string[]> = {
  errors: [],
  events: [],
  "docker-api": [],
  system: ["errors"],
  context: ["type:engine", "type:events", "type:system"],
  define: [],
  compose: ["errors", "type:system"],
  graph: ["type:compose"],
  grpc: [],
  "buildkit-api": ["grpc"],
  engine: ["docker-api", "buildkit-api", "grpc", "errors"],
  registry: ["docker-api", "errors"],
  observe: ["engine", "docker-api", "errors"],
  plan: [
    "type:compose",
    "compose/encode",
    "compose/source",
    "type:observe",
    "observe/labels",
    "graph",
    "docker-api",
    "errors",
  ],
  lock: ["docker-api", "errors", "type:compose"],
  execute: [
    "plan",
    "engine",
    "graph/walk",
    "buildkit-api",
    "grpc/status",
    "events",
    "errors",
    "type:compose",
    "type:context",
    "type:docker-api",
  ],
  watch: [
    "type:compose",
    "execute/build-context",
    "execute/ignore-patterns",
    "execute/tar",
    "events",
    "system",
    "errors",
  ],
  actions: ["*"],
  library: ["actions", "open-engine", "errors", "system", "type:*"],
  testing: ["library", "actions", "open-engine", "docker-api", "errors", "system", "type:*"],
  index: ["library", "actions", "open-engine", "errors", "compose/diagnostic", "type:*"],
  "open-engine": ["engine", "system", "errors", "dynamic:embedded"],
  cli: ["actions", "open-engine", "events", "errors", "system", "compose/diagnostic", "type:*"],
  embedded: ["docker-api", "buildkit-api", "grpc", "registry", "errors", "system"],
};

/** Each prescribed package has one room. */
const packages: Record<string, string> = {
  yaml: "compose",
  ajv: "compose",
  "dependency-graph": "graph",
  dockerode: "engine",
  commander: "cli",
  listr2: "cli",
  chokidar: "watch",
  "dns-packet": "embedded",
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
  readonly isDynamic: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .toSorted();
const imports = files.flatMap(importsOf);

describe("the house", () => {
  test("every room imports only what its row allows", () => {
    const own = imports.filter(({ to }) => to.startsWith(".")).map(resolve);
    expect(own.filter((edge) => !isAllowed(edge)).map(show)).toEqual([]);
  });

  test("every prescribed package is imported by one room only", () => {
    const foreign = imports.filter(({ from, to }) => {
      const room = packages[to.split("/")[0] ?? ""];
      return room !== undefined && roomOf(from) !== room && !from.startsWith("compose/validator/");
    });
    expect(foreign.map(show)).toEqual([]);
  });

  test("no import cycle exists", () => {
    const edges = Map.groupBy(
      imports.filter(({ to, isType, isDynamic }) => to.startsWith(".") && !isType && !isDynamic).map(resolve),
      ({ from }) => from,
    );
    expect(files.flatMap((file) => cycleFrom(file, edges))).toEqual([]);
  });

  test("the process, the console and the clock are reached only at the edge", () => {
    const edge = /^(cli|system|embedded\/host)\/|^compose\/validator\/generate/;
    const ambient = /(?<![./\w])process\.(?!getBuiltinModule)|\bconsole\.|\bDate\.now\b/;
    const offenders = files.filter((file) => !edge.test(file)).filter((file) => ambient.test(code(file)));
    expect(offenders).toEqual([]);
  });

  test("nothing is exported by default or wholesale", () => {
    expect(files.filter((file) => /^export (default|\*)/m.test(code(file)))).toEqual([]);
  });
});

function isAllowed({ from, to, isType, isDynamic }: Import): boolean {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room === target || (room === "cli" && to === "../package.json")) return true;
  const rules = allowed[room] ?? [];
  return rules.some((rule) => {
    const [, mode, name = ""] = /^(?:(type|dynamic):)?(.*)$/.exec(rule) ?? [];
    if (mode === "type" && !isType) return false;
    if (mode === "dynamic" && !isDynamic) return false;
    return name === "*" || name === target || `${name}.ts` === to;
  });
}

function importsOf(from: string): Import[] {
  const text = code(from);
  const found: Import[] = [];
  for (const [, type, names = "", to = ""] of text.matchAll(
    /^(?:import|export)\s+(type\s+)?([^;"']*?)\s*(?:from\s*)?"([^"]+)"/gm,
  )) {
    const listed = [...names.matchAll(/(?:\{|,)\s*(type\s)?\s*\w/g)];
    const isType = type !== undefined || (listed.length > 0 && listed.every(([, each]) => each !== undefined));
    found.push({ from, to, isType, isDynamic: false });
  }
  for (const [, to = ""] of text.matchAll(/\bimport\("([^"]+)"\)/g)) {
    found.push({ from, to, isType: false, isDynamic: true });
  }
  return found;
}

function resolve(edge: Import): Import {
  return { ...edge, to: relative(src, join(src, dirname(edge.from), edge.to)) };
}

function roomOf(file: string): string {
  return (file.split("/")[0] ?? "").replace(/\.ts$/, "");
}

function cycleFrom(start: string, edges: ReadonlyMap<string, readonly Import[]>): string[] {
  const seen = new Set<string>();
  const next = (edges.get(start) ?? []).map(({ to }) => to);
  while (next.length > 0) {
    const file = next.pop() ?? "";
    if (file === start) return [start];
    if (seen.has(file)) continue;
    seen.add(file);
    next.push(...(edges.get(file) ?? []).map(({ to }) => to));
  }
  return [];
}

/** Source text without comments: a word in a sentence is not a use. */
function code(file: string): string {
  return readFileSync(join(src, file), "utf8").replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
}

function show({ from, to }: Import): string {
  return `${from} -> ${to}`;
}

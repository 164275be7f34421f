// Builds what is published: the library (ESM, its declarations by tsc) and the CLI (split CommonJS), both bundled by rolldown.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type ChunkingContext, type CodeSplittingGroup, type Plugin, rolldown } from "rolldown";

const root = join(import.meta.dirname, "../..");

// What packages load at once, and tscompose never uses. dockerode: its own transport, build contexts and BuildKit (ssh2,
// gRPC, protobuf: 150 ms of start-up), for which src/engine/transport.ts stands in. commander: sub-commands that are
// programs of their own (8 ms of every command).
const unused: readonly (readonly [importer: string, sources: readonly string[]])[] = [
  ["/node_modules/dockerode/", ["docker-modem", "tar-fs", "./session", "./buildkit"]],
  ["/node_modules/commander/", ["node:child_process"]],
];

// Of its two builds the one that a bundler can leave parts out of: half of the package is for writing.
const modularYaml = join(root, "node_modules/yaml/browser/dist/index.js");

// What is always loaded together is one file: each further one costs half a millisecond of start-up.
const together: readonly (readonly [chunk: string, entries: readonly string[]])[] = [
  ["start", ["src/cli/main.ts"]],
  ["model", ["src/compose/encode.ts", "src/actions/select-containers.ts"]],
  ["project", ["src/compose/load.ts", "src/system/files.ts", "src/plan/spec/ports.ts"]],
  ["engine", ["src/open-engine.ts", "src/engine/connect.ts", "src/cli/view/view.ts"]],
  ["up", ["src/cli/commands/up.ts"]],
];
const loaded = new Map<string, ReadonlySet<string>>();

/** The first groups take first. */
const groups: readonly CodeSplittingGroup[] = together.map(([chunk, entries], index) => ({
  name: (id, graph) => (entries.some((entry) => loadedBy(join(root, entry), graph).has(unitOf(id))) ? chunk : null),
  priority: together.length - index,
  debugName: chunk,
}));

const stubs: Plugin = {
  name: "stubs",
  resolveId: (source, importer = "") =>
    source === "yaml"
      ? modularYaml
      : unused.some(([within, sources]) => importer.includes(within) && sources.includes(source))
        ? `\0stub:${source}`
        : null,
  load: (id) =>
    id.startsWith("\0stub:")
      ? `module.exports = new Proxy({}, { get(_, key) { throw new Error("${id.slice(6)} is not part of this bundle: " + String(key)); } });`
      : null,
};

// One other character in a file, and V8 keeps all of it at twice the size.
const ascii: Plugin = {
  name: "ascii",
  generateBundle: (_, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      chunk.code = chunk.code.replaceAll(
        /[^\0-\x7f]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
    }
  },
};

// Node's own modules of which most commands use nothing: they are loaded when something of them is used.
const lazyModule = /let (\w+)=require\("(node:(?:child_process|fs\/promises|readline|timers\/promises))"\);/g;

const lazyModules: Plugin = {
  name: "lazy-modules",
  generateBundle: (_, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      chunk.code = chunk.code.replaceAll(lazyModule, (text: string, name: string, source: string) =>
        // A default import is a copy of all that there is.
        chunk.code.includes(`${name}=require_rolldown_runtime`)
          ? text
          : `const ${name}=new Proxy({},{get:(_,key)=>require("${source}")[key]});`,
      );
    }
  },
};

/** What others import, and what the library runs as programs of their own. */
const libraryEntries = [
  "index",
  "define/index",
  "testing/index",
  "testing/vitest-reporter",
  "testing/node-reporter",
  "testing/jest-environment",
  "testing/guard/guard-process",
  "testing/lease/keeper-process",
  "system/module-process",
];

const source = join(root, "src");
const ownFolder = /ownFolderOf\("([^"]*)"\)/g;

// A module that looks for what is beside it finds it from wherever it has been put.
const ownFolders: Plugin = {
  name: "own-folders",
  transform: (code, id) =>
    id.startsWith(`${source}/`) && code.includes("import.meta.dirname")
      ? code.replaceAll("import.meta.dirname", `ownFolderOf("${relative(source, dirname(id))}")`)
      : null,
  generateBundle: (_, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      chunk.code = chunk.code.replaceAll(
        ownFolder,
        (_text: string, folder: string) =>
          `\`\${import.meta.dirname}/${relative(dirname(chunk.fileName), folder) || "."}\``,
      );
    }
  },
};

run("src/compose/validator/generate.ts");
rmSync(join(root, "dist"), { recursive: true, force: true });
run("node_modules/typescript/bin/tsc", "-p", "test/toolchain/tsconfig.build.json");
await Promise.all([bundleCli(), bundleLibrary()]);

async function bundleCli(): Promise<void> {
  const bundle = await rolldown({
    input: { main: join(root, "src/cli/main.ts") },
    platform: "node",
    plugins: [stubs, ascii, lazyModules],
    logLevel: "warn",
  });
  await bundle.write({
    dir: join(root, "dist/cli"),
    format: "cjs",
    sourcemap: true,
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
    // Names stay, for what a bug prints; what is left out is not read at every start.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    codeSplitting: { groups: [...groups] },
  });
}

/** Four hundred files are half of the start of a test: what is loaded together is one, and shared by all entries. */
async function bundleLibrary(): Promise<void> {
  const bundle = await rolldown({
    external: ["jest-environment-node"],
    input: Object.fromEntries(libraryEntries.map((entry) => [entry, join(root, `src/${entry}.ts`)])),
    platform: "node",
    plugins: [stubs, ownFolders],
    logLevel: "warn",
  });
  await bundle.write({
    dir: join(root, "dist"),
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "shared/[name]-[hash].js",
  });
}

/** A module, all that it imports statically, and all that those do; packages as a whole. */
function loadedBy(entry: string, graph: ChunkingContext): ReadonlySet<string> {
  const known = loaded.get(entry);
  if (known !== undefined) return known;
  const found = new Set([entry]);
  for (const id of found) for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  const units = new Set([...found].map(unitOf));
  loaded.set(entry, units);
  return units;
}

/** What packages require of themselves is not among the imports. */
function unitOf(id: string): string {
  return /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? id;
}

function run(script: string, ...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

// The public API as text: every name that an entry of the package exports, with its declaration, and then the types that
// these lead to, as far as they are of the rooms that users talk to. `npm run api` writes it to test/types/api.md, where
// reviews see each change.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { parseAst } from "rolldown/parseAst";

const root = join(import.meta.dirname, "../..");

/** The entries of `exports` in package.json, by the names that users import. */
const entries: Readonly<Record<string, string>> = {
  tscompose: "index.d.ts",
  "tscompose/define": "define/index.d.ts",
  "tscompose/testing": "testing/index.d.ts",
  "tscompose/testing/vitest-reporter": "testing/vitest-reporter.d.ts",
  "tscompose/testing/node-reporter": "testing/node-reporter.d.ts",
  "tscompose/testing/jest-environment": "testing/jest-environment.d.ts",
};

/** Rooms whose types are shown although nobody can import them: what users say to the verbs, and hear from them. */
const spokenTo = /^(library|testing|actions|events|errors|context|open-engine)\b/;

/** Where the report is kept. */
export const reportPath: string = join(root, "test/types/api.md");

/** Makes the report from the sources as they are. */
export function apiReport(): string {
  const folder = mkdtempSync(join(tmpdir(), "tscompose-api-"));
  try {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const options = ["--emitDeclarationOnly", "--noCheck", "--outDir", folder];
    const emitted = spawnSync(process.execPath, [
      tsc,
      "-p",
      join(root, "test/toolchain/tsconfig.build.json"),
      ...options,
    ]);
    if (emitted.status !== 0) throw new Error(emitted.stdout.toString());
    return new Report(folder).text();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One declaration of a module, as its declaration file has it. */
interface Declaration {
  readonly file: string;
  readonly name: string;
  readonly text: string;
  /** Names in it that may be of other declarations. */
  readonly mentions: ReadonlySet<string>;
}

/** What a module declares, and which names it has from where. */
interface Module {
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly origins: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
  /** Names that it exports, by the names that they have in it. */
  readonly exported: ReadonlyMap<string, string>;
}

class Report {
  readonly #folder: string;
  readonly #modules = new Map<string, Module>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  text(): string {
    const shown = new Set<Declaration>();
    const sections = Object.entries(entries).map(([name, entry]) => {
      const found = [...this.#module(entry).exported].map(([outside, inside]) => this.#find(entry, inside, outside));
      for (const each of found) shown.add(each);
      return `## \`${name}\`\n\n${blocks(found)}`;
    });
    const reached = this.#reachedFrom([...shown]).filter((each) => !shown.has(each) && spokenTo.test(each.file));
    return [
      "# The public API",
      "Written by `npm run api`; a test holds it to the sources.",
      ...sections,
      `## Types that these lead to\n\n${blocks(reached)}`,
    ].join("\n\n");
  }

  #reachedFrom(start: readonly Declaration[]): readonly Declaration[] {
    const seen = new Set(start);
    for (const { file, mentions } of seen) {
      for (const name of mentions) {
        const found = this.#lookUp(file, name);
        if (found !== undefined) seen.add(found);
      }
    }
    return [...seen];
  }

  #find(file: string, name: string, outside: string): Declaration {
    const found = this.#lookUp(file, name);
    if (found === undefined) throw new Error(`${file}: ${outside} is declared nowhere`);
    return found;
  }

  /** Follows a name through imports and re-exports to its declaration; nothing for what is of other packages. */
  #lookUp(file: string, name: string): Declaration | undefined {
    const module = this.#module(file);
    const origin = module.origins.get(name);
    if (origin === undefined) return module.declarations.get(name);
    const inside = this.#module(origin.file).exported.get(origin.name) ?? origin.name;
    return this.#lookUp(origin.file, inside);
  }

  #module(file: string): Module {
    const known = this.#modules.get(file) ?? readModule(this.#folder, file);
    this.#modules.set(file, known);
    return known;
  }
}

type Node = ReturnType<typeof parseAst>["body"][number];

function readModule(folder: string, file: string): Module {
  const text = readFileSync(join(folder, file), "utf8");
  const declarations = new Map<string, Declaration>();
  const origins = new Map<string, { readonly file: string; readonly name: string }>();
  const exported = new Map<string, string>();
  const fileOf = (source: string): string =>
    relative(folder, join(folder, dirname(file), source.replace(/\.ts$/, ".js").replace(/\.js$/, ".d.ts")));
  for (const node of parseAst(text, { lang: "dts" }).body) {
    if (node.type === "ImportDeclaration" && node.source.value.startsWith(".")) {
      for (const each of node.specifiers) {
        if (each.type !== "ImportSpecifier") continue;
        origins.set(each.local.name, { file: fileOf(node.source.value), name: nameOf(each.imported) });
      }
    }
    if (node.type === "ExportNamedDeclaration" && node.declaration === null) {
      for (const { local, exported: outside } of node.specifiers) {
        exported.set(nameOf(outside), nameOf(local));
        const source = node.source?.value;
        if (source !== undefined) origins.set(nameOf(local), { file: fileOf(source), name: nameOf(local) });
      }
    }
    const declared = node.type === "ExportNamedDeclaration" ? (node.declaration ?? undefined) : node;
    for (const name of declared === undefined ? [] : namesDeclared(declared)) {
      if (node.type === "ExportNamedDeclaration") exported.set(name, name);
      const own = withoutComments(text.slice(node.start, node.end));
      const words = new Set(own.match(/[A-Za-z_$][\w$]*/g) ?? []);
      declarations.set(name, { file, name, text: own, mentions: words });
    }
  }
  return { declarations, origins, exported };
}

function namesDeclared(node: Node | object): readonly string[] {
  if ("id" in node && isNamed(node.id)) return [node.id.name];
  if (!("declarations" in node) || !Array.isArray(node.declarations)) return [];
  return node.declarations.flatMap(({ id }: { readonly id: unknown }) => (isNamed(id) ? [id.name] : []));
}

function isNamed(node: unknown): node is { readonly name: string } {
  return typeof node === "object" && node !== null && "name" in node && typeof node.name === "string";
}

function nameOf(node: { readonly name: string } | { readonly value: unknown }): string {
  return "name" in node ? node.name : String(node.value);
}

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, "").replaceAll(/^\s*\/\/.*\n/gm, "");
}

function blocks(found: readonly Declaration[]): string {
  const sorted = found.toSorted((a, b) => (`${a.name} ${a.file}` < `${b.name} ${b.file}` ? -1 : 1));
  return `\`\`\`ts\n${sorted.map(({ text }) => text.replace(/^export /, "")).join("\n")}\n\`\`\`\n`;
}

if (import.meta.main) writeFileSync(reportPath, apiReport());

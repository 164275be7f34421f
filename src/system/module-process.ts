// A program: runs the module that it is told of, and tells on its third descriptor what that exports by default.
import { createWriteStream, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ModulePlace, Outcome } from "./modules.ts";
import { plainData } from "./plain-data.ts";

const [, , path = ""] = process.argv;
const ourFolder = new URL("../", import.meta.url).href;
const files = new Set<string>();
let unresolved: { readonly specifier: string; readonly from: string } | undefined;

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      // A tscompose that is installed for all projects knows itself, also where a project does not have it.
      if (specifier === "tscompose/define") return next(new URL(`define/index${ourEnding()}`, ourFolder).href, context);
      unresolved ??= { specifier, from: context.parentURL ?? "" };
      throw error;
    }
  },
  load(url, context, next) {
    if (!url.startsWith("file:") || url.includes("/node_modules/") || url.startsWith(ourFolder)) {
      return next(url, context);
    }
    files.add(fileURLToPath(url));
    // Whatever the nearest package.json says of CommonJS: TypeScript with imports means modules.
    return next(url, url.endsWith(".ts") ? { ...context, format: "module-typescript" } : context);
  },
});

const outcome = await evaluate();
const answer = JSON.stringify({ outcome, files: [...files] });
// What the module has left open, a timer or a connection, keeps nobody waiting.
createWriteStream("", { fd: 3 }).end(answer, () => process.exit(0));

async function evaluate(): Promise<Outcome> {
  try {
    const exported = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    if (exported.default === undefined) return { kind: "no-default" };
    const made = plainData(await Promise.resolve(exported.default));
    return "data" in made ? { kind: "data", data: made.data } : { kind: "not-plain", problem: made.problem };
  } catch (error) {
    return thrown(error);
  }
}

function thrown(error: unknown): Outcome {
  if (!Error.isError(error)) return { kind: "thrown", message: `it threw ${String(error)}` };
  const { message, stack = "" } = error;
  const at = placeOfImport(message) ?? placeOfSyntax(stack) ?? placeOfCall(stack);
  return { kind: "thrown", message: message.replace(/ imported from \S+$/, ""), ...(at === undefined ? {} : { at }) };
}

/** Of an import that leads nowhere the stack does not tell where it stands. */
function placeOfImport(message: string): ModulePlace | undefined {
  if (!message.startsWith("Cannot find ") || unresolved === undefined || !unresolved.from.startsWith("file:")) return;
  const importer = fileURLToPath(unresolved.from);
  const text = readFileSync(importer, "utf8");
  const quoted = [`"`, `'`].map((quote) => text.indexOf(`${quote}${unresolved?.specifier}${quote}`));
  const offset = quoted.find((each) => each >= 0);
  if (offset === undefined) return undefined;
  const before = text.slice(0, offset).split("\n");
  return { path: importer, line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** What cannot be read as a module is shown before the stack: the line of the place, lines of it, and marks below. */
function placeOfSyntax(stack: string): ModulePlace | undefined {
  const [, place = "", line = "", shown = ""] = /^(.+):(\d+)\n([\s\S]*?)\^/.exec(stack) ?? [];
  if (place === "" || !/\n *$/.test(shown)) return undefined;
  const file = place.startsWith("file:") ? fileURLToPath(place) : place;
  return { path: file, line: Number(line), column: (/ *$/.exec(shown)?.[0] ?? "").length + 1 };
}

function placeOfCall(stack: string): ModulePlace | undefined {
  for (const [, url = "", line, column] of stack.matchAll(/(file:\/\/[^\s()]+):(\d+):(\d+)/g)) {
    const file = fileURLToPath(url);
    if (files.has(file)) return { path: file, line: Number(line), column: Number(column) };
  }
  return undefined;
}

function ourEnding(): string {
  return import.meta.url.endsWith(".ts") ? ".ts" : ".js";
}

import { posix } from "node:path";
import { formatPath } from "../source.ts";
import { treeOf } from "../tree.ts";
import { type LongForm, type Parsed, refuse } from "./parsed.ts";

/** What a short form says, in the words of the long one. */
export type LongMount = {
  readonly type: "bind" | "volume";
  readonly source?: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly bind?: { readonly selinux?: string; readonly propagation?: string; readonly create_host_path?: boolean };
  readonly volume?: { readonly nocopy?: boolean };
};

const propagations: readonly string[] = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];

const hint = 'write "SOURCE:TARGET:OPTIONS", for example "./data:/data:ro"';

/** What Docker Compose knows of; the words about consistency ask for no more than any mount gives. */
const plainOptions = ",ro,rw,nocopy,z,Z,consistent,cached,delegated".split(",");
const knownOptions: ReadonlySet<string> = new Set([...plainOptions, ...propagations]);

/** Two paths of the greatest length that any kernel takes, and options. */
const longestShort = 10_000;

/** Reads `[SOURCE:]TARGET[:OPTIONS]`: a source that looks like a path is bound, any other names a volume. */
export function parseVolume(short: string): Parsed<LongMount> {
  if (short.length > longestShort) return { problem: `longer than ${longestShort} characters`, hint };
  if (short === "") return { problem: "volume must not be empty", hint };
  if (short.length <= 2) return { value: { type: "volume", target: cleanTarget(short) } };
  const sections = splitSections(short);
  if (sections.includes("")) return { problem: `empty section between colons, got "${short}"`, hint };
  if (sections.length > 3) return { problem: `too many colons, got "${short}"`, hint };
  const [first = "", second, options = ""] = sections;
  if (second === undefined) return { value: { type: "volume", target: cleanTarget(first), volume: {} } };
  return { value: mountOf(first, cleanTarget(second), options.split(",")) };
}

/** True for what a short form takes as a path of the host: `./a`, `/a`, `~/a`, `C:\a` and `\\server\a`. */
export function isHostPath(source: string): boolean {
  return /^([./~]|\\\\|\p{L}:)/u.test(source);
}

function mountOf(source: string, target: string, options: readonly string[]): LongMount {
  const isBind = isHostPath(source);
  const selinux = options.findLast((option) => option === "z" || option === "Z");
  const propagation = options.findLast((option) => propagations.includes(option));
  const access = options.findLast((option) => option === "ro" || option === "rw");
  const bind = {
    ...(selinux !== undefined && { selinux }),
    ...(propagation !== undefined && { propagation }),
    ...(isBind && { create_host_path: true }),
  };
  const nocopy = options.includes("nocopy");
  return {
    type: isBind ? "bind" : "volume",
    source,
    target,
    ...(access === "ro" && { read_only: true }),
    ...(Object.keys(bind).length > 0 && { bind }),
    ...((!isBind || nocopy) && { volume: nocopy ? { nocopy } : {} }),
  };
}

/** Cuts at colons, but neither after a drive letter nor inside `${…}`. */
function splitSections(short: string): readonly string[] {
  const sections: string[] = [];
  let section = "";
  let depth = 0;
  const characters = [...short];
  for (const [index, character] of characters.entries()) {
    if (character === "$" && characters[index + 1] === "{") depth += 1;
    const closes = character === "}" && depth > 0;
    if (closes) depth -= 1;
    if (character === ":" && depth === 0 && !/^\p{L}$/u.test(section)) {
      sections.push(section);
      section = "";
    } else section += character;
  }
  return [...sections, section];
}

/** A path without `.`, `..` and doubled or trailing slashes. */
export function cleanTarget(target: string): string {
  if (target === "") return "";
  const clean = posix.normalize(target);
  return clean.length > 1 && clean.endsWith("/") ? clean.slice(0, -1) : clean;
}

/** A short form in full. */
export const mountInFull: LongForm = (tree, path, report) => {
  if (tree.kind !== "scalar" || tree.value === null) return tree;
  const parsed = parseVolume(tree.text);
  if ("problem" in parsed) return refuse(tree, path, report, parsed);
  const unknown = unknownOptions(tree.text);
  if (unknown.length > 0) {
    const message = `${formatPath(path)}: unknown mount options have no effect, got "${unknown.join(", ")}"`;
    const known = "known are ro, rw, nocopy, z, Z, and propagations such as rslave";
    report({ severity: "warning", code: "unknown-option", at: tree.at, path, message, hint: known });
  }
  return treeOf(parsed.value, tree.at);
};

/** Options that Docker Compose drops without a word. */
function unknownOptions(short: string): readonly string[] {
  const [, , options = ""] = short.length <= 2 ? [] : splitSections(short);
  return options.split(",").filter((option) => !knownOptions.has(option));
}

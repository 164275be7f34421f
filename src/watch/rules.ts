import { join, relative, sep } from "node:path";
import type { Project, Service, WatchRule } from "../compose/project.ts";
import { IgnorePatterns } from "../execute/ignore-patterns.ts";
import { parentsOf } from "./fingerprint.ts";

/** A rule of `develop.watch`, ready to be asked about paths. */
export interface WatchedRule {
  readonly service: string;
  readonly rule: WatchRule;
  /** The watched file or folder on this machine: absolute, links resolved by the loader. */
  readonly root: string;
  /** False for what the rule leaves out; `path` is relative to the root, with `/`. */
  accepts(path: string): boolean;
  /** True when nothing below a left-out directory can be wanted, so that it need not be read. */
  skips(directory: string): boolean;
}

/** Contents of ignore files by path: read before, since rules do no reading. */
export type IgnoreFiles = ReadonlyMap<string, string>;

/**
 * Left by editors while they save, and the data of git: never what is being worked on. Docker Compose skips them too. One
 * expression, for whole paths: every file of a burst is asked about, and asked about again.
 */
const neverWanted =
  /(?:^|\/)(?:\.git|[^/]*(?:~|\.sw[pxo]|___jb_(?:tmp|old)___|\.kate-swp)|4913|\.#[^/]*|#[^/]*#|\.~[^/]*)(?:\/|$)/;

/** Where the ignore files of a service may be: the Dockerfile's own first, then the build context's. */
export function ignoreFilesOf({ build }: Service): readonly string[] {
  const context = build?.context;
  if (context === undefined || context.includes("://")) return [];
  const dockerfile = build?.dockerfileInline === undefined ? [join(context, build?.dockerfile ?? "Dockerfile")] : [];
  return [...dockerfile.map((path) => `${path}.dockerignore`), join(context, ".dockerignore")];
}

/** The rules of the named services, in the order of the file; without names of all. */
export function watchedRules(
  project: Project,
  services: readonly string[],
  ignoreFiles: IgnoreFiles,
): readonly WatchedRule[] {
  const named = Object.entries(project.services).filter(([name]) => services.length === 0 || services.includes(name));
  return named.flatMap(([name, service]) =>
    (service.develop?.watch ?? []).map((rule) => watchedRule(name, service, rule, ignoreFiles)),
  );
}

function watchedRule(name: string, service: Service, rule: WatchRule, ignoreFiles: IgnoreFiles): WatchedRule {
  const ofContext = contextPatterns(service, ignoreFiles);
  const own = new IgnorePatterns((rule.ignore ?? []).join("\n"));
  const included = rule.include === undefined ? undefined : new IgnorePatterns(rule.include.join("\n"));
  const inContext = (path: string): string | undefined => ofContext && below(ofContext.context, join(rule.path, path));
  const isLeftOut = (path: string): boolean => {
    const there = inContext(path);
    const isOfContext = there !== undefined && ofContext?.patterns.ignores(there) === true;
    return isOfContext || neverWanted.test(path) || own.ignores(path);
  };
  const skips = (directory: string): boolean => {
    if (neverWanted.test(directory)) return true;
    if (own.ignores(directory) && own.ignoresAllBelow(directory)) return true;
    const there = inContext(directory);
    if (there === undefined || ofContext?.patterns.ignores(there) !== true) return false;
    return ofContext.patterns.ignoresAllBelow(there);
  };
  return {
    service: name,
    rule,
    root: rule.path,
    skips,
    accepts(path) {
      if (path === "") return true;
      if (isLeftOut(path) || parentsOf(path).some((parent) => parent !== "" && skips(parent))) return false;
      return included?.ignores(path) !== false;
    },
  };
}

function contextPatterns(
  service: Service,
  ignoreFiles: IgnoreFiles,
): { readonly context: string; readonly patterns: IgnorePatterns } | undefined {
  const file = ignoreFilesOf(service).find((path) => ignoreFiles.has(path));
  if (file === undefined || service.build?.context === undefined) return undefined;
  return { context: service.build.context, patterns: new IgnorePatterns(ignoreFiles.get(file) ?? "") };
}

/** The path from a folder to what is in it, with `/`; undefined for what is elsewhere. */
function below(folder: string, path: string): string | undefined {
  const inside = relative(folder, path);
  if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`)) return undefined;
  return inside.split(sep).join("/");
}

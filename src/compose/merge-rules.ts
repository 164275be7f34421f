import {
  arrive,
  type MergeContext,
  isNothing,
  mergeByKind,
  mergeMaps,
  type MergeRule,
  replace,
  settle,
} from "./overlay.ts";
import { pathTable, type PathTable } from "./path-table.ts";
import { printScalar } from "./scalar.ts";
import { entryOf, type ListTree, listTree, type MapTree, mapTree, scalarTree, type Tree, withHistory } from "./tree.ts";

/** The paths that merge in their own way. */
export const mergeRules: PathTable<MergeRule> = pathTable({
  ...all(replaceValue, [
    "services.*.command",
    "services.*.entrypoint",
    "services.*.healthcheck.test",
    "services.*.ulimits.*",
  ]),
  ...all(mergeAssignments, [
    "networks.*.labels",
    "services.*.annotations",
    "services.*.build.additional_contexts",
    "services.*.build.args",
    "services.*.build.labels",
    "services.*.deploy.labels",
    "services.*.dns",
    "services.*.dns_opt",
    "services.*.dns_search",
    "services.*.env_file",
    "services.*.environment",
    "services.*.label_file",
    "services.*.labels",
    "services.*.sysctls",
    "services.*.tmpfs",
    "volumes.*.labels",
  ]),
  ...all(mergeExtraHosts, ["services.*.build.extra_hosts", "services.*.extra_hosts"]),
  ...all(mergeNamed, ["services.*.models", "services.*.networks"]),
  "networks.*.ipam.config": mergeIpamConfig,
  "services.*.build": mergeBuild,
  "services.*.depends_on": mergeDependsOn,
  "services.*.logging": mergeLogging,
});

const plainValues: PathTable<MergeRule> = pathTable({ "*": replaceValue });

/** Whatever the override says counts, even nothing: `command:` clears the command. */
function replaceValue(base: Tree, override: Tree, context: MergeContext): Tree {
  return replace(base, arrive(override, context));
}

/** Two mappings merge by key; any other forms become lists of `KEY=value`, in which the last one of a key wins. */
function mergeAssignments(base: Tree, override: Tree, context: MergeContext): Tree {
  if (isNothing(override)) return base;
  if (base.kind === "map" && override.kind === "map") {
    // Nothing is a value here: a bare key is looked up in the environment.
    return mergeMaps(base, override, { ...context, table: plainValues });
  }
  const [first, second] = [toList(base), toList(settle(override))];
  if (first === undefined || second === undefined) return mergeByKind(base, override, context);
  return listTree([...first.items, ...second.items], base.at);
}

/** One name may have several addresses: only exact repetitions are left out. */
function mergeExtraHosts(base: Tree, override: Tree, context: MergeContext): Tree {
  if (isNothing(override)) return base;
  const [first, second] = [toList(base), toList(settle(override))];
  if (first === undefined || second === undefined) return mergeByKind(base, override, context);
  const known = new Set(first.items.map(textOf));
  return listTree([...first.items, ...second.items.filter((item) => !known.has(textOf(item)))], base.at);
}

/** Lists of names are mappings to nothing. */
function mergeNamed(base: Tree, override: Tree, context: MergeContext): Tree {
  return mergeByKind(toMap(base, nothing), toMap(override, nothing), context);
}

function mergeDependsOn(base: Tree, override: Tree, context: MergeContext): Tree {
  return mergeByKind(toMap(base, startedDependency), toMap(override, startedDependency), context);
}

/** A text is the build context. */
function mergeBuild(base: Tree, override: Tree, context: MergeContext): Tree {
  return mergeByKind(toBuild(base), toBuild(override), context);
}

/** Options of one logging driver mean nothing to another. */
function mergeLogging(base: Tree, override: Tree, context: MergeContext): Tree {
  if (base.kind !== "map" || override.kind !== "map") return mergeByKind(base, override, context);
  const [was, becomes] = [entryOf(base, "driver"), entryOf(override, "driver")];
  const isSameDriver = was === undefined || becomes === undefined || textOf(was) === textOf(becomes);
  return isSameDriver ? mergeMaps(base, override, context) : replace(base, arrive(override, context));
}

/** The override's address pools count, each completed by what was said about the same subnet. */
function mergeIpamConfig(base: Tree, override: Tree, context: MergeContext): Tree {
  if (base.kind !== "list" || override.kind !== "list") return mergeByKind(base, override, context);
  const items = override.items.map((item) => {
    const pool = settle(item);
    const same = base.items.find((known) => subnetOf(known) === subnetOf(pool));
    return same?.kind === "map" && pool.kind === "map" ? mergeMaps(same, pool, context) : pool;
  });
  return replace(base, { ...override, items });
}

function subnetOf(pool: Tree): string | undefined {
  const subnet = entryOf(pool, "subnet");
  return subnet === undefined ? undefined : textOf(subnet);
}

function toBuild(tree: Tree): Tree {
  if (tree.kind !== "scalar" || isNothing(tree)) return tree;
  return mapTree([["context", tree]], tree.at);
}

function toMap(tree: Tree, value: (name: Tree) => Tree): Tree {
  if (tree.kind !== "list") return tree;
  return mapTree(
    tree.items.map((name) => [textOf(name), value(name)] as const),
    tree.at,
  );
}

function nothing({ at }: Tree): Tree {
  return scalarTree(null, at);
}

function startedDependency({ at }: Tree): MapTree {
  return mapTree(
    [
      ["condition", scalarTree("service_started", at)],
      ["required", scalarTree(true, at)],
    ],
    at,
  );
}

/** The list form of a mapping, a list or a single text. */
function toList(tree: Tree): ListTree | undefined {
  if (tree.kind === "list") return tree;
  if (tree.kind === "scalar") return tree.type === "string" ? listTree([tree], tree.at) : undefined;
  const items = [...tree.entries]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([key, { value }]) =>
      (value.kind === "list" ? value.items : [value]).map((item) => assignment(key, item)),
    );
  return listTree(items, tree.at);
}

function assignment(key: string, value: Tree): Tree {
  return withHistory(scalarTree(isNothing(value) ? key : `${key}=${textOf(value)}`, value.at), value);
}

function textOf(tree: Tree): string {
  return tree.kind === "scalar" ? printScalar(tree) : "";
}

function all(rule: MergeRule, paths: readonly string[]): Record<string, MergeRule> {
  return Object.fromEntries(paths.map((path) => [path, rule]));
}

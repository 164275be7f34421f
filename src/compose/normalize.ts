import { cleanTarget } from "./canonical/volumes.ts";
import {
  type Entry,
  entryOf,
  type MapTree,
  mapTree,
  scalarTree,
  type Tree,
  treeOf,
  withEntry,
  withHistory,
  withValue,
} from "./tree.ts";

/** What normalizing needs to know of the project. */
export interface Surroundings {
  readonly projectName: string;
  /** The process's variables, completed by `.env` files. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Writes down what follows from the whole model: the default network, names, implied dependencies, bare variables. */
export function normalize(tree: MapTree, surroundings: Surroundings): MapTree {
  const named = withEntry(tree, "name", scalarTree(surroundings.projectName, entryOf(tree, "name")?.at ?? tree.at));
  const services = onEach(named, "services", (service) => normalizeService(service, surroundings));
  const networked = withDefaultNetwork(services);
  return ["networks", "volumes", "configs", "secrets"].reduce(
    (model, section) => onEach(model, section, (object, key) => withName(object, key, surroundings.projectName)),
    networked,
  );
}

function normalizeService(service: Tree, { environment }: Surroundings): Tree {
  if (service.kind !== "map") return service;
  const steps: readonly ((service: MapTree) => MapTree)[] = [
    joinDefaultNetwork,
    (it) => onEntry(it, "pull_policy", (policy) => renamed(policy, "if_not_present", "missing")),
    (it) => onEntry(it, "build", (build) => normalizeBuild(build, environment)),
    (it) => onEntry(it, "environment", (variables) => lookUp(variables, environment, { keepUnknown: true })),
    (it) => onEntry(it, "volumes", (volumes) => onItems(volumes, cleanMount)),
    addImpliedDependencies,
  ];
  return steps.reduce((it, step) => step(it), service);
}

/** A service that says nothing of its network is on the default one; `networks: {}` says nothing. */
function joinDefaultNetwork(service: MapTree): MapTree {
  if (service.entries.has("provider") || service.entries.has("network_mode")) return service;
  const networks = entryOf(service, "networks");
  if (networks?.kind === "map" && networks.entries.size > 0) return service;
  const at = networks?.at ?? service.at;
  return withEntry(service, "networks", mapTree([["default", scalarTree(null, at)]], at));
}

function withDefaultNetwork(tree: MapTree): MapTree {
  const services = entriesOf(entryOf(tree, "services"));
  const usesDefault = services.some(([, { value }]) => entryOf(entryOf(value, "networks"), "default") !== undefined);
  const networks = entryOf(tree, "networks");
  if (!usesDefault || entryOf(networks, "default") !== undefined) return tree;
  const known = networks?.kind === "map" ? networks : mapTree([], tree.at);
  return withEntry(tree, "networks", withEntry(known, "default", scalarTree(null, known.at)));
}

function normalizeBuild(build: Tree, environment: Readonly<Record<string, string>>): Tree {
  if (build.kind !== "map") return build;
  const located = isSet(entryOf(build, "context")) ? build : withEntry(build, "context", scalarTree(".", build.at));
  const hasDockerfile = isSet(entryOf(build, "dockerfile")) || isSet(entryOf(build, "dockerfile_inline"));
  const complete = hasDockerfile ? located : withEntry(located, "dockerfile", scalarTree("Dockerfile", build.at));
  return onEntry(complete, "args", (args) => lookUp(args, environment, { keepUnknown: false }));
}

/** Gives bare names their values; those without one are kept for the engine to unset, or dropped. */
function lookUp(
  variables: Tree,
  environment: Readonly<Record<string, string>>,
  { keepUnknown }: { readonly keepUnknown: boolean },
): Tree {
  const find = (name: string): string | undefined => (Object.hasOwn(environment, name) ? environment[name] : undefined);
  if (variables.kind === "list") {
    const items = variables.items.flatMap((item) => {
      if (item.kind !== "scalar" || item.text.includes("=")) return [item];
      const value = find(item.text);
      if (value !== undefined) return [withValue(item, `${item.text}=${value}`)];
      return keepUnknown ? [item] : [];
    });
    return { ...variables, items };
  }
  const entries = entriesOf(variables).flatMap(([name, entry]): [string, Entry][] => {
    if (isSet(entry.value)) return [[name, entry]];
    const value = find(name);
    if (value !== undefined)
      return [[name, { ...entry, value: withHistory(scalarTree(value, entry.value.at), entry.value) }]];
    return keepUnknown ? [[name, entry]] : [];
  });
  return variables.kind === "map" ? { ...variables, entries: new Map(entries) } : variables;
}

function cleanMount(mount: Tree): Tree {
  if (mount.kind !== "map") return mount;
  return onEntry(mount, "target", (target) =>
    target.kind === "scalar" ? withValue(target, cleanTarget(target.text)) : target,
  );
}

/** Links and shared namespaces need the other service, and a restart with it; shared volumes need it only. */
function addImpliedDependencies(service: MapTree): MapTree {
  const links = textsOf(entryOf(service, "links")).map(({ text, at }) => {
    const [name = "", ...alias] = text.split(":");
    return { name: alias.length === 1 ? name : text, at, restart: true };
  });
  const shared = ["network_mode", "ipc", "pid", "uts", "cgroup"]
    .flatMap((namespace) => textsOf(entryOf(service, namespace)))
    .filter(({ text }) => text.startsWith("service:"))
    .map(({ text, at }) => ({ name: text.slice("service:".length), at, restart: true }));
  const volumes = textsOf(entryOf(service, "volumes_from"))
    .filter(({ text }) => !text.startsWith("container:"))
    .map(({ text, at }) => ({ name: text.split(":")[0] ?? text, at, restart: false }));
  const implied = [...links, ...shared, ...volumes];
  if (implied.length === 0) return service;
  const declared = entryOf(service, "depends_on");
  const first = declared?.kind === "map" ? declared : mapTree([], service.at);
  const all = implied.reduce((known, { name, at, restart }) => {
    if (known.entries.has(name)) return known;
    return withEntry(known, name, treeOf({ condition: "service_started", restart, required: true }, at));
  }, first);
  return withEntry(service, "depends_on", all);
}

/** Networks, volumes, configs and secrets are called `<project>_<key>` on the engine, unless they exist outside. */
function withName(object: Tree, key: string, projectName: string): Tree {
  const definition = object.kind === "map" ? object : mapTree([], object.at);
  if (isSet(entryOf(definition, "name"))) return definition;
  const external = entryOf(definition, "external");
  const isExternal = external?.kind === "scalar" && String(external.value) === "true";
  return withEntry(definition, "name", scalarTree(isExternal ? key : `${projectName}_${key}`, definition.at));
}

function renamed(tree: Tree, from: string, to: string): Tree {
  return tree.kind === "scalar" && tree.text === from ? withValue(tree, to) : tree;
}

function onEach(tree: MapTree, section: string, change: (value: Tree, key: string) => Tree): MapTree {
  return onEntry(tree, section, (map) => {
    if (map.kind !== "map") return map;
    const entries = [...map.entries].map(([key, entry]): [string, Entry] => [
      key,
      { ...entry, value: change(entry.value, key) },
    ]);
    return { ...map, entries: new Map(entries) };
  });
}

function onItems(tree: Tree, change: (item: Tree) => Tree): Tree {
  return tree.kind === "list" ? { ...tree, items: tree.items.map(change) } : tree;
}

function onEntry(tree: MapTree, key: string, change: (value: Tree) => Tree): MapTree {
  const value = entryOf(tree, key);
  return value === undefined ? tree : withEntry(tree, key, change(value));
}

function entriesOf(tree: Tree | undefined): readonly (readonly [string, Entry])[] {
  return tree?.kind === "map" ? [...tree.entries] : [];
}

function textsOf(tree: Tree | undefined): readonly { readonly text: string; readonly at: Tree["at"] }[] {
  if (tree?.kind === "list") return tree.items.flatMap((item) => textsOf(item));
  return tree?.kind === "scalar" && tree.value !== null ? [{ text: tree.text, at: tree.at }] : [];
}

function isSet(tree: Tree | undefined): boolean {
  return tree !== undefined && (tree.kind !== "scalar" || tree.value !== null);
}

import { replace } from "./overlay.ts";
import { below, pathTable, type PathTable } from "./path-table.ts";
import { printScalar } from "./scalar.ts";
import { type Entry, entryOf, type ListTree, type MapTree, type Tree } from "./tree.ts";

/** What makes an item of a list the same as another one; `undefined`: nothing does. */
type Identity = (item: Tree) => string | undefined;

const identities: PathTable<Identity> = pathTable({
  ...all(keyOfAssignment, [
    "networks.*.ipam.options",
    "networks.*.labels",
    "services.*.annotations",
    "services.*.build.additional_contexts",
    "services.*.build.args",
    "services.*.build.labels",
    "services.*.build.tags",
    "services.*.cap_add",
    "services.*.cap_drop",
    "services.*.deploy.labels",
    "services.*.dns",
    "services.*.dns_opt",
    "services.*.dns_search",
    "services.*.environment",
    "services.*.labels",
    "services.*.links",
    "services.*.networks.*.aliases",
    "services.*.networks.*.link_local_ips",
    "services.*.profiles",
    "services.*.sysctls",
    "services.*.tmpfs",
  ]),
  "services.*.configs": mountIdentity(""),
  "services.*.devices": (item) => fieldText(item, "target") ?? deviceTarget(text(item)),
  "services.*.env_file": (item) => text(item) ?? fieldText(item, "path"),
  "services.*.expose": text,
  "services.*.ports": portIdentity,
  "services.*.secrets": mountIdentity("/run/secrets"),
  "services.*.volumes": (item) => fieldText(item, "target") ?? volumeTarget(text(item)),
});

/** Lets the last of several items that mean the same win, in the place of the first. */
export function enforceUniqueness(tree: MapTree): MapTree {
  return uniqueMap(tree, identities);
}

function unique(tree: Tree, table: PathTable<Identity>): Tree {
  if (tree.kind === "map") return uniqueMap(tree, table);
  return tree.kind === "list" && table.rule !== undefined ? uniqueList(tree, table.rule) : tree;
}

function uniqueMap(tree: MapTree, table: PathTable<Identity>): MapTree {
  let changed: Map<string, Entry> | undefined;
  for (const [key, entry] of tree.entries) {
    const next = below(table, key);
    const value = next === undefined ? entry.value : unique(entry.value, next);
    if (value === entry.value) continue;
    changed ??= new Map(tree.entries);
    changed.set(key, { ...entry, value });
  }
  return changed === undefined ? tree : { ...tree, entries: changed };
}

function uniqueList(tree: ListTree, identity: Identity): ListTree {
  const places = new Map<string, number>();
  const items: Tree[] = [];
  for (const item of tree.items) {
    const key = identity(item);
    const place = key === undefined ? undefined : places.get(key);
    if (place === undefined) {
      if (key !== undefined) places.set(key, items.length);
      items.push(item);
    } else {
      items[place] = replace(items[place] ?? item, item);
    }
  }
  return items.length === tree.items.length ? tree : { ...tree, items };
}

function keyOfAssignment(item: Tree): string | undefined {
  return text(item)?.split("=", 1)[0];
}

function mountIdentity(directory: string): Identity {
  return (item) => {
    const source = text(item) ?? fieldText(item, "source");
    return fieldText(item, "target") ?? (source === undefined ? undefined : `${directory}/${source}`);
  };
}

function portIdentity(item: Tree): string | undefined {
  const target = fieldText(item, "target");
  if (target === undefined) return text(item);
  const [host = "0.0.0.0", published = "", protocol = "tcp"] = ["host_ip", "published", "protocol"].map((field) =>
    fieldText(item, field),
  );
  return `${host}:${published}:${target}/${protocol}`;
}

function deviceTarget(short: string | undefined): string | undefined {
  const [source, target] = short?.split(":") ?? [];
  return target ?? source;
}

/** `[SOURCE:]TARGET[:OPTIONS]`; a single letter before a colon is a drive of Windows. */
function volumeTarget(short: string | undefined): string | undefined {
  if (short === undefined) return undefined;
  const [source, target] = short.split(/(?<!^[a-zA-Z]|:[a-zA-Z]):/, 2);
  return target ?? source;
}

function text(item: Tree): string | undefined {
  return item.kind === "scalar" && item.type !== "null" ? printScalar(item) : undefined;
}

function fieldText(item: Tree, field: string): string | undefined {
  const value = entryOf(item, field);
  return value === undefined ? undefined : text(value);
}

function all(identity: Identity, paths: readonly string[]): Record<string, Identity> {
  return Object.fromEntries(paths.map((path) => [path, identity]));
}

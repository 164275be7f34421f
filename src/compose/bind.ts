import type { Report } from "./diagnostic.ts";
import { below, type Codec, type Reading } from "./fields/codec.ts";
import { fileObject, model, network, volume } from "./fields/resources.ts";
import { anything } from "./fields/scalars.ts";
import { service } from "./fields/service.ts";
import { resolvedValueKey } from "./inherit-environment.ts";
import type { Extensions, FileObject, Project } from "./project.ts";
import { entryOf, type MapTree, mapTree, type Tree } from "./tree.ts";

/** What a project knows besides its model. */
export type Origin = Pick<Project, "name" | "nameSeparator" | "workingDirectory" | "configFiles" | "envFiles">;

/** Makes the typed project out of the finished tree; reports every text that cannot be read as what it should be. */
export function bind(tree: MapTree, origin: Origin, report: Report): Project {
  const root: Reading = { path: [], report };
  const named = <Value>(section: string, codec: Codec<Value>): [string, Value][] => {
    const reading = below(root, section);
    return childrenOf(tree, section).flatMap(([key, value]): [string, Value][] => {
      const read = codec.read(value.kind === "map" ? value : mapTree([], value.at), below(reading, key));
      return read === undefined ? [] : [[key, read]];
    });
  };
  const keyed = <Value>(section: string, codec: Codec<Value>): Record<string, Value & { readonly key: string }> =>
    Object.fromEntries(named(section, codec).map(([key, value]) => [key, { key, ...value }]));
  return {
    ...origin,
    profiles: [],
    services: Object.fromEntries(named("services", service).map(([name, value]) => [name, { name, ...value }])),
    disabledServices: {},
    networks: keyed("networks", network),
    volumes: keyed("volumes", volume),
    configs: withValues(keyed("configs", fileObject), entryOf(tree, "configs")),
    secrets: withValues(keyed("secrets", fileObject), entryOf(tree, "secrets")),
    models: keyed("models", model),
    extensions: extensionsOf(tree, root),
  };
}

/** Adds the values that were looked up in the environment of the file that declares them. */
function withValues(objects: Record<string, FileObject>, section: Tree | undefined): Record<string, FileObject> {
  return Object.fromEntries(
    Object.entries(objects).map(([key, object]) => {
      const value = entryOf(entryOf(section, key), resolvedValueKey);
      return [key, value?.kind === "scalar" ? { ...object, content: value.text } : object];
    }),
  );
}

function extensionsOf(tree: MapTree, reading: Reading): Extensions {
  const extensions = [...tree.entries]
    .filter(([key]) => key.startsWith("x-"))
    .map(([key, { value }]) => [key, anything.read(value, reading) ?? null] as const);
  return Object.fromEntries(extensions);
}

function childrenOf(tree: MapTree, section: string): readonly (readonly [string, Tree])[] {
  const map = entryOf(tree, section);
  return map?.kind === "map" ? [...map.entries].map(([key, { value }]) => [key, value]) : [];
}

import type { Extensible, Extensions } from "../project.ts";
import type { Tree } from "../tree.ts";
import { attributeName, below, type Codec, type Encoded, type Form, type Reading, refuse } from "./codec.ts";
import { anything } from "./scalars.ts";

/** One codec for every attribute of a part of the model, in the order docker compose writes them. */
export type FieldTable<Value> = {
  readonly [Property in Exclude<keyof Value, "extensions">]-?: Codec<Exclude<Value[Property], undefined>>;
};

/** Attributes that a part always has, and what they are when the files say nothing. */
type Defaults<Value> = {
  readonly [Property in keyof Value as undefined extends Value[Property] ? never : Property]: Value[Property];
};

interface Field {
  readonly property: string;
  readonly name: string;
  readonly codec: Codec<unknown>;
}

/** Makes the codec of a part of the model from the codecs of its attributes. */
export function struct<Value extends Extensible>(table: FieldTable<Value>, defaults: Defaults<Value>): Codec<Value> {
  const fields = Object.entries<Codec<unknown>>(table as Record<string, Codec<unknown>>).map(
    ([property, codec]): Field => ({ property, name: attributeName(property), codec }),
  );
  const byName = new Map(fields.map((field) => [field.name, field]));
  return {
    read: (tree, reading) => readStruct(tree, reading, byName, defaults) as Value | undefined,
    write: (value, form) => writeStruct(value as Readonly<Record<string, unknown>>, form, fields),
    isZero: () => false,
  };
}

function readStruct(
  tree: Tree,
  reading: Reading,
  fields: ReadonlyMap<string, Field>,
  defaults: object,
): Record<string, unknown> | undefined {
  if (tree.kind !== "map") {
    return tree.kind === "scalar" && tree.value === null ? undefined : refuse(tree, reading, "expected a mapping");
  }
  const value: Record<string, unknown> = { ...defaults };
  for (const [name, entry] of tree.entries) {
    const field = fields.get(name);
    if (field === undefined) continue;
    const { property, codec } = field;
    const read = codec.read(entry.value, below(reading, name));
    if (read === undefined) continue;
    // Zero and "not set" are one to docker compose, unless the codec tells them apart.
    if (codec.isZeroTold === true || !codec.isZero(read, "json")) value[property] = read;
  }
  const extensions = readExtensions(tree.entries, reading);
  return extensions === undefined ? value : { ...value, extensions };
}

function readExtensions(
  entries: ReadonlyMap<string, { readonly value: Tree }>,
  reading: Reading,
): Extensions | undefined {
  const extensions: Extensions = {};
  for (const [key, { value }] of entries) {
    if (key.startsWith("x-") && !key.startsWith("x-#")) extensions[key] = anything.read(value, reading) ?? null;
  }
  return Object.keys(extensions).length === 0 ? undefined : extensions;
}

function writeStruct(value: Readonly<Record<string, unknown>>, form: Form, fields: readonly Field[]): Encoded {
  const written: Record<string, Encoded> = {};
  for (const { property, name, codec } of fields) {
    if (codec.isUnwritten === true) continue;
    const given = value[property];
    const encoded = given === undefined || codec.isZero(given, form) ? codec.absent?.(form) : codec.write(given, form);
    if (encoded !== undefined) written[name] = encoded;
  }
  if (form === "json" || value["extensions"] === undefined) return written;
  const extensions = value["extensions"] as Extensions;
  for (const key of Object.keys(extensions).toSorted()) written[key] = anything.write(extensions[key] ?? null, form);
  return written;
}

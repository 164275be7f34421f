import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { readSupport, type Support } from "../../../src/compose/validator/generate/support.ts";

/** One row of `schema/support.yaml`. */
export interface Row extends Support {
  /** `services.*.cap_add`. */
  readonly path: string;
}

/** A part of a compose file, as data. */
export type Definition = Readonly<Record<string, unknown>>;

/** What an answer of the engine must contain; a function where names of the project are in it. */
export type Shape = object | ((project: string) => object);

/** The kinds of things whose inspection can show an attribute. */
export type Kind = "container" | "image" | "network" | "volume";

/** How it is seen that an attribute has its effect; `isApart`: nothing else may be in the same definition. */
export type Proof =
  /** Made from `given`, the engine shows this of it. */
  (
    | { readonly by: "inspection"; readonly of: Kind; readonly given: Definition; readonly shows: Shape }
    /** A script run in a container of it prints this. */
    | { readonly by: "script"; readonly given: Definition; readonly script: string; readonly prints: string | RegExp }
    /** A command says so: that the engine was asked and has refused, or what it will be asked. */
    | { readonly by: "word"; readonly args: readonly string[]; readonly given: Definition; readonly says: RegExp }
    /** This call reaches the engine. */
    | { readonly by: "call"; readonly args: readonly string[]; readonly given: Definition; readonly asks: RegExp }
    /** A test elsewhere that has the attribute in it. */
    | { readonly by: "test"; readonly file: string; readonly title: string }
    /** A folder of `fixtures/projects` that has it in a compose file: how it is understood is written beside it. */
    | { readonly by: "fixture"; readonly folder: string }
  ) & { readonly isApart?: boolean };

/** Proofs by row. A row without is proven by the rows of its parts. */
export type Proofs = Readonly<Record<string, Proof>>;

/** A container made from these attributes of a service shows this. */
export const container = (given: Definition, shows: Shape): Proof => ({
  by: "inspection",
  of: "container",
  given,
  shows,
});
/** An image made from these attributes of a build shows this. */
export const image = (build: Definition, shows: Shape): Proof => ({
  by: "inspection",
  of: "image",
  given: { build },
  shows,
});
/** A network made from these attributes shows this. */
export const network = (given: Definition, shows: Shape): Proof => ({ by: "inspection", of: "network", given, shows });
/** A volume made from these attributes shows this. */
export const volume = (given: Definition, shows: Shape): Proof => ({ by: "inspection", of: "volume", given, shows });
/** In a running container made from these attributes of a service, this script prints that. */
export const running = (given: Definition, script: string, prints: string | RegExp): Proof => ({
  by: "script",
  given,
  script,
  prints,
});
/** In a container of an image made from these attributes of a build, this script prints that. */
export const built = (build: Definition, script: string, prints: string | RegExp): Proof =>
  running({ build }, script, prints);
/** The same for a definition of its own, which would contradict the rest. */
export const apart = (proof: Proof): Proof => ({ ...proof, isApart: true });
/** Asked for a project with these sections, the engine says so: a refusal, or a warning, that the user gets to see. */
export const answered = (given: Definition, says: RegExp): Proof => ({
  by: "word",
  args: ["--all-resources", "create"],
  given,
  says,
});
/** For a project with these sections, the plan has this in what the engine will be sent. */
export const planned = (given: Definition, says: RegExp): Proof => ({
  by: "word",
  args: ["plan", "--format", "json"],
  given,
  says,
});
/** For a project with these sections, the command sends the engine this call. */
export const asked = (args: readonly string[], given: Definition, asks: RegExp): Proof => ({
  by: "call",
  args,
  given,
  asks,
});
/** Proven by a test of this title. */
export const tested = (file: string, title: string): Proof => ({ by: "test", file, title });
/** Proven by a folder of `fixtures/projects`. */
export const fixture = (folder: string): Proof => ({ by: "fixture", folder });

/** A text like this, in a shape. */
export const like = (pattern: RegExp): unknown => expect.stringMatching(pattern);
/** A list with these items, in a shape. */
export const among = (...items: readonly unknown[]): unknown => expect.arrayContaining([...items]);

const root: string = join(import.meta.dirname, "../../..");

/** Every row of `schema/support.yaml`. */
export const rows: readonly Row[] = [...readSupport(join(root, "schema/support.yaml"))].map(([path, row]) => ({
  path,
  ...row,
}));

/** The engine API that a row asks for. */
export function neededApi({ text = "" }: Row): string | undefined {
  return /^needs engine API (\d+\.\d+)/.exec(text)?.[1];
}

/** True when a row is told by the rows of its parts. */
export function hasParts({ path }: Row): boolean {
  return rows.some((other) => other.path.startsWith(`${path}.`));
}

/** Text of a file of this repository. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

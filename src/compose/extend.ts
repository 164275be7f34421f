import { dirname } from "node:path";
import { canonicalize } from "./canonical/canonicalize.ts";
import { merge, mergeService } from "./merge.ts";
import { settle } from "./overlay.ts";
import { type Copies, localPaths } from "./remote.ts";
import { type ModelScope, readFile, substituteVariables, rebasePaths } from "./scope.ts";
import type { Location } from "./source.ts";
import { type Entry, entryOf, type MapTree, mapTree, type Tree, withEntry, withoutEntry } from "./tree.ts";
import { enforceUniqueness } from "./uniqueness.ts";
import { didYouMean } from "./validator/did-you-mean.ts";

/** Completes each service of a document by the service it extends, and that one by its own. */
export async function extendServices(document: MapTree, file: Home, scope: ModelScope): Promise<MapTree> {
  const services = entryOf(document, "services");
  if (services?.kind !== "map" || !hasExtension(services)) return document;
  const extension = new Extension(scope);
  const extended = new Map<string, Entry>();
  for (const [name, entry] of services.entries) {
    extended.set(name, { ...entry, value: await extension.complete({ name, services, file }) });
  }
  return withEntry(document, "services", { ...services, entries: extended });
}

/** The file that a service is written in. */
interface Home {
  readonly path: string;
  readonly name: string;
}

interface Place {
  readonly name: string;
  readonly services: MapTree;
  readonly file: Home;
}

/** What `extends` of one service says. */
interface Reference {
  readonly service: string;
  readonly file?: string;
  readonly at: Location;
}

/** Longest line of ancestors: enough for any real family. */
const longestChain = 100;

class Extension {
  readonly #scope: ModelScope;
  readonly #completed = new Map<string, Tree>();
  readonly #files = new Map<string, Promise<MapTree | undefined>>();
  readonly #lacking = new Set<string>();

  constructor(scope: ModelScope) {
    this.#scope = scope;
  }

  async complete(place: Place, chain: readonly Place[] = []): Promise<Tree> {
    const key = identify(place);
    const known = this.#completed.get(key);
    if (known !== undefined) return known;
    const service = entryOf(place.services, place.name) ?? mapTree([], place.services.at);
    const reference = this.#referenceOf(service);
    const completed =
      service.kind === "map" && reference !== undefined
        ? await this.#extend(service, reference, place, [...chain, place])
        : service;
    this.#completed.set(key, completed);
    return completed;
  }

  async #extend(service: MapTree, reference: Reference, place: Place, chain: readonly Place[]): Promise<Tree> {
    const own = withoutEntry(service, "extends");
    const target = await this.#find(reference, place);
    if (target === undefined || this.#isEndless(target, reference, chain)) return this.#lackBase(own, place);
    const base = await this.complete(target, chain);
    if (base.kind !== "map") return this.#lackBase(own, place);
    if (this.#lacking.has(identify(target))) this.#lackBase(own, place);
    // Marks of the base were meant for what the base itself replaces.
    const settled = settle(base);
    return settled.kind === "map" ? mergeService(settled, own, place.name, this.#scope.session.report) : own;
  }

  /** What a service says by itself, when what it extends is not known, or not all of it. */
  #lackBase(own: MapTree, place: Place): MapTree {
    this.#lacking.add(identify(place));
    this.#scope.session.doubts.markIncomplete(["services", place.name]);
    return own;
  }

  /** Undefined where nothing is extended, and where the schema will tell what is wrong. */
  #referenceOf(service: Tree): Reference | undefined {
    const value = entryOf(service, "extends");
    if (value === undefined) return undefined;
    const name = textOf(value) ?? textOf(entryOf(value, "service"));
    const file = textOf(entryOf(value, "file"));
    const isComplete = name !== undefined && (file !== undefined || entryOf(value, "file") === undefined);
    return isComplete ? { service: name, at: value.at, ...(file !== undefined && { file }) } : undefined;
  }

  async #find(reference: Reference, place: Place): Promise<Place | undefined> {
    const other = reference.file === undefined ? place : await this.#openFile(reference.file, reference.at);
    if (other === undefined) return undefined;
    const { services, file } = other;
    if (services.entries.has(reference.service)) return { name: reference.service, services, file };
    const message = `cannot extend service "${place.name}" in ${place.file.name}: service "${reference.service}" not found in ${file.name}`;
    const near = didYouMean(reference.service, [...services.entries.keys()]);
    this.#refuse("unknown-service", reference.at, message, near === undefined ? undefined : `did you mean "${near}"?`);
    return undefined;
  }

  async #openFile(reference: string, at: Location): Promise<Omit<Place, "name"> | undefined> {
    const paths = await localPaths(reference, this.#scope, at);
    if (paths === undefined) return undefined;
    const [path] = paths;
    const reading = this.#files.get(path) ?? this.#readServices(paths, at);
    this.#files.set(path, reading);
    const services = await reading;
    return services === undefined ? undefined : { services, file: { path, name: this.#scope.session.nameOf(path) } };
  }

  /** The services of another file in canonical form: not validated, since only what is extended counts. */
  async #readServices(paths: Copies, at: Location): Promise<MapTree | undefined> {
    const { session, interpolates } = this.#scope;
    const { report } = session;
    const name = session.nameOf(paths[0]);
    let model: MapTree = mapTree([], { file: name, line: 1, column: 1 });
    for (const path of paths) {
      const parsed = await readFile(path, this.#scope, at);
      if (parsed === undefined) return undefined;
      for (const document of parsed.documents) {
        model = enforceUniqueness(merge(model, substituteVariables(document, this.#scope), report));
      }
    }
    const canonical = canonicalize(model, report, { strict: interpolates });
    const rebased = rebasePaths(canonical, dirname(paths[0]), this.#scope.directory, this.#scope);
    const services = entryOf(rebased, "services");
    if (services?.kind === "map") return services;
    this.#refuse("unknown-service", at, `cannot extend a service of ${name}: it has no services section`);
    return undefined;
  }

  #isEndless(target: Place, { at }: Reference, chain: readonly Place[]): boolean {
    const isCycle = chain.some((place) => identify(place) === identify(target));
    if (!isCycle && chain.length < longestChain) return false;
    const line = chain.map(({ name, file }) => `${name} in ${file.name}`);
    if (isCycle) {
      const message = `circular reference: ${[...line, `${target.name} in ${target.file.name}`].join(" extends ")}`;
      this.#refuse("extends-cycle", at, message, "let one of them stand on its own");
    } else {
      this.#refuse("too-deep", at, `services extend each other more than ${longestChain} times`);
    }
    return true;
  }

  #refuse(code: string, at: Location, message: string, hint?: string): void {
    this.#scope.session.report({ severity: "error", code, at, message, ...(hint !== undefined && { hint }) });
  }
}

function hasExtension(services: MapTree): boolean {
  return [...services.entries.values()].some(({ value }) => entryOf(value, "extends") !== undefined);
}

function identify({ name, file }: Place): string {
  return `${file.path}\n${name}`;
}

function textOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === "scalar" && tree.type === "string" ? tree.text : undefined;
}

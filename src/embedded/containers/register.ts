import { mkdir, readdir, rm } from "node:fs/promises";
import { badRequest, conflict, notFound } from "../api/http-error.ts";
import { loadJson, saveJson } from "../store/json-file.ts";
import type { Paths } from "../store/paths.ts";
import type { ContainerDocument } from "./container.ts";

/** A write that goes on, and the one that comes after it. */
interface Saving {
  readonly now: Promise<void>;
  next?: Promise<void>;
}

/** All containers by id and name, in memory and on disk. */
export class Register {
  readonly #isOnDisk: boolean;
  readonly #paths: Paths;
  readonly #onFault: (error: unknown) => void;
  readonly #documents = new Map<string, ContainerDocument>();
  readonly #names = new Map<string, string>();
  readonly #saving = new Map<string, Saving>();

  /** Not on disk when nothing of them may outlive the engine. */
  constructor(
    paths: Paths,
    onFault: (error: unknown) => void,
    { isOnDisk = true }: { readonly isOnDisk?: boolean } = {},
  ) {
    this.#paths = paths;
    this.#onFault = onFault;
    this.#isOnDisk = isOnDisk;
  }

  /** Reads what an earlier engine left. A document that cannot be read harms nobody but its container. */
  async load(): Promise<void> {
    await mkdir(this.#paths.containers, { recursive: true, mode: 0o710 });
    for (const id of await readdir(this.#paths.containers)) {
      try {
        // Written by ourselves, whole or not at all.
        const document = (await loadJson(this.#paths.container(id).document)) as ContainerDocument | undefined;
        // Its creation or its removal was cut short: nobody was told of it, or everybody was told that it is gone.
        if (document === undefined) await rm(this.#paths.container(id).data, { recursive: true, force: true });
        else this.#keep(document);
      } catch (error) {
        this.#onFault(error);
      }
    }
  }

  /** All, in no order. */
  all(): readonly ContainerDocument[] {
    return [...this.#documents.values()];
  }

  /** By name with or without slash, full id, or unambiguous beginning of an id; throws 400 for an ambiguous one. */
  find(reference: string): ContainerDocument | undefined {
    const byId = this.#documents.get(reference);
    if (byId !== undefined) return byId;
    const named = this.#names.get(reference.replace(/^\//, ""));
    if (named !== undefined) return this.#documents.get(named);
    if (!/^[0-9a-f]{1,63}$/.test(reference)) return undefined;
    const starting = this.all().filter(({ id }) => id.startsWith(reference));
    if (starting.length > 1) throw badRequest(`multiple IDs found with provided prefix: ${reference}`);
    return starting[0];
  }

  /** The same; throws 404 when there is none. */
  get(reference: string): ContainerDocument {
    const found = this.find(reference);
    if (found === undefined) throw notFound(`No such container: ${reference}`);
    return found;
  }

  /** Gives a name to a container. Throws 409 when another one has it. */
  takeName(name: string, id: string): void {
    const holder = this.#names.get(name);
    if (holder !== undefined && holder !== id) {
      throw conflict(
        `Conflict. The container name "/${name}" is already in use by container "${holder}". ` +
          "You have to remove (or rename) that container to be able to reuse that name.",
      );
    }
    this.#names.set(name, id);
  }

  /** Whether a container has the name, also one that is still being made. */
  isTaken(name: string): boolean {
    return this.#names.has(name);
  }

  /** Makes a name free again. */
  freeName(name: string): void {
    this.#names.delete(name);
  }

  /** Replaces a container's document at once; resolves when it is on disk. */
  put(document: ContainerDocument): Promise<void> {
    this.#keep(document);
    return this.#save(document.id);
  }

  /** Shows a status that lasts only until the container is gone: nothing of it is written. */
  markRemoving(id: string): void {
    const document = this.get(id);
    this.#keep({ ...document, state: { ...document.state, status: "removing" } });
  }

  /** Changes the document as it is now; resolves when it is on disk. Throws 404 when it is gone. */
  change(id: string, changes: Partial<ContainerDocument>): Promise<void> {
    return this.put({ ...this.get(id), ...changes });
  }

  /** Changes the state as it is now. */
  changeState(id: string, state: Partial<ContainerDocument["state"]>): Promise<void> {
    return this.change(id, { state: { ...this.get(id).state, ...state } });
  }

  /** Forgets a container: its document goes first, so that no crash leaves half of one. */
  async remove(id: string): Promise<void> {
    const document = this.#documents.get(id);
    this.#documents.delete(id);
    await this.#saved(id);
    const { data, document: path } = this.#paths.container(id);
    await rm(path, { force: true });
    if (document !== undefined) this.#names.delete(document.name);
    await rm(data, { recursive: true, force: true });
  }

  /** Resolves when everything is on disk. */
  async settled(): Promise<void> {
    await Promise.all([...this.#saving.keys()].map((id) => this.#saved(id)));
  }

  #keep(document: ContainerDocument): void {
    this.#documents.set(document.id, document);
    this.#names.set(document.name, document.id);
  }

  /** One write at a time for each container; all that changes while one goes on is in the next. */
  #save(id: string): Promise<void> {
    const saving = this.#saving.get(id);
    if (saving === undefined) return this.#begin(id);
    saving.next ??= saving.now.then(
      () => this.#begin(id),
      () => this.#begin(id),
    );
    // Told by the write itself; who does not wait for it must not be the end of the engine.
    saving.next.catch(() => {});
    return saving.next;
  }

  #begin(id: string): Promise<void> {
    const now = this.#write(id);
    const saving: Saving = { now };
    this.#saving.set(id, saving);
    const settle = (): void => {
      if (this.#saving.get(id) === saving && saving.next === undefined) this.#saving.delete(id);
    };
    now.then(settle, (error: unknown) => {
      settle();
      this.#onFault(error);
    });
    return now;
  }

  async #saved(id: string): Promise<void> {
    const saving = this.#saving.get(id);
    await (saving?.next ?? saving?.now)?.catch(() => {});
  }

  async #write(id: string): Promise<void> {
    const document = this.#documents.get(id);
    if (document === undefined || document.state.status === "removing" || !this.#isOnDisk) return;
    await saveJson(this.#paths.container(id).document, document, { sync: true });
  }
}

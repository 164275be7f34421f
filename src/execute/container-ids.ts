/** Ids of containers made during a run, by the name they end with: names move between containers, ids do not. */
export class ContainerIds {
  readonly #ids: Map<string, string> = new Map();

  remember(name: string, id: string): void {
    this.#ids.set(name, id);
  }

  /** What to call a container by: its id where this run made it, else as given. */
  resolve(nameOrId: string): string {
    return this.#ids.get(nameOrId) ?? nameOrId;
  }
}

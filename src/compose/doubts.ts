import type { Diagnostic } from "./diagnostic.ts";
import { type Section, sections } from "./sections.ts";
import { formatPath, type Location, type Path } from "./source.ts";

/** What mistakes leave open. The stages go on after a mistake, but must not blame anything on what is missing by it. */
export class Doubts {
  readonly #wrong = new WeakSet<Location>();
  #isAnythingWrong = false;
  readonly #incomplete = new Set<string>();
  readonly #open = new Set<Section>();

  /** The value here was told to be wrong: one mistake, one message. */
  readonly spoil = (at: Location): void => {
    this.#wrong.add(at);
    this.#isAnythingWrong = true;
  };

  /** False as long as no value was told to be wrong. */
  get isAnythingWrong(): boolean {
    return this.#isAnythingWrong;
  }

  isWrong(at: Location): boolean {
    return this.#wrong.has(at);
  }

  /** The mapping here has lost something that it may need. */
  markIncomplete(path: Path): void {
    this.#incomplete.add(formatPath(path));
  }

  /** What these sections define is not known any more. */
  leaveOpen(open: readonly Section[] = sections): void {
    for (const section of open) this.#open.add(section);
  }

  /** True for what may only follow from another mistake, which was told. */
  explain({ code, at, path = [] }: Diagnostic): boolean {
    if (at !== undefined && this.#wrong.has(at)) return true;
    if (code === "missing-image" && this.#open.has("services")) return true;
    if (code === "missing-image" || code === "missing-key") return this.#incomplete.has(formatPath(path));
    const undefinedKind = /^undefined-(\w+)$/.exec(code)?.[1];
    return sections.some((section) => section === `${undefinedKind}s` && this.#open.has(section));
  }
}

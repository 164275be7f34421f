import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join, posix } from "node:path";
import { packFile } from "../execute/build-context.ts";
import { tarEnd, tarHeader, type TarEntry } from "../execute/tar.ts";
import { difference, type Difference, type Fingerprint, isIn, type Tree } from "./fingerprint.ts";
import type { WatchedRule } from "./rules.ts";
import type { Content, Replica, Workshop } from "./workshop.ts";

/**
 * The copy of a rule's files in one container: what it is known to hold, and how it gets what it lacks. What the
 * container has of its own (installed packages, build results) is left alone.
 */
export class Copy {
  readonly #rule: WatchedRule;
  readonly #replica: Replica;
  readonly #workshop: Workshop;
  #known: Map<string, Fingerprint> | undefined;

  constructor(rule: WatchedRule, replica: Replica, workshop: Workshop) {
    this.#rule = rule;
    this.#replica = replica;
    this.#workshop = workshop;
  }

  /**
   * Makes the copy like the original; tells what had to be changed. Paths are relative to the rule's root. `among` says
   * where something changed since the last time, when that went well.
   */
  async catchUp(wanted: Tree, among?: Iterable<string>): Promise<Difference> {
    const isNew = this.#known === undefined;
    this.#known ??= await this.#meet(wanted);
    const known = this.#known;
    const change = difference(wanted, known, isNew ? undefined : among);
    const { written, removed } = change;
    // Taken now: what changes while it is packed differs from this, and is sent again.
    const prints = new Map(written.flatMap((path) => pairOf(path, wanted)));
    if (removed.length > 0) {
      await this.#workshop.remove(
        this.#replica,
        removed.map((path) => this.#inContainer(path)),
      );
      for (const path of [...known.keys()].filter((each) => removed.some((top) => isIn(top, each)))) known.delete(path);
    }
    if (written.length > 0) {
      // The watched folder itself is never in doubt: whatever happens, it is not removed.
      for (const [path, print] of prints) known.set(path, isRootFolder(path, print) ? print : { kind: "doubtful" });
      await this.#workshop.unpack(this.#replica, this.#pack(prints));
      for (const path of known.keys()) if (!wanted.has(path)) known.delete(path);
      for (const [path, print] of prints) known.set(path, print);
    }
    return change;
  }

  /** Looks again at what the container really holds: what differs is sent the next time. */
  async verify(wanted: Tree): Promise<void> {
    if (this.#known !== undefined) this.#known = await this.#meet(wanted);
  }

  /** What the container has of the same is known to be there already. */
  async #meet(wanted: Tree): Promise<Map<string, Fingerprint>> {
    const theirs = await this.#contents(wanted);
    const known = new Map<string, Fingerprint>();
    for (const [path, print] of wanted) {
      const content = theirs.get(path);
      if (content !== undefined && (await this.#holds(path, print, content))) known.set(path, print);
    }
    return known;
  }

  async #contents(wanted: Tree): Promise<ReadonlyMap<string, Content>> {
    if (wanted.size === 0) return new Map();
    return (await this.#workshop.contents(this.#replica, this.#inContainer(""))) ?? new Map();
  }

  async #holds(path: string, print: Fingerprint, content: Content): Promise<boolean> {
    // The mode of the folder itself is the image's business.
    if (isRootFolder(path, print)) return content.kind !== "other";
    if (print.kind === "symlink") return content.kind === "symlink" && content.linkTarget === print.linkTarget;
    if (content.kind !== print.kind || content.mode !== print.mode) return false;
    return content.kind === "directory" || content.sha256 === (await sha256Of(join(this.#rule.root, path)));
  }

  async *#pack(prints: ReadonlyMap<string, Fingerprint>): AsyncIterable<Uint8Array> {
    yield* inOrder(
      [...prints].map(
        ([path, print]) =>
          () =>
            this.#packOne(path, print),
      ),
    );
    yield tarEnd;
  }

  async *#packOne(path: string, print: Fingerprint): AsyncGenerator<Uint8Array> {
    const name = this.#inContainer(path).slice(1);
    const about = { path: name, uid: 0, gid: 0, mtimeSeconds: Math.trunc(changedSeconds(print)) };
    if (print.kind === "directory") {
      if (!isRootFolder(path, print))
        yield tarHeader({ ...about, path: `${name}/`, kind: "directory", mode: print.mode, sizeBytes: 0 });
    } else if (print.kind === "symlink") {
      yield tarHeader({ ...about, kind: "symlink", mode: 0o777, sizeBytes: 0, linkTarget: print.linkTarget });
    } else if (print.kind === "file") {
      yield* packUnlessGone(join(this.#rule.root, path), { ...about, ...print, kind: "file" });
    }
  }

  #inContainer(path: string): string {
    return posix.join("/", this.#rule.rule.target ?? "", path);
  }
}

/** How many files are being read while the one before them is sent: small files cost waiting, not work. */
const readAhead = 16;

/** One source after the other, each begun some time before it is needed. */
async function* inOrder(sources: readonly (() => AsyncGenerator<Uint8Array>)[]): AsyncIterable<Uint8Array> {
  const begun = sources.slice(0, readAhead).map(begin);
  for (let next = begun.length; ; next++) {
    const current = begun.shift();
    if (current === undefined) return;
    const coming = sources[next];
    if (coming !== undefined) begun.push(begin(coming));
    const { done, value } = await current.first;
    if (done === true) continue;
    yield value;
    yield* current.source;
  }
}

interface Begun {
  readonly source: AsyncGenerator<Uint8Array>;
  readonly first: Promise<IteratorResult<Uint8Array>>;
}

function begin(open: () => AsyncGenerator<Uint8Array>): Begun {
  const source = open();
  const first = source.next();
  // Told when its turn comes; nobody waits for it when an earlier one fails.
  first.catch(() => {});
  return { source, first };
}

/** What happens to who opens a file where there is none any more, but nothing, or a folder. */
const meansGone: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ELOOP"]);

/** A file that vanishes while it is packed is told of as a change, and dealt with then. */
async function* packUnlessGone(full: string, entry: TarEntry): AsyncIterable<Uint8Array> {
  const packed = packFile(full, entry)[Symbol.asyncIterator]();
  const first = await packed.next().catch((error: unknown) => {
    if (meansGone.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  });
  if (first === undefined || first.done === true) return;
  yield first.value;
  yield* { [Symbol.asyncIterator]: () => packed };
}

async function sha256Of(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return hash.digest("hex");
}

function isRootFolder(path: string, { kind }: Fingerprint): boolean {
  return path === "" && kind === "directory";
}

function changedSeconds(print: Fingerprint): number {
  return print.kind === "file" ? print.changedMs / 1000 : 0;
}

function pairOf(path: string, tree: Tree): [string, Fingerprint][] {
  const print = tree.get(path);
  return print === undefined ? [] : [[path, print]];
}

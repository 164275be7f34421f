import { join, posix } from "node:path";
import { tarEnd, tarFile } from "../execute/tar.ts";
import { difference, type Difference, type Fingerprint, isIn, parentsOf, type Tree } from "./fingerprint.ts";
import type { HostTree } from "./host-tree.ts";
import { hashOf, pack, type Packed } from "./pack.ts";
import { type CopyRecord, decodeRecord, encodeRecord, isSameRecord, recordOf, recordPath } from "./record.ts";
import type { WatchedRule } from "./rules.ts";
import type { Content, Replica, Workshop } from "./workshop.ts";

/** What was done to a copy. */
export interface CatchUp extends Difference {
  /** Files that could not be read, and why, in the system's word. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** False when files vanished on the way: what has become of them is for another time. */
  readonly isComplete: boolean;
}

/**
 * The copy of a rule's files in one container: what it is known to hold, and how it gets what it lacks. What the
 * container has of its own (installed packages, build results) is left alone.
 */
export class Copy {
  readonly #rule: WatchedRule;
  readonly #host: HostTree;
  readonly #replica: Replica;
  readonly #workshop: Workshop;
  #known: Map<string, Fingerprint> | undefined;
  /** What the container keeps a record of is not what it holds. */
  #owesRecord = false;

  constructor(original: { readonly rule: WatchedRule; readonly host: HostTree }, replica: Replica, workshop: Workshop) {
    this.#rule = original.rule;
    this.#host = original.host;
    this.#replica = replica;
    this.#workshop = workshop;
  }

  /**
   * Makes the copy like the original; tells what had to be changed. Paths are relative to the rule's root. `among` says
   * where something changed since the last time, when that went well.
   */
  async catchUp(among?: Iterable<string>): Promise<CatchUp> {
    const wanted = this.#host.tree;
    const isNew = this.#known === undefined;
    this.#known ??= await this.#meet();
    const known = this.#known;
    const { written, removed } = difference(wanted, known, isNew ? undefined : among);
    await this.#remove(removed, known);
    const leftOut = await this.#write(written, known);
    const unreadable = new Map([...leftOut].flatMap(([path, why]) => (why === undefined ? [] : [[path, why]])));
    return {
      written: written.filter((path) => !leftOut.has(path)),
      removed,
      unreadable,
      isComplete: leftOut.size === unreadable.size,
    };
  }

  /** Looks again at what the container really holds: what differs is sent the next time. */
  async verify(): Promise<void> {
    if (this.#known !== undefined) this.#known = await this.#meet();
  }

  async #remove(removed: readonly string[], known: Map<string, Fingerprint>): Promise<void> {
    if (removed.length === 0) return;
    this.#owesRecord = true;
    await this.#workshop.remove(
      this.#replica,
      removed.map((path) => this.#inContainer(path)),
    );
    for (const path of [...known.keys()].filter((each) => removed.some((top) => isIn(top, each)))) known.delete(path);
  }

  /** Tells what was left out of the archive, and why. */
  async #write(written: readonly string[], known: Map<string, Fingerprint>): Promise<Map<string, string | undefined>> {
    const wanted = this.#host.tree;
    // Taken now: what changes while it is packed differs from this, and is sent again.
    const prints = new Map(written.flatMap((path) => pairOf(path, wanted)));
    if ([...prints].some(([path, { kind }]) => known.get(path)?.kind !== kind)) this.#owesRecord = true;
    const leftOut = new Map<string, string | undefined>();
    if (prints.size === 0 && !this.#owesRecord) return leftOut;
    const record = this.#owesRecord ? recordOf(known, prints) : undefined;
    // The watched folder itself is never in doubt: whatever happens, it is not removed.
    for (const [path, print] of prints) known.set(path, isRootFolder(path, print) ? print : { kind: "doubtful" });
    await this.#workshop.unpack(this.#replica, this.#archive({ record, prints, leftOut }));
    this.#owesRecord = false;
    // What is in the place of a folder has replaced it, unless it was left out.
    const isStill = (path: string): boolean => wanted.has(path) || [...leftOut.keys()].some((left) => isIn(left, path));
    for (const path of known.keys()) if (!isStill(path)) known.delete(path);
    // One that cannot be read is sent when that has changed; what has become of one that is gone is not known.
    for (const [path, print] of prints) {
      if (!leftOut.has(path) || leftOut.get(path) !== undefined) known.set(path, print);
    }
    return leftOut;
  }

  /** What the container has of the same is known to be there already; so is what was copied, and is gone here. */
  async #meet(): Promise<Map<string, Fingerprint>> {
    const wanted = this.#host.tree;
    const recorded = decodeRecord(await this.#workshop.read(this.#replica, recordPath(this.#rule)));
    const theirs = await this.#contents(wanted, recorded);
    const known = new Map<string, Fingerprint>();
    for (const [path, print] of wanted) {
      const content = theirs.get(path);
      if (content !== undefined && (await this.#holds(path, print, content))) known.set(path, print);
    }
    this.#owesRecord = !isSameRecord(recorded, recordOf(known));
    for (const path of this.#leftBehind(recorded, theirs)) known.set(path, { kind: "doubtful" });
    return known;
  }

  /** What was copied and is gone here. A folder only if the container has put nothing of its own into it. */
  #leftBehind(recorded: CopyRecord, theirs: ReadonlyMap<string, Content>): ReadonlySet<string> {
    const isGone = (path: string): boolean => !this.#host.tree.has(path) && this.#host.knows(path);
    const left = new Set(
      [...recorded].filter(([path, kind]) => theirs.get(path)?.kind === kind && isGone(path)).map(([path]) => path),
    );
    for (const own of theirs.keys()) {
      if (left.has(own)) continue;
      for (const folder of parentsOf(own)) left.delete(folder);
    }
    return left;
  }

  async #contents(wanted: Tree, recorded: CopyRecord): Promise<ReadonlyMap<string, Content>> {
    if (wanted.size + recorded.size === 0) return new Map();
    return (await this.#workshop.contents(this.#replica, this.#inContainer(""))) ?? new Map();
  }

  async #holds(path: string, print: Fingerprint, content: Content): Promise<boolean> {
    // The mode of the folder itself is the image's business.
    if (isRootFolder(path, print)) return content.kind !== "other";
    if (print.kind === "symlink") return content.kind === "symlink" && content.linkTarget === print.linkTarget;
    if (print.kind === "directory") return content.kind === "directory" && content.mode === print.mode;
    if (print.kind !== "file" || content.kind !== "file" || content.mode !== print.mode) return false;
    return content.sha256 === (await hashOf(join(this.#rule.root, path), print.sizeBytes));
  }

  async *#archive({ record, prints, leftOut }: Shipment): AsyncIterable<Uint8Array> {
    // First: of an archive that is cut off, the record then tells too much rather than too little.
    if (record !== undefined) yield packRecord(recordPath(this.#rule), record);
    const paths = [...prints].flatMap(([path, print]) => this.#packed(path, print));
    yield* pack(paths, ({ path }, why) => leftOut.set(path, why));
    yield tarEnd;
  }

  #packed(path: string, print: Fingerprint): readonly Packed[] {
    if (print.kind === "doubtful" || isRootFolder(path, print)) return [];
    return [{ path, source: join(this.#rule.root, path), target: this.#inContainer(path), print }];
  }

  #inContainer(path: string): string {
    return posix.join("/", this.#rule.rule.target ?? "", path);
  }
}

interface Shipment {
  readonly record: CopyRecord | undefined;
  readonly prints: Tree;
  /** Takes what is left out. */
  readonly leftOut: Map<string, string | undefined>;
}

function packRecord(path: string, record: CopyRecord): Uint8Array {
  const content = encodeRecord(record);
  const about = { path: path.slice(1), kind: "file", mode: 0o600, uid: 0, gid: 0, mtimeSeconds: 0 } as const;
  return tarFile({ ...about, sizeBytes: content.length }, content);
}

function isRootFolder(path: string, { kind }: Fingerprint): boolean {
  return path === "" && kind === "directory";
}

function pairOf(path: string, tree: Tree): [string, Fingerprint][] {
  const print = tree.get(path);
  return print === undefined ? [] : [[path, print]];
}

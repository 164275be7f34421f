/** What tells one state of a path from another without reading the content; links are not followed. */
export type Fingerprint =
  | {
      readonly kind: "file";
      readonly mode: number;
      readonly sizeBytes: number;
      /** Changes with every write, chmod and rename over the path: stat(2). */
      readonly changedMs: number;
      readonly inode: number;
    }
  | { readonly kind: "directory"; readonly mode: number }
  | { readonly kind: "symlink"; readonly linkTarget: string }
  /** Of a copy only: something may be there, left by an upload that was cut off. */
  | { readonly kind: "doubtful" };

/** Paths below a root, relative, with `/` between parts, and what is there. `""` stands for the root itself. */
export type Tree = ReadonlyMap<string, Fingerprint>;

/** True when nothing tells the two apart. */
export function isSame(one: Fingerprint | undefined, other: Fingerprint | undefined): boolean {
  if (one === undefined || other === undefined || one.kind !== other.kind) return one === other;
  switch (one.kind) {
    case "doubtful":
      return false;
    case "symlink":
      return one.linkTarget === (other as typeof one).linkTarget;
    case "directory":
      return one.mode === (other as typeof one).mode;
    case "file": {
      const { mode, sizeBytes, changedMs, inode } = other as typeof one;
      const isUntouched = one.changedMs === changedMs && one.inode === inode;
      return isUntouched && one.mode === mode && one.sizeBytes === sizeBytes;
    }
  }
}

/** What has to be done to a copy so that it is like the original. */
export interface Difference {
  /** Parents before what they hold. */
  readonly written: readonly string[];
  /** The uppermost paths only: what is below them goes with them. */
  readonly removed: readonly string[];
}

/** Compares what a copy is known to hold with what it should hold; where nothing else can differ, at some paths only. */
export function difference(wanted: Tree, known: Tree, among?: Iterable<string>): Difference {
  const written = [...(among ?? wanted.keys())].filter((path) => {
    const print = wanted.get(path);
    return print !== undefined && !isSame(print, known.get(path));
  });
  const gone = [...(among ?? known.keys())].filter((path) => {
    const print = known.get(path);
    // A folder that is watched and vanishes takes its files along, not the folder that they were copied to.
    return print !== undefined && !wanted.has(path) && (path !== "" || print.kind !== "directory");
  });
  return { written: written.sort(), removed: uppermostOf(gone, wanted) };
}

/** A parent that is removed takes what it holds along, and so does one that becomes a file: unpacking replaces it. */
function uppermostOf(gone: readonly string[], wanted: Tree): readonly string[] {
  const all = new Set(gone);
  const goesAlong = (parent: string): boolean => {
    const print = wanted.get(parent);
    return parent !== "" && (all.has(parent) || (print !== undefined && print.kind !== "directory"));
  };
  return gone.filter((path) => !parentsOf(path).some(goesAlong)).sort();
}

/** `a/b/c` is in `a/b`, in `a` and in the root. */
export function parentsOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, index).join("/")).filter((parent) => parent !== path);
}

/** True for the folder itself and all that is below it; everything is below `""`. */
export function isIn(folder: string, path: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

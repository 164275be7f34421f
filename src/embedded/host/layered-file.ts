import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";

/** Files of a container are parsed whole: a larger one is none of those that people write. */
const mostBytes = 4 * 1024 * 1024;
const mostLinks = 40;

/**
 * Reads a small text file of a container out of the folders that its overlay is made of, the uppermost first, without
 * mounting it: symbolic links stay within the container, whiteouts hide what is below. `undefined` when it has none.
 * Throws when links go round in circles, and for what is no file or too large. Folders that hide all below ("opaque")
 * are not recognised: Node cannot read the attribute that marks them.
 */
export function readLayeredFile(layers: readonly string[], path: string): string | undefined {
  const roots = layers.map((layer) => realpathSync.native(layer));
  const found = find(roots, path);
  return found === undefined ? undefined : readExactly(found);
}

/** The place of a file on the host. */
function find(roots: readonly string[], path: string): string | undefined {
  let left = path.split("/");
  let here: string[] = [];
  for (let links = 0; left.length > 0;) {
    const [name = "", ...rest] = left;
    left = rest;
    if (name === "" || name === ".") continue;
    if (name === "..") {
      here = here.slice(0, -1);
      continue;
    }
    const entry = entryOf(roots, here, name);
    if (entry === undefined) return undefined;
    if (entry.status.isSymbolicLink()) {
      links += 1;
      if (links > mostLinks) throw new Error(`${path}: too many levels of symbolic links`);
      const target = readlinkSync(entry.path);
      if (target.startsWith("/")) here = [];
      left = [...target.split("/"), ...left];
    } else if (entry.status.isDirectory()) here = [...here, name];
    else return left.every((each) => each === "" || each === ".") ? entry.path : undefined;
  }
  return undefined;
}

interface Entry {
  readonly path: string;
  readonly status: Stats;
}

/** What the overlay shows under a name in a folder. */
function entryOf(roots: readonly string[], folder: readonly string[], name: string): Entry | undefined {
  for (const root of layersOf(roots, folder)) {
    const path = join(root, ...folder, name);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) continue;
    return isWhiteout(status) ? undefined : { path, status };
  }
  return undefined;
}

/** The layers that a folder is merged of: down to the first in which it is something else. */
function layersOf(roots: readonly string[], folder: readonly string[]): readonly string[] {
  let merged = roots;
  for (const [index] of folder.entries()) {
    const next: string[] = [];
    for (const root of merged) {
      const status = lstatSync(join(root, ...folder.slice(0, index + 1)), { throwIfNoEntry: false });
      if (status === undefined) continue;
      if (!status.isDirectory()) break;
      next.push(root);
    }
    merged = next;
  }
  return merged;
}

function isWhiteout(status: Stats): boolean {
  return status.isCharacterDevice() && status.rdev === 0;
}

/** The container may run and swap folders for links meanwhile: what was opened must be what was found. */
function readExactly(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (readlinkSync(`/proc/self/fd/${file}`) !== path) throw new Error(`${path}: moved while it was read`);
    const status = fstatSync(file);
    if (!status.isFile()) throw new Error(`${path}: is no file`);
    if (status.size > mostBytes) throw new Error(`${path}: more than ${mostBytes} bytes`);
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

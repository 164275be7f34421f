import { expect, test } from "vitest";
import { difference, type Fingerprint, type Tree } from "../../../src/watch/fingerprint.ts";

const folder: Fingerprint = { kind: "directory", mode: 0o755 };
const file = (inode: number): Fingerprint => ({ kind: "file", mode: 0o644, sizeBytes: 1, changedMs: 5, inode });
const link: Fingerprint = { kind: "symlink", linkTarget: "a" };
const tree = (entries: Readonly<Record<string, Fingerprint>>): Tree => new Map(Object.entries(entries));

test.each<{ what: string; wanted: Tree; known: Tree; written?: string[]; removed?: string[] }>([
  { what: "equal trees need nothing", wanted: tree({ a: file(1), l: link }), known: tree({ a: file(1), l: link }) },
  {
    what: "what is new is written, parents first",
    wanted: tree({ "d/a": file(1), d: folder }),
    known: tree({}),
    written: ["d", "d/a"],
  },
  {
    what: "what is not the same file any more is written",
    wanted: tree({ a: file(2) }),
    known: tree({ a: file(1) }),
    written: ["a"],
  },
  {
    what: "a changed mode of a folder is written",
    wanted: tree({ d: { kind: "directory", mode: 0o700 } }),
    known: tree({ d: folder }),
    written: ["d"],
  },
  {
    what: "a link that leads elsewhere is written",
    wanted: tree({ l: link }),
    known: tree({ l: { kind: "symlink", linkTarget: "b" } }),
    written: ["l"],
  },
  { what: "what is gone is removed", wanted: tree({}), known: tree({ a: file(1) }), removed: ["a"] },
  {
    what: "a folder takes what it holds along",
    wanted: tree({}),
    known: tree({ d: folder, "d/a": file(1), "d/e": folder, "d/e/b": file(2) }),
    removed: ["d"],
  },
  {
    what: "a name that only begins alike stays",
    wanted: tree({ "d-e": file(3) }),
    known: tree({ d: folder, "d-e": file(3) }),
    removed: ["d"],
  },
  {
    what: "a file in the place of a folder replaces all of it",
    wanted: tree({ d: file(1) }),
    known: tree({ d: folder, "d/a": file(2) }),
    written: ["d"],
  },
  {
    what: "a folder that is watched takes its files along, not itself",
    wanted: tree({}),
    known: tree({ "": folder, a: file(1), d: folder, "d/b": file(2) }),
    removed: ["a", "d"],
  },
  {
    what: "what may be there is written again, or removed",
    wanted: tree({ a: file(1) }),
    known: tree({ a: { kind: "doubtful" }, b: { kind: "doubtful" } }),
    written: ["a"],
    removed: ["b"],
  },
  { what: "a file that is watched is removed itself", wanted: tree({}), known: tree({ "": file(1) }), removed: [""] },
])("$what", ({ wanted, known, written = [], removed = [] }) => {
  expect(difference(wanted, known)).toEqual({ written, removed });
});

test("a comparison at some paths finds what differs there, and nothing else", () => {
  const file = (inode: number): Fingerprint => ({ kind: "file", mode: 0o644, sizeBytes: 1, changedMs: 1, inode });
  const wanted = new Map([
    ["changed", file(1)],
    ["changed too", file(1)],
    ["same", file(1)],
  ]);
  const known = new Map([
    ["changed", file(2)],
    ["changed too", file(2)],
    ["same", file(1)],
    ["gone", file(1)],
    ["gone too", file(1)],
  ]);
  expect(difference(wanted, known, ["changed", "same", "gone", "nowhere"])).toEqual({
    written: ["changed"],
    removed: ["gone"],
  });
});

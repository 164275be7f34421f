import { mkdirSync, mkdtempDisposableSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readLayeredFile } from "../../../../src/embedded/host/layered-file.ts";

/** Layers, the uppermost first: `name` → content, or `-> target` for a symbolic link. */
function layered(layers: readonly Readonly<Record<string, string>>[]): Disposable & { layers: string[]; root: string } {
  const folder = mkdtempDisposableSync(join(tmpdir(), "layers-"));
  const roots = layers.map((files, index) => {
    const root = join(folder.path, String(index));
    mkdirSync(root);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      if (content.startsWith("-> ")) symlinkSync(content.slice(3), join(root, name));
      else writeFileSync(join(root, name), content);
    }
    return root;
  });
  return { layers: roots, root: folder.path, [Symbol.dispose]: () => folder.remove() };
}

const read = (layers: readonly Readonly<Record<string, string>>[], path = "/etc/passwd"): string | undefined => {
  using files = layered(layers);
  return readLayeredFile(files.layers, path);
};

test("the uppermost layer that has a file counts", () => {
  expect(read([{ other: "" }, { "etc/passwd": "two" }, { "etc/passwd": "three" }])).toBe("two");
  expect(read([{}, { "etc/group": "" }])).toBeUndefined();
});

test("links stay within the container, wherever they point", () => {
  expect(read([{ "etc/passwd": "-> /real/passwd" }, { "real/passwd": "inner" }])).toBe("inner");
  expect(read([{ "etc/passwd": "-> ../../../../real" }, { real: "inner" }])).toBe("inner");
  expect(read([{ etc: "-> /elsewhere" }, { "elsewhere/passwd": "inner" }])).toBe("inner");
  expect(read([{ "etc/passwd": "-> /proc/self/environ" }])).toBeUndefined();
});

test("a folder hides the link that a lower layer has in its place", () => {
  using host = layered([{ passwd: "of the host" }]);
  expect(read([{ "etc/group": "" }, { etc: `-> ${host.layers[0]}` }])).toBeUndefined();
});

test("links in circles end", () => {
  expect(() => read([{ "etc/passwd": "-> /etc/passwd" }])).toThrow(/too many levels/);
});

test("what is no file is refused, and a file is no folder", () => {
  expect(read([{ "etc/passwd/x": "" }])).toBeUndefined();
  expect(read([{ "etc/passwd": "text" }], "/etc/passwd/x")).toBeUndefined();
});

import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { archiveOf } from "./tar-members.ts";

/** Where the Dockerfiles and what became of them are. */
export const corpusFolder: string = join(import.meta.dirname, "../../fixtures/dockerfiles");

/** One Dockerfile of the corpus. */
export interface CorpusCase {
  readonly name: string;
  /** The Dockerfile's. */
  readonly path: string;
  readonly options: CorpusOptions;
  /** It leaves files of the context out. */
  readonly hasIgnoreFile: boolean;
}

/** How it is built: the line `# options: {…}` at its end. */
export interface CorpusOptions {
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly platform?: string;
  readonly noCache?: boolean;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Further contexts: paths from the context. */
  readonly contexts?: Readonly<Record<string, string>>;
  readonly hosts?: readonly string[];
  /** Why the result is not what the reference gives: it was looked through and kept by hand. */
  readonly deviates?: string;
}

/** All cases by name, or those whose names hold one of these words. */
export async function corpusCases(words: readonly string[] = []): Promise<CorpusCase[]> {
  const names = (await readdir(corpusFolder)).filter((name) => name.endsWith(".Dockerfile")).sort();
  const all = names.map(async (file) => {
    const text = await readFile(join(corpusFolder, file), "utf8");
    const [, options = "{}"] = /^# options: (.*)$/m.exec(text) ?? [];
    const name = file.replace(/\.Dockerfile$/, "");
    const path = join(corpusFolder, file);
    return {
      name,
      path,
      options: JSON.parse(options) as CorpusOptions,
      hasIgnoreFile: existsSync(`${path}.dockerignore`),
    };
  });
  return (await Promise.all(all)).filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
}

/** Makes the context that all cases share: every kind of file, with modes that no checkout keeps. */
export async function makeContext(folder: string): Promise<void> {
  const files: readonly (readonly [name: string, content: string | Buffer, mode: number])[] = [
    ["a.txt", "a\n", 0o644],
    ["b.txt", "b\n", 0o664],
    ["c.md", "# c\n", 0o644],
    ["empty", "", 0o644],
    ["private.txt", "private\n", 0o600],
    ["run.sh", "#!/bin/sh\necho run\n", 0o755],
    ["setuid", "#!/bin/sh\n", 0o4755],
    ["with space.txt", "space\n", 0o644],
    ["dir/one.txt", "one\n", 0o644],
    ["dir/two.md", "two\n", 0o640],
    ["dir/.hidden", "hidden\n", 0o644],
    ["dir/deep/three.txt", "three\n", 0o644],
    ["dir/deep/four.md", "four\n", 0o600],
    ["extra/a.txt", "extra\n", 0o644],
    ["text.gz", gzipSync("only text\n", { level: 9 }), 0o644],
    ["archive.tar", await sampleArchive(), 0o644],
    ["archive.tar.gz", gzipSync(await sampleArchive(), { level: 9 }), 0o644],
  ];
  for (const path of ["dir/deep", "extra", "empty-folder", "links"]) {
    await mkdir(join(folder, path), { recursive: true });
    await chmod(join(folder, path), 0o755);
  }
  for (const [name, content, mode] of files) {
    await writeFile(join(folder, name), content);
    await chmod(join(folder, name), mode);
  }
  await chmod(join(folder, "dir"), 0o750);
  await chmod(join(folder, "dir/deep"), 0o711);
  await chown(join(folder, "b.txt"), 1000, 1000);
  await symlink("a.txt", join(folder, "link"));
  await symlink("dir", join(folder, "dirlink"));
  await symlink("../dir/one.txt", join(folder, "links/up"));
  await symlink("/absolute", join(folder, "links/out"));
}

function sampleArchive(): Promise<Buffer> {
  return archiveOf([
    { name: "in/", kind: "directory", mode: 0o700, uid: 7, gid: 8 },
    { name: "in/file", text: "in the archive\n", mode: 0o640, uid: 7, gid: 8 },
    { name: "in/link", kind: "symlink", linkName: "file", mode: 0o777 },
    { name: "in/hard", kind: "hardlink", linkName: "in/file", mode: 0o640, uid: 7, gid: 8 },
    { name: "top", text: "top\n", mode: 0o4755 },
  ]);
}

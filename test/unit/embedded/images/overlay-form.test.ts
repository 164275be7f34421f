import { describe, expect, test } from "vitest";
import { overlayForm } from "../../../../src/embedded/images/layers/overlay-form.ts";
import { TarError } from "../../../../src/embedded/tar/entry.ts";
import { type WantedEntry, membersOf } from "../../../support/tar-members.ts";

/** What a layer becomes: one line per entry, then the folders that hide what is beneath. */
async function converted(entries: readonly WantedEntry[]): Promise<string[]> {
  const opaque: string[] = [];
  const events = {
    onFile: async () => {},
    onDropped: async () => {},
    onOpaque: (name: string) => void opaque.push(name),
  };
  const lines: string[] = [];
  for await (const { entry } of overlayForm(membersOf(entries), events)) {
    const target = entry.linkName === "" ? "" : ` -> ${entry.linkName}`;
    lines.push(`${entry.kind} ${entry.name}${target}${[...entry.xattrs.keys()].map((key) => ` ${key}`).join("")}`);
  }
  return [...lines, ...opaque.map((name) => `opaque ${name === "" ? "." : name}`)];
}

const symlink = (name: string, linkName: string): WantedEntry => ({ name, kind: "symlink", linkName });
const hardlink = (name: string, linkName: string): WantedEntry => ({ name, kind: "hardlink", linkName });
const folder = (name: string): WantedEntry => ({ name, kind: "directory" });
const file = (name: string): WantedEntry => ({ name, text: "x" });

describe("a layer in overlay form", () => {
  test.each<[string, readonly WantedEntry[], readonly string[]]>([
    [
      "keeps plain names",
      [folder("./"), folder("./etc/"), file("./etc/passwd")],
      ["directory .", "directory etc", "file etc/passwd"],
    ],
    ["makes absolute names relative", [file("/etc/passwd"), file("//a//b")], ["file etc/passwd", "file a/b"]],
    ["takes dots out of names", [file("a/../b/./c")], ["file b/c"]],
    [
      "keeps links that lead out, which nobody walks through",
      [symlink("out", "/../../etc")],
      ["symlink out -> /../../etc"],
    ],
    [
      "leads names through absolute links inside of the root",
      [symlink("lib", "/usr/lib"), file("lib/x")],
      ["symlink lib -> /usr/lib", "file usr/lib/x"],
    ],
    [
      "leads names through relative links",
      [symlink("a/l", "../b"), file("a/l/x")],
      ["symlink a/l -> ../b", "file b/x"],
    ],
    [
      "stops links at the root",
      [symlink("l", "../../../../etc"), file("l/cron.d/x")],
      ["symlink l -> ../../../../etc", "file etc/cron.d/x"],
    ],
    [
      "leads names through links to links",
      [symlink("a", "b"), symlink("b", "/c"), file("a/x")],
      ["symlink a -> b", "symlink b -> /c", "file c/x"],
    ],
    [
      "leads names through links below links",
      [symlink("a", "/r"), symlink("r/s", "/t"), file("a/s/x")],
      ["symlink a -> /r", "symlink r/s -> /t", "file t/x"],
    ],
    [
      "leads names through hard links to links",
      [symlink("a", "/etc"), hardlink("b", "a"), file("b/x")],
      ["symlink a -> /etc", "hardlink b -> a", "file etc/x"],
    ],
    [
      "forgets a link that a folder replaces",
      [symlink("a", "/etc"), folder("a"), file("a/x")],
      ["symlink a -> /etc", "directory a", "file a/x"],
    ],
    [
      "replaces a link itself, not what it leads to",
      [symlink("a", "/etc/passwd"), file("a")],
      ["symlink a -> /etc/passwd", "file a"],
    ],
    [
      "leads targets of hard links inside of the root",
      [symlink("d", "/etc"), hardlink("h", "d/shadow")],
      ["symlink d -> /etc", "hardlink h -> etc/shadow"],
    ],
    ["makes absolute targets of hard links relative", [hardlink("h", "/etc/shadow")], ["hardlink h -> etc/shadow"]],
    ["turns whiteouts into devices", [file("etc/.wh.passwd")], ["character-device etc/passwd"]],
    [
      "turns whiteouts behind links into devices inside of the root",
      [symlink("l", "/etc"), file("l/.wh.x")],
      ["symlink l -> /etc", "character-device etc/x"],
    ],
    ["marks opaque folders", [folder("etc"), file("etc/.wh..wh..opq")], ["directory etc", "opaque etc"]],
    ["marks an opaque root", [file(".wh..wh..opq")], ["opaque ."]],
    [
      "resolves an opaque folder by the links of the end",
      [file("d/sub/.wh..wh..opq"), symlink("d", "/etc")],
      ["symlink d -> /etc", "opaque etc/sub"],
    ],
    ["leaves metadata of old drivers out", [folder(".wh..wh.plnk"), file(".wh..wh.plnk/1")], ["file .wh..wh.plnk/1"]],
    [
      "drops what steers overlayfs",
      [
        {
          name: "d",
          kind: "directory",
          xattrs: new Map([
            ["trusted.overlay.redirect", "/x"],
            ["user.overlay.opaque", "y"],
            ["user.mine", "1"],
          ]),
        },
      ],
      ["directory d user.mine"],
    ],
    [
      "lets device nodes be",
      [{ name: "sda", kind: "block-device", device: { major: 8, minor: 0 } }],
      ["block-device sda"],
    ],
  ])("%s", async (_, entries, lines) => {
    expect(await converted(entries)).toEqual(lines);
  });

  test.each<[string, readonly WantedEntry[]]>([
    ["a name that climbs out", [file("../etc/passwd")]],
    ["a name that climbs out later", [file("a/../../etc/passwd")]],
    ["an absolute name that climbs out", [file("/../etc/passwd")]],
    ["a folder that climbs out", [folder("..")]],
    ["a link whose own name climbs out", [symlink("../link", "x")]],
    ["a hard link to what is outside", [hardlink("h", "../../etc/shadow")]],
    ["a hard link to the root", [hardlink("h", "/")]],
    ["a device that climbs out", [{ name: "../sda", kind: "block-device" }]],
    ["a whiteout of the folder above", [file("a/.wh...")]],
    ["a whiteout of the folder itself", [file("a/.wh..")]],
    ["a whiteout of nothing", [file("a/.wh.")]],
    ["a whiteout that climbs out", [file("../.wh.passwd")]],
    ["an opaque folder that climbs out", [file("../../.wh..wh..opq")]],
    ["a root that is a link", [symlink("./", "/etc")]],
    ["a root that is a file", [file("/")]],
    ["links in a circle", [symlink("a", "b"), symlink("b", "a"), file("a/x")]],
    ["a link to itself", [symlink("a", "a"), file("a/x")]],
    ["a part of a name that no file system takes", [file("a".repeat(300))]],
  ])("refuses %s", async (_, entries) => {
    await expect(converted(entries)).rejects.toThrow(TarError);
  });
});

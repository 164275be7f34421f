import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DossierNote, makeFolder, noteName } from "../../../src/testing/dossier/record.ts";
import { clearDossiers, sortOutDossiers } from "../../../src/testing/dossier/sort-out.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tscompose-dossiers-"));
});

afterEach(() => rm(root, { recursive: true }));

async function add(project: string, note: Partial<DossierNote>): Promise<void> {
  const whole = {
    project,
    composeFiles: ["/c.yaml"],
    isStartFailure: false,
    screen: [`${project} is to blame`],
    ...note,
  };
  const folder = await makeFolder(root, project);
  await writeFile(join(folder, noteName), JSON.stringify(whole));
}

const failed = { name: "fails", file: "/a.test.ts", startedAtMs: 1000, endedAtMs: 2000 };

describe("of dossiers", () => {
  test("those are kept and shown whose stack ran while a test of the same file failed, or did not start", async () => {
    await add("before", { testFile: "/a.test.ts", startedAtMs: 100, endedAtMs: 900 });
    await add("during", { testFile: "/a.test.ts", startedAtMs: 1100, endedAtMs: 1900 });
    await add("around", { startedAtMs: 0, endedAtMs: 9000 });
    await add("elsewhere", { testFile: "/b.test.ts", startedAtMs: 1100, endedAtMs: 1900 });
    await add("unstarted", { testFile: "/b.test.ts", startedAtMs: 0, endedAtMs: 1, isStartFailure: true });
    const shown = (await sortOutDossiers(root, [failed])).join("\n");
    expect((await readdir(root)).toSorted()).toEqual(["around", "during", "unstarted"]);
    expect(shown).toContain(
      `stack during of /c.yaml ran while this failed: fails\n  during is to blame\n  all of it: ${join(root, "during")}`,
    );
    expect(shown).toContain("stack unstarted of /c.yaml did not start");
  });

  test("each file of tests has its own of a stack that several had", async () => {
    for (const testFile of ["/a.test.ts", "/b.test.ts"]) {
      await add("shared", { testFile, startedAtMs: 1100, endedAtMs: 1900 });
    }
    expect(await sortOutDossiers(root, [], ({ testFile }) => testFile === "/b.test.ts")).toEqual([]);
    expect(await readdir(root)).toEqual(["shared"]);
    expect((await sortOutDossiers(root, [failed])).join("\n")).toContain(join(root, "shared"));
  });

  test("one that the run itself held tells only of tests that none of a file tells of", async () => {
    await add("shared", { startedAtMs: 0, endedAtMs: 9000 });
    await add("shared", { testFile: "/a.test.ts", startedAtMs: 1100, endedAtMs: 1900 });
    const killed = { name: "took too long", file: "/b.test.ts", startedAtMs: 1000, endedAtMs: 2000 };
    const shown = await sortOutDossiers(root, [failed, killed]);
    expect(shown.map((screen) => screen.split("\n")[0])).toEqual([
      "stack shared of /c.yaml ran while this failed: took too long",
      "stack shared of /c.yaml ran while this failed: fails",
    ]);
    expect(await sortOutDossiers(root, [failed])).toHaveLength(1);
    expect(await readdir(root)).toEqual(["shared-2"]);
  });

  test("what somebody else has put there stays", async () => {
    await add("ours", { startedAtMs: 0, endedAtMs: 1 });
    for (const name of ["moved", "another-b", "another-0"]) {
      await add(name, { project: "another", startedAtMs: 0, endedAtMs: 1 });
    }
    await mkdir(join(root, "foreign"));
    await writeFile(join(root, "file"), "");
    await clearDossiers(root);
    expect((await readdir(root)).toSorted()).toEqual(["another-0", "another-b", "file", "foreign", "moved"]);
    await clearDossiers(join(root, "absent"));
  });
});

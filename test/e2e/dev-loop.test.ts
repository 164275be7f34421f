import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EngineApi } from "../support/engine-api.ts";
import { serviceIs } from "../support/expectations.ts";
import { freePort } from "../support/free-port.ts";
import { eventually } from "../support/scenario.ts";
import { TestProject } from "../support/test-project.ts";
import { Watching } from "../support/watching.ts";

test("the dev loop's services follow what is edited", async () => {
  const [api, page] = [await freePort(), await freePort()];
  const engine = new EngineApi();
  await using project = await TestProject.create(new URL("../../examples/dev-loop/", import.meta.url), engine);
  await project.write({ ".env": `DEV_LOOP_PORT=${api}\nDEV_LOOP_PAGE_PORT=${page}\n` });
  const world = { project, engine, outcomes: [], memory: new Map<string, string>(), environment: {} };
  await using watching = await Watching.run(project, "up", "--watch");
  await watching.hasSaid(/ready to say Hello, world!/); // before files were watched, or after it
  await eventually(serviceIs("page", "healthy"))(world);
  expect(await answer(page)).toContain("Edit me");

  const greeting = join(project.directory, "api/greeting.ts");
  await writeFile(greeting, (await readFile(greeting, "utf8")).replace("Hello", "Good morning"));
  await watching.says(/ready to say Good morning, world!/);
  expect(await answer(api)).toBe("Good morning, world!\n");

  // At once, as the file is emptied before it is written otherwise: what is built in between is a page without text.
  await project.write({ edited: "Edited" });
  await rename(join(project.directory, "edited"), join(project.directory, "page/page.txt"));
  await watching.says(/page: rebuilt/);
  await eventually(serviceIs("page", "healthy"))(world);
  expect(await answer(page)).toContain("Edited");
});

async function answer(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/`)).text();
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { complained, nothingIsLeft, printed } from "../support/expectations.ts";
import { run, runFailing, scenario, write } from "../support/scenario.ts";

const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");

/** What the README says that commands print, by command. */
const examples = new Map(
  [...readme.matchAll(/^```console\n\$ tscompose (.*)\n([^`]*)^```$/gm)].map(([, command = "", output = ""]) => [
    command,
    output.trimEnd(),
  ]),
);
const shownFor = (command: string): string => examples.get(command) ?? "";

const shop = (port: number): string => `
services:
  web:
    image: nginx
    environment: { PORT: "${port}" }
`;

scenario("the README shows what a plan really says", { "compose.yaml": shop(80) })
  .step("a service runs", run("up", "-d"))
  .step("when a variable of it changes", write({ "compose.yaml": shop(81) }), run("plan"), printed(shownFor("plan")))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("the README shows what mistakes are really told as", {
  "compose.yaml": `services:
  web:
    image: nginx
    enviroment:
      PORT: "80"
    ports:
      - "eighty:80"
`,
}).step("all at once", runFailing(1, "config"), complained(shownFor("config")));

scenario("the compose file of the README's quick start is one", {
  "compose.yaml": /<<'YAML'\n(.*?)^YAML$/ms.exec(readme)?.[1] ?? "",
}).step("as far as config can tell", run("config"), printed(/image: nginx\n/));

test("the README has no example that is not tried here", () => {
  expect([...examples.keys()]).toEqual(["plan", "config"]);
});

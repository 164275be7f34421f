import { beforeAll, describe, expect, test } from "vitest";
import { EngineApi } from "../support/engine-api.ts";
import { nothingIsLeft } from "../support/expectations.ts";
import { run, scenario, type Action } from "../support/scenario.ts";
import { TestProject } from "../support/test-project.ts";
import { isHere, offered, shells } from "../support/typed-line.ts";

const files = {
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
  worker: { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
  debugger: { image: busybox, profiles: [debug] }
`,
};

/** Lines as they are typed up to Tab, and what is to be offered then. */
const lines = [
  { what: "commands", line: "u", expected: ["unpause", "up"] },
  { what: "commands after global flags", line: "-f compose.yaml exe", expected: ["exec"] },
  { what: "global flags", line: "--prof", expected: ["--profile"] },
  {
    what: "flags of a command",
    line: "up --abort",
    expected: ["--abort-on-container-exit", "--abort-on-container-failure"],
  },
  { what: "services", line: "logs w", expected: ["web", "worker"] },
  { what: "services of profiles that are off", line: "up -d ", expected: ["debugger", "web", "worker"] },
  { what: "services as values of flags", line: "up --exit-code-from we", expected: ["web"] },
  { what: "values behind =", line: "up --exit-code-from=we", expected: ["--exit-code-from=web"] },
  { what: "services behind flags with =", line: "--profile=debug logs w", expected: ["web", "worker"] },
  { what: "more services to scale", line: "scale web=2 wo", expected: ["worker"] },
  { what: "profiles", line: "--profile ", expected: ["debug"] },
  { what: "shells", line: "completion ", expected: ["bash", "fish", "zsh"] },
  { what: "files where a command is typed", line: "exec web ", expected: ["compose.yaml"] },
  { what: "files where files have mistakes", line: "-f absent.yaml up ", expected: ["compose.yaml"] },
];

// Each shell is asked through its own line editor where the machine has it. Set-up brings bash alone; zsh and fish are
// tried wherever they are installed, and said to be missing elsewhere.
describe.for(shells)("Tab in %s", (shell) => {
  let offers: readonly (readonly string[])[] = [];

  beforeAll(async () => {
    await using project = await TestProject.create(files, new EngineApi());
    const typed = lines.map(({ line }) => line);
    if (isHere(shell)) offers = await offered(shell, typed, project);
  });

  test.for(lines)("offers $what", ({ line, expected }, { skip }) => {
    if (!isHere(shell)) skip(`this machine has no ${shell}`);
    expect(offers[lines.findIndex((each) => each.line === line)]).toEqual(expected);
  });
});

const offers =
  (line: (project: string) => string, expected: (project: string) => readonly string[]): Action =>
  async ({ project }) => {
    for (const shell of shells.filter(isHere)) {
      expect(await offered(shell, [line(project.name)], project), shell).toEqual([expected(project.name)]);
    }
  };

scenario("Tab offers what is on the engine", files)
  .step("up starts it", run("up", "-d"))
  .step(
    "projects by name",
    offers(
      (name) => `-p ${name.slice(0, -1)}`,
      (name) => [name],
    ),
  )
  .step(
    "services of a project known by its name alone",
    offers(
      (name) => `-p ${name} logs `,
      () => ["web", "worker"],
    ),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

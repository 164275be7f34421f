import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { EngineApi } from "../support/engine-api.ts";
import { nothingIsLeft } from "../support/expectations.ts";
import { run, scenario, type Action } from "../support/scenario.ts";
import { TestProject } from "../support/test-project.ts";
import { tscompose } from "../support/tool.ts";

const files = {
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
  worker: { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
  debugger: { image: busybox, profiles: [debug] }
`,
};

/** What bash offers when Tab is typed after these words, by its own way of asking. */
async function offered(words: readonly string[], { name, directory }: TestProject): Promise<readonly string[]> {
  const script = `
tscompose() { ${tscompose.command.map((word) => `'${word}'`).join(" ")} "$@"; }
source <(tscompose completion bash)
function=$(complete -p tscompose | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
COMP_WORDS=(tscompose "$@")
COMP_CWORD=$#
$function
printf '%s\\n' "\${COMPREPLY[@]}"
`;
  const { stdout } = await promisify(execFile)("bash", ["-c", script, "bash", ...words], {
    cwd: directory,
    env: { ...process.env, PWD: directory, COMPOSE_PROJECT_NAME: name },
  });
  return stdout.split("\n").filter((line) => line !== "");
}

describe("Tab in bash", () => {
  test.for([
    { what: "commands", words: ["u"], expected: ["unpause", "up"] },
    { what: "commands after global flags", words: ["-f", "compose.yaml", "exe"], expected: ["exec"] },
    { what: "global flags", words: ["--prof"], expected: ["--profile"] },
    {
      what: "flags of a command",
      words: ["up", "--abort"],
      expected: ["--abort-on-container-exit", "--abort-on-container-failure"],
    },
    { what: "services", words: ["logs", "w"], expected: ["web", "worker"] },
    { what: "services of profiles that are off", words: ["up", "-d", ""], expected: ["debugger", "web", "worker"] },
    { what: "services as values of flags", words: ["up", "--exit-code-from", "we"], expected: ["web"] },
    { what: "profiles", words: ["--profile", ""], expected: ["debug"] },
    { what: "shells", words: ["completion", ""], expected: ["bash", "fish", "zsh"] },
    { what: "nothing, so that files are offered, where a command is typed", words: ["exec", "web", ""], expected: [] },
    { what: "nothing about files with mistakes", words: ["-f", "absent.yaml", "up", ""], expected: [] },
  ])("offers $what", async ({ words, expected }) => {
    await using project = await TestProject.create(files, new EngineApi());
    expect(await offered(words, project)).toEqual(expected);
  });
});

const offers =
  (words: (project: string) => readonly string[], expected: (project: string) => readonly string[]): Action =>
  async ({ project }) =>
    expect(await offered(words(project.name), project)).toEqual(expected(project.name));

scenario("Tab in bash offers what is on the engine", files)
  .step("up starts it", run("up", "-d"))
  .step(
    "projects by name",
    offers(
      (name) => ["-p", name],
      (name) => [name],
    ),
  )
  .step(
    "services of a project known by its name alone",
    offers(
      (name) => ["-p", name, "logs", ""],
      () => ["web", "worker"],
    ),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

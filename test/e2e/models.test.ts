import { chmod, mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { complained, isSameContainer, nothingIsLeft, remember, serviceIs } from "../support/expectations.ts";
import { variableIs } from "../support/expectations.ts";
import { type Action, run, runFailing, scenario } from "../support/scenario.ts";

/** Stands in for Docker's plugin: keeps a diary, and has the models that it has pulled. */
const plugin = `#!/bin/sh
here=$(dirname "$0")
case "$*" in
"status --json") echo '{"running":true,"endpoint":"http://model-runner.docker.internal/v1"}' ;;
"ls --json") if [ -e "$here/pulled" ]; then echo '[{"id":"1","tags":["ai/smollm2"]}]'; else echo '[]'; fi ;;
docker-cli-plugin-metadata) echo '{"SchemaVersion":"0.1.0","Vendor":"Docker Inc.","Version":"v1.0.6"}' ;;
*) echo "$*" >> "$here/diary"; [ "$1" = pull ] && touch "$here/pulled" && echo "half of it" ;;
esac
true
`;

const files = {
  plugin,
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    models: { llm: { endpoint_var: AI_URL, model_var: AI_MODEL } }
  short:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    models: [llm]
models:
  llm: { model: ai/smollm2, name: small, context_size: 1024, runtime_flags: [--verbose] }
`,
};

const withPlugin: Action = async (world) => {
  const { directory } = world.project;
  const plugins = join(directory, "docker/cli-plugins");
  await mkdir(plugins, { recursive: true });
  await rename(join(directory, "plugin"), join(plugins, "docker-model"));
  await chmod(join(plugins, "docker-model"), 0o755);
  world.environment = { DOCKER_CONFIG: join(directory, "docker") };
};

scenario("models are served by Docker's plugin, and told to services", files)
  .step(
    "without it, nothing is done",
    runFailing(1, "up", "-d"),
    complained(/^compose\.yaml:14:3 models\.llm: models are served by Docker's plugin docker-model/m),
    complained(/^ {2}hint: install the plugin/m),
    nothingIsLeft,
  )
  .step("with it, up brings them", withPlugin, run("up", "-d"), serviceIs("web", "running"), complained(/half of it/))
  .step(
    "services know where they are, by names of their own or the usual ones",
    variableIs("web", "AI_URL", "http://model-runner.docker.internal/v1"),
    variableIs("web", "AI_MODEL", "ai/smollm2"),
    variableIs("short", "LLM_URL", "http://model-runner.docker.internal/v1"),
    variableIs("short", "LLM_MODEL", "ai/smollm2"),
    remember("web"),
  )
  .step("a second up pulls nothing", run("up", "-d"), isSameContainer("web"), async ({ project }) => {
    const diary = await readFile(join(project.directory, "docker/cli-plugins/diary"), "utf8");
    const configured = "configure --context-size 1024 ai/smollm2 -- --verbose\n";
    expect(diary).toBe(`pull ai/smollm2\n${configured}${configured}`);
  })
  .step("down leaves nothing", run("down"), nothingIsLeft);

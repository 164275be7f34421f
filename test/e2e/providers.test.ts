import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { complained, didNotComplain, isNewContainer, isSameContainer, nothingIsLeft } from "../support/expectations.ts";
import { printed, remember, serviceIs, variableIs } from "../support/expectations.ts";
import { type Action, run, runFailing, scenario, write } from "../support/scenario.ts";

/** A provider that keeps a diary, and tells what its files say. */
const acme = `#!/bin/sh
here=$(dirname "$0")
if [ "$2" = metadata ]; then cat "$here/metadata.json"; exit; fi
echo "$@" >> "$here/diary"
echo "DOCKER_HOST=$DOCKER_HOST COLOUR=$COLOUR" > "$here/surroundings"
[ -e "$here/trouble" ] && { cat "$here/trouble"; echo "it is out of stock" >&2; exit 3; }
echo '{"type":"info","message":"ordering it"}'
echo '{"type":"debug","message":"not for everyone"}'
if [ "$3" = up ]; then cat "$here/told"; fi
`;

const files = {
  acme,
  "metadata.json": "no metadata",
  told: '{"type":"setenv","message":"URL=acme://1"}\n{"type":"rawsetenv","message":"PLAIN=a=b"}\n',
  ".env": "COLOUR=red\n",
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, depends_on: [db] }
  other: { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
  db: { provider: { type: ./acme, options: { size: 2, zone: [a, b] } } }
`,
};

const executable: Action = ({ project }) => chmod(join(project.directory, "acme"), 0o755);

/** What the provider was asked for, call by call; \`NAME\` stands for the project. */
function wasAsked(...calls: readonly string[]): Action {
  return async ({ project }) => {
    const text = await readFile(join(project.directory, "diary"), "utf8").catch(() => "");
    expect(text.replaceAll(project.name, "NAME").trimEnd().split("\n")).toEqual(calls);
  };
}

const up = "compose --project-name=NAME up --size=2 --zone=a --zone=b db";

scenario("a provider's program stands for a service", files)
  .step("plan shows it, and runs nothing", executable, run("plan"), printed(/^#1 run \.\/acme up for db: provider$/m))
  .step(
    "up runs it first, and tells its dependents what it says",
    run("up", "-d"),
    wasAsked(up),
    serviceIs("web", "running"),
    variableIs("web", "DB_URL", "acme://1"),
    variableIs("web", "PLAIN", "a=b"),
    variableIs("other", "DB_URL", undefined),
    complained(/db {2}ordering it/),
    didNotComplain(/not for everyone/),
    remember("web"),
    remember("other"),
  )
  .step(
    "a second up runs it again, and nothing else; --verbose tells all that it says",
    run("--verbose", "up", "-d"),
    complained(/^db: not for everyone$/m),
    wasAsked(up, up),
    isSameContainer("web"),
  )
  .step("what it says anew makes its dependents anew", write({ told: '{"type":"setenv","message":"URL=acme://2"}\n' }))
  .step("and them alone", run("up", "-d"), isNewContainer("web"), isSameContainer("other"))
  .step("with what it says now", variableIs("web", "DB_URL", "acme://2"), variableIs("web", "PLAIN", undefined))
  .step("down releases it", run("down"), nothingIsLeft, ({ project }) =>
    expect(readFile(join(project.directory, "diary"), "utf8")).resolves.toMatch(
      / down --size=2 --zone=a --zone=b db\n$/,
    ),
  );

scenario("a provider's program that fails changes nothing", { ...files, trouble: "" })
  .step(
    "its complaint is told with the next step",
    executable,
    run("create", "other"),
    runFailing(1, "up", "-d"),
    complained(/^db: \.\/acme exited with status 3\n.*\n? {2}it is out of stock$/m),
    complained(/^ {2}hint: see what it does: .*acme compose --project-name=/m),
    wasAsked(up),
  )
  .step("an error that it tells is told on", write({ trouble: '{"type":"error","message":"no such size"}\n' }))
  .step("in its own words", runFailing(1, "up", "-d"), complained(/^db: no such size$/m))
  .step("what it must not say is refused", write({ trouble: "hello\n" }))
  .step("with what it said", runFailing(1, "up", "-d"), complained(/it said: hello$/m))
  .step(
    "one that is not there is told by its place",
    write({ "compose.yaml": "services: { db: { provider: { type: nix-da } } }" }),
  )
  .step(
    "before anything is done",
    runFailing(1, "up", "-d"),
    complained(/compose\.yaml:1:\d+ services\.db\.provider\.type: no program "nix-da"/),
    run("down", "--remove-orphans"),
  );

scenario("a provider's program may say what it takes", {
  ...files,
  "metadata.json": JSON.stringify({
    description: "things of all kinds",
    up: { parameters: [{ name: "size", required: true }] },
    down: { parameters: [] },
    stop: {},
  }),
}).step(
  "it gets that, and is paused by stop",
  executable,
  run("up", "-d"),
  run("stop"),
  run("down"),
  wasAsked(
    "compose --project-name=NAME up --size=2 db",
    "compose --project-name=NAME stop db",
    "compose --project-name=NAME down db",
  ),
  nothingIsLeft,
);

import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "vitest";
import { isAtLeast, type VersionInfo } from "../../src/docker-api/version.ts";
import { EngineApi } from "../support/engine-api.ts";
import { complained, didNotComplain, didNotPrint, nothingIsLeft, printed } from "../support/expectations.ts";
import { type Action, run, runFailing, scenario, write } from "../support/scenario.ts";

const { ApiVersion } = (await new EngineApi().get("/version")) as VersionInfo;
const knowsNamedContexts = isAtLeast(ApiVersion, "1.42");

/** What an image that was built says of itself. */
const history =
  (service: string, unexpected: RegExp): Action =>
  async ({ engine, project }) => {
    const image = encodeURIComponent(`${project.name}-${service}`);
    const told = JSON.stringify([
      await engine.get(`/images/${image}/history`),
      await engine.get(`/images/${image}/json`),
    ]);
    expect(told).not.toMatch(unexpected);
  };

scenario("secrets reach the build, and stay out of the image and of all that is said", {
  "compose.yaml": `
services:
  web:
    build:
      context: .
      dockerfile_inline: |
        FROM busybox
        RUN --mount=type=secret,id=word,required=true grep -qx 'hunt.r2 of file' /run/secrets/word
        RUN --mount=type=secret,id=put grep -qx 'hunt.r2 of shell' /run/secrets/put
        RUN if test -e /run/secrets/word; then exit 1; fi
      secrets:
        - word
        - source: exported
          target: put
secrets:
  word: { file: ./word }
  exported: { environment: EXPORTED }
`,
  word: "hunter2 of file",
})
  .with({ EXPORTED: "hunter2 of shell" })
  .step("no plan has their values", run("--dry-run", "build"), didNotPrint(/hunter2/))
  .step("build", run("build"), didNotPrint(/hunter2/), didNotComplain(/hunter2/), history("web", /hunter2/))
  .step("down removes the image", run("down", "--rmi", "all"), nothingIsLeft);

scenario("a secret that is not there is told with its place before anything is sent", {
  "compose.yaml": `services:
  web:
    build: { context: ., dockerfile_inline: "FROM busybox", secrets: [word, exported], ssh: [default, other=./nokey] }
secrets:
  word: { file: ./absent }
  exported: { environment: SURELY_NOT_SET }
`,
})
  .with({ SSH_AUTH_SOCK: "" })
  .step(
    "build",
    runFailing(1, "build"),
    complained(/compose\.yaml:5:\d+ secrets\.word\.file: no such file/),
    complained(/compose\.yaml:6:\d+ secrets\.exported\.environment: variable "SURELY_NOT_SET" is not set/),
    complained(/compose\.yaml:3:\d+ services\.web\.build\.ssh: no ssh agent is running/),
    complained(/compose\.yaml:3:\d+ services\.web\.build\.ssh\.other: no such file/),
    didNotComplain(/#1 /),
  );

scenario("a build that fails is one screen: place, cause, what was printed, lines of the Dockerfile", {
  "compose.yaml": "services: { web: { build: { context: ., dockerfile: web.dockerfile } } }",
  "web.dockerfile": "FROM busybox\nRUN echo said before >&2; \\\n    exit 3\nRUN true\n",
})
  .step(
    "a command that fails",
    runFailing(1, "build"),
    complained(/^services\.web\.build: (web\.dockerfile:2: )?exit code 3: echo said before >&2;/m),
    complained(/^ {2}said before$/m),
    ...(knowsNamedContexts ? [complained(/^ {2}> 2 \| RUN echo said before/m), complained(/^ {2}> 3 \| /m)] : []),
  )
  .step(
    "an instruction that there is not",
    write({ "web.dockerfile": "FROM busybox\nRUM true\n" }),
    runFailing(1, "build"),
    complained(/^services\.web\.build: web\.dockerfile:2: unknown instruction: RUM/m),
  )
  .step(
    "a file that is not in the context",
    write({ "web.dockerfile": "FROM busybox\nCOPY absent /\n" }),
    runFailing(1, "build"),
    complained(/"\/absent"/),
    complained(/\.dockerignore does not leave it out/),
  );

scenario("a context is sent without what is ignored, links and modes as they are", {
  "compose.yaml": `
services:
  web:
    build: { context: ./src, dockerfile: ../web.dockerfile }
  own:
    build: { context: ./src, dockerfile: ../own.dockerfile }
`,
  "web.dockerfile":
    "FROM busybox\nCOPY . /all\nRUN cd /all && find . | sort && cat linked && stat -c %a:%u:%g run.sh\n",
  "own.dockerfile": "FROM busybox\nCOPY . /all\nRUN cd /all && find . | sort\n",
  "own.dockerfile.dockerignore": "*\n!kept\n",
  "src/.dockerignore": [
    "logs",
    "**/*.tmp",
    "!logs/**/kept",
    ...Array.from({ length: 300 }, (_, at) => `no-${at}`),
  ].join("\n"),
  "src/kept": "kept",
  "src/a.tmp": "",
  "src/logs/deep/kept": "",
  "src/logs/deep/lost": "",
  "src/run.sh": "#!/bin/sh\n",
  "src/ü/ä.txt": "umlauts",
})
  .step(
    "build",
    async ({ project: { directory } }) => {
      execFileSync("sh", ["-c", "ln -s kept linked && chmod 751 run.sh"], { cwd: join(directory, "src") });
    },
    run("build", "--no-cache"),
    complained(/ \.\/linked$/m),
    complained(/ \.\/logs\/deep\/kept$/m),
    complained(/ \.\/ü\/ä\.txt$/m),
    complained(/ kept751:0:0$/m),
    didNotComplain(/a\.tmp|deep\/lost/),
  )
  .step("down removes the images", run("down", "--rmi", "all"), nothingIsLeft);

scenario("a stage that is not to come from the cache is built anew, and so is all of it", {
  "compose.yaml": `
services:
  web:
    build:
      context: .
      dockerfile_inline: |
        FROM busybox AS one
        RUN echo one > /one
        FROM busybox AS two
        RUN echo two > /two
        FROM busybox
        COPY --from=one /one /
        COPY --from=two /two /
      no_cache_filter: [two]
`,
  "whole.yaml": "services: { web: { build: { no_cache: true } } }",
})
  .step("the first time", run("build"))
  .step(
    "a stage",
    run("build"),
    complained(/^#(\d+) \[web one \d\/2\] RUN echo one > \/one\n(#.*\n)*?#\1 CACHED$/m),
    didNotComplain(/^#(\d+) \[web two 2\/2\] RUN echo two > \/two\n(#.*\n)*?#\1 CACHED$/m),
  )
  .step(
    "all of it",
    run("-f", "compose.yaml", "-f", "whole.yaml", "build"),
    didNotComplain(/^#(\d+) \[web one 2\/2\] RUN echo one > \/one\n(#.*\n)*?#\1 CACHED$/m),
  )
  .step("down removes the image", run("down", "--rmi", "all"), nothingIsLeft);

/** An agent that knows no key: it says so. */
const emptyAgent: Action = async ({ project, memory }) => {
  const server = createServer((socket) => {
    socket.on("data", () => socket.write(Buffer.of(0, 0, 0, 5, 12, 0, 0, 0, 0)));
    socket.on("error", () => {});
    socket.unref();
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(join(project.directory, "agent.sock"), resolve));
  memory.set("agent", "listens");
};

const askAgent = `
        FROM node
        COPY ask.js /
        RUN --mount=type=ssh,required=true node /ask.js 0
        RUN --mount=type=ssh,id=own,required=true node /ask.js 1 ssh-ed25519
        RUN --mount=type=ssh,id=old,required=true node /ask.js 1 ssh-rsa`;

scenario("a build may use keys of the agent, and keys in files", {
  "compose.yaml": `
services:
  web:
    build:
      context: .
      dockerfile_inline: |${askAgent}
      ssh: [default, own=./own, old=./old]
`,
  // Asks for the list of keys, then to add one: that must not be done.
  "ask.js": `
const socket = require("net").connect(process.env.SSH_AUTH_SOCK);
const answers = [];
socket.on("data", (bytes) => {
  answers.push(bytes);
  if (answers.length === 1) socket.write(Buffer.from([0, 0, 0, 1, 17]));
  else {
    const [list, added] = answers;
    const isAsked = list.readUInt32BE(5) === Number(process.argv[2]) && list.includes(process.argv[3] ?? "") && added[4] === 5;
    process.exit(isAsked ? 0 : 1);
  }
});
socket.on("close", () => process.exit(1));
socket.write(Buffer.from([0, 0, 0, 1, 11]));
`,
})
  .with({ SSH_AUTH_SOCK: "agent.sock" })
  .step(
    "build",
    emptyAgent,
    async ({ project: { directory } }) => {
      const make = (...args: readonly string[]): Buffer => execFileSync("ssh-keygen", ["-q", "-N", "", ...args]);
      make("-t", "ed25519", "-f", join(directory, "own"));
      make("-t", "rsa", "-b", "2048", "-m", "PEM", "-f", join(directory, "old"));
    },
    run("build"),
  )
  .step(
    "a key with a passphrase is refused by its file",
    async ({ project: { directory } }) => {
      execFileSync("ssh-keygen", ["-q", "-p", "-N", "hunter2", "-P", "", "-f", join(directory, "own")]);
    },
    runFailing(1, "build", "--no-cache"),
    complained(/own" is locked by a passphrase: add it to the agent/),
  )
  .step("down removes the image", run("down", "--rmi", "all"), nothingIsLeft);

const chain = {
  "compose.yaml": `
services:
  web:
    build:
      context: .
      dockerfile_inline: |
        FROM base
        COPY --from=more brought /brought
        RUN cat /base /brought
      additional_contexts: { base: "service:base", more: ./more }
  base:
    profiles: [never]
    build:
      context: .
      dockerfile_inline: |
        FROM busybox
        RUN echo of base > /base
`,
};

if (knowsNamedContexts) {
  scenario("contexts of a build are folders, and services that are built before", chain)
    .step(
      "up builds both",
      // Of nobody else's making: a builder that has seen it would say nothing of it.
      async ({ project }) => project.write({ "more/brought": `brought along by ${project.name}` }),
      run("up", "--build", "-d"),
      complained(/of base/),
      complained(/brought along/),
    )
    .step("build does, too", run("build", "web"), complained(/Image \S+-base {2}Built[\s\S]*Image \S+-web {2}Built/))
    .step("down removes the images", run("--profile", "*", "down", "--rmi", "all"), nothingIsLeft);
} else {
  scenario("contexts of a build are folders, and services that are built before", chain).step(
    "an engine that is too old is told",
    runFailing(1, "build"),
    complained(/compose\.yaml:10:\d+ services\.web\.build\.additional_contexts: needs engine API 1\.42, got/),
  );
}

scenario("a build over and over sends what has changed", {
  "compose.yaml": "services: { web: { build: { context: . } } }",
  Dockerfile: "FROM busybox\nCOPY data /data\nRUN cat /data/changing\n",
  "data/changing": "one",
})
  .step(
    "the first time all of it",
    async ({ project: { directory } }) => {
      await mkdir(join(directory, "data"), { recursive: true });
      await writeFile(join(directory, "data/large"), Buffer.alloc(3_000_000, directory));
    },
    run("build"),
    complained(/transferring context: 3\.\d\dMB done/),
  )
  .step(
    "then the difference",
    async ({ project }) => project.write({ "data/changing": project.name }),
    run("build"),
    async (world) => complained(new RegExp(`^#\\d+ ${world.project.name}$`, "m"))(world),
    didNotComplain(/transferring context: 3\.\d\dMB done/),
  )
  .step("down removes the image", run("down", "--rmi", "all"), nothingIsLeft, printed(""));

scenario("a build can be pushed, checked, and printed for other builders", {
  "compose.yaml": `
services:
  web:
    image: localhost:1/web:1
    build: { context: ., tags: ["localhost:1/web:2"], args: { PRICE: "\${A}" } }
  other:
    build: { context: ., dockerfile: other.dockerfile }
`,
  Dockerfile: "FROM busybox as Web\nRUN true\n",
  "other.dockerfile": "FROM busybox\n",
})
  .with({ A: "1" })
  .step(
    "what has a name of its own is pushed when it is built",
    runFailing(1, "build", "--push"),
    complained(/Image localhost:1\/web:1 {2}Built[\s\S]*Image localhost:1\/web:1 {2}Pushing/),
    complained(/pushing image localhost:1\/web:2: .*connection refused/),
    didNotComplain(/-other {2}Pushing/),
  )
  .step(
    "printing builds nothing",
    run("build", "--print"),
    printed(/"targets": \[\s*"web",\s*"other"\s*\][\s\S]*"tags": \[\s*"localhost:1\/web:1"/),
    didNotComplain(/Building/),
  )
  .step(
    "so does checking",
    runFailing(1, "build", "--check"),
    isAtLeast(ApiVersion, "1.46")
      ? printed(/services\.other\.build: no warnings|^Dockerfile:1: StageNameCasing: Stage name 'Web'/m)
      : complained(/needs BuildKit and engine API 1\.46, got/),
    didNotComplain(/Building/),
  )
  .step(
    "a key by a flag is missed by its name",
    runFailing(1, "build", "--ssh", "k=./absent"),
    complained(/services\.web\.build: ssh "k": cannot read/),
  )
  .step("down removes the images", run("down", "--rmi", "all"), nothingIsLeft);

import { expect } from "vitest";
import {
  belongingsAre,
  complained,
  inspects,
  isNewContainer,
  isSameContainer,
  nothingIsLeft,
  printed,
  remember,
  serviceIs,
  variableIs,
} from "../support/expectations.ts";
import { run, runFailing, scenario, write } from "../support/scenario.ts";

// What is easily missed by whoever implements Compose anew, as far as no other scenario shows it.

const sleeper = "image: busybox, command: sleep infinity, stop_signal: SIGKILL";

scenario("entries of two files are one where their key is one, each kind by a key of its own", {
  "compose.yaml": `
services:
  web:
    image: busybox
    ports: ["127.0.0.1:8080:80", "8080:80/udp"]
    volumes: ["old:/data", "/scratch"]
    logging: { driver: json-file, options: { max-size: 1m } }
    networks: { back: {} }
networks: { back: { ipam: { config: [{ subnet: 10.222.1.0/24 }] } } }
volumes: { old: {}, new: {} }
`,
  "compose.override.yaml": `
services:
  web:
    ports: ["127.0.0.1:8080:80", "9090:80"]
    volumes: ["new:/data"]
    logging: { driver: json-file, options: { max-file: "2" } }
networks: { back: { ipam: { config: [{ subnet: 10.222.1.0/24, gateway: 10.222.1.9 }] } } }
`,
}).step("config shows them", run("config", "--format", "json"), async ({ outcomes }) => {
  const { services, networks } = JSON.parse(outcomes.at(-1)?.stdout ?? "") as {
    services: { web: { ports: { published: string }[]; volumes: { source?: string }[]; logging: { options: object } } };
    networks: { back: { ipam: { config: object[] } } };
  };
  expect(services.web.ports.map(({ published }) => published)).toEqual(["8080", "8080", "9090"]);
  expect(services.web.volumes.map(({ source }) => source)).toEqual(["new", undefined]);
  expect(services.web.logging.options).toEqual({ "max-size": "1m", "max-file": "2" });
  expect(networks.back.ipam.config).toEqual([{ subnet: "10.222.1.0/24", gateway: "10.222.1.9" }]);
});

scenario("numbers are printed as Go prints them, and variables replaced from the left", {
  "compose.yaml": `
services:
  web:
    ${sleeper.replaceAll(", ", "\n    ")}
    environment: { VERSION: 1.10, BIG: 1e6, OCTAL: 014, NESTED: "\${A:-\${B:-deep}}", KEPT: "$1", BOTH: "\${A-x:-y}" }
`,
})
  .step(
    "a container gets them so",
    run("up", "-d"),
    variableIs("web", "VERSION", "1.1"),
    variableIs("web", "BIG", "1e+06"),
    variableIs("web", "OCTAL", "12"),
    variableIs("web", "NESTED", "deep"),
    variableIs("web", "KEPT", "$1"),
    variableIs("web", "BOTH", "x:-y"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("who shares the network of another depends on it, though nobody says so", {
  "compose.yaml": `
services:
  a: { ${sleeper}, network_mode: "service:z" }
  z: { ${sleeper} }
`,
})
  .step("up a brings z", run("up", "-d", "a"), serviceIs("z", "running"), remember("a"))
  .step("when z is made anew, so is a", run("up", "-d", "--force-recreate", "z"), run("up", "-d"), isNewContainer("a"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("files that a service names are looked for beside the file that names them, and only if it is selected", {
  "deep/base.yaml": 'services: { base: { image: busybox, env_file: own.env, command: ["env"] } }\n',
  "deep/own.env": "FROM=the deep\n",
  "compose.yaml": `
services:
  web: { extends: { file: deep/base.yaml, service: base } }
  other: { image: busybox, env_file: absent.env }
`,
})
  .step("one runs without the file of the other", run("run", "--rm", "web"), printed(/^FROM=the deep$/m))
  .step("which is missed when it is meant", runFailing(1, "create", "other"), complained(/absent\.env/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a container is the project's only if it says by which definition it was made", {
  "compose.yaml": `services: { web: { ${sleeper} } }\n`,
})
  .step("somebody labels one of theirs with our name", async ({ engine, project: { name } }) => {
    const labels = { "com.docker.compose.project": name, "com.docker.compose.service": "web" };
    await engine.send("POST", `/containers/create?name=${name}-theirs`, { Image: "busybox", Labels: labels });
  })
  .step(
    "up, ps and down leave it alone",
    run("up", "-d"),
    run("ps", "-a", "--format", "{{.Name}}"),
    printed(/^\S+-web-1\s*$/),
    run("down"),
    belongingsAre("container theirs"),
  );

const built = (version: string, scale: number): Readonly<Record<string, string>> => ({
  Dockerfile: `FROM busybox\nRUN echo ${version} > /version\n`,
  "compose.yaml": `services: { web: { build: ., command: sleep infinity, stop_signal: SIGKILL, scale: ${scale} } }\n`,
});

scenario("a new image makes new containers, a new scale or build section does not", built("1", 1))
  .step("up builds and starts it", run("up", "-d"), remember("web"))
  .step("a rebuild that changes nothing changes nothing", run("up", "-d", "--build"), isSameContainer("web"))
  .step(
    "one that does makes it anew",
    write(built("2", 1)),
    run("up", "-d", "--build"),
    isNewContainer("web"),
    run("exec", "web", "cat", "/version"),
    printed("2"),
    remember("web"),
  )
  .step(
    "a change of the build section alone does not",
    write({ Dockerfile: "FROM busybox\n" }),
    run("up", "-d"),
    isSameContainer("web"),
  )
  .step(
    "nor does a second replica to the first",
    write(built("2", 2)),
    run("up", "-d"),
    run("up", "-d", "--scale", "web=1"),
    isSameContainer("web"),
  )
  .step("down --rmi local leaves nothing", run("down", "--rmi", "local"), nothingIsLeft);

scenario("of too many replicas the outdated go first", {
  "compose.yaml": `services: { web: { ${sleeper}, scale: 3 } }\n`,
})
  .step("three run", run("up", "-d"))
  .step(
    "the first two are outdated",
    write({ "compose.yaml": `services: { web: { ${sleeper}, scale: 3, environment: [A=1] } }\n` }),
  )
  .step(
    "only the last is made anew",
    async ({ engine, project: { name } }) => {
      await engine.send("DELETE", `/containers/${name}-web-3?force=1`);
    },
    run("up", "-d", "--no-recreate"),
  )
  .step(
    "it is the one that stays",
    run("up", "-d", "--scale", "web=1"),
    belongingsAre("container web-3", "network default"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("an unset pull policy asks for what is absent only, and for all when pull is the command", {
  "compose.yaml": "services: { web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL } }\n",
})
  .step("what is there is not asked for", run("--dry-run", "up", "-d"), async ({ outcomes }) =>
    expect(outcomes.at(-1)?.stdout).not.toMatch(/pull/),
  )
  .step("pull asks all the same", run("--dry-run", "pull"), printed(/pull busybox/))
  .step(
    "pull_policy missing does so for latest too",
    write({ "compose.yaml": "services: { web: { image: busybox, pull_policy: missing } }\n" }),
    run("--dry-run", "pull"),
    printed(/pull busybox/),
  );

scenario("a mount is a bind unless it asks for more, and contents arrive before the start", {
  "compose.yaml": `
services:
  web:
    image: busybox
    command: cat /greeting
    volumes: ["data:/data", { type: volume, source: data, target: /more, volume: { nocopy: true } }]
    configs: [greeting]
configs: { greeting: { content: hello } }
volumes: { data: {} }
`,
})
  .step(
    "the engine was asked so",
    run("up"),
    printed(/^web-1 +\| hello$/m),
    inspects(
      "web",
      ({ HostConfig: { Binds, Mounts } }) => [
        Binds?.map((bind) => bind.replace(/^.*_/, "")),
        Mounts?.map(({ Target }) => Target),
      ],
      [["data:/data:rw"], ["/more"]],
    ),
  )
  .step("down -v leaves nothing", run("down", "-v"), nothingIsLeft);

scenario("down SERVICE takes along who needs it", {
  "compose.yaml": `
services:
  db: { ${sleeper} }
  web: { ${sleeper}, depends_on: [db] }
  lone: { ${sleeper} }
`,
})
  .step("up starts them", run("up", "-d"))
  .step(
    "down db",
    run("down", "db"),
    belongingsAre("container lone-1", "network default"),
    complained(/network .* is kept|still in use/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

import { expect } from "vitest";
import { complained, inspects, isNewContainer, nothingIsLeft, printed, remember } from "../support/expectations.ts";
import { run, runFailing, scenario, write } from "../support/scenario.ts";

const files = (word: string): Readonly<Record<string, string>> => ({
  "greeting.txt": `hello ${word}\n`,
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    configs:
      - greeting
      - { source: inline, target: /etc/inline.conf, mode: 0440 }
    secrets:
      - { source: word, target: magic }
      - from-shell
configs:
  greeting: { file: ./greeting.txt }
  inline: { content: "word is \${WORD}\\n" }
secrets:
  word: { file: ./greeting.txt }
  from-shell: { environment: WORD }
`,
});

scenario("configs and secrets are files in the container", files("you"))
  .with({ WORD: "xyzzy" })
  .step(
    "from a file, from the compose file, from the shell",
    run("up", "-d"),
    run("exec", "web", "cat", "/greeting", "/etc/inline.conf", "/run/secrets/magic", "/run/secrets/from-shell"),
    printed("hello you\nword is xyzzy\nhello you\nxyzzy"),
    run("exec", "web", "stat", "-c", "%a", "/etc/inline.conf"),
    printed("440"),
  );

const changing = (inline: string, more = ""): Readonly<Record<string, string>> => ({
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    configs: [inline, mounted]
    secrets: [from-shell]
  other: { image: busybox, command: "true", profiles: [other], ${more} }
configs: { inline: { content: ${inline} }, mounted: { file: ./mounted.conf }, theirs: { external: true } }
secrets: { from-shell: { environment: WORD }, unset: { environment: NEVER_SET } }
`,
});
const contents = ["exec", "web", "cat", "/inline", "/run/secrets/from-shell", "/mounted"];

scenario("contents that change are applied, and those that cannot be had are told", changing("one"))
  .step(
    "up starts it",
    write({ ".env": "WORD=1", "mounted.conf": "x" }),
    run("up", "-d"),
    run(...contents),
    printed("one1x"),
    remember("web"),
  )
  .step(
    "a config that is changed",
    write(changing("two")),
    run("plan"),
    printed(/^#\d+ recreate web-1: config \/inline: content changed/m),
    run("up", "-d"),
    isNewContainer("web"),
    run(...contents),
    printed("two1x"),
    remember("web"),
  )
  .step(
    "a secret",
    write({ ".env": "WORD=2" }),
    run("up", "-d"),
    isNewContainer("web"),
    run(...contents),
    printed("two2x"),
    remember("web"),
  )
  .step(
    "a file that is mounted as one",
    write({ "mounted.conf": "y" }),
    run("plan"),
    printed(/^#\d+ recreate web-1: config \/mounted: content changed/m),
    run("up", "-d"),
    isNewContainer("web"),
    run(...contents),
    printed("two2y"),
  )
  .step("and no more", run("plan", "--detailed-exitcode"))
  .step(
    "a variable that is not set",
    write(changing("two", "secrets: [unset]")),
    runFailing(1, "create", "other"),
    complained(/secrets\.unset\.environment: variable "NEVER_SET" is not set/),
  )
  .step(
    "a root that is read-only",
    write(changing("two", "configs: [inline], read_only: true")),
    runFailing(1, "create", "other"),
    complained(/services\.other\.read_only: cannot copy \/inline into a read-only root/),
  )
  .step(
    "what is somebody else's",
    write(changing("two", "configs: [theirs]")),
    runFailing(1, "create", "other"),
    complained(/configs\.theirs\.external: nothing on this engine provides it/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("resources, users and the rest reach the container", {
  "compose.yaml": `
services:
  web:
    image: busybox
    command: ["sh", "-c", "sleep infinity"]
    user: "1234:5678"
    working_dir: /tmp
    hostname: here
    read_only: true
    tmpfs: ["/scratch:size=1m"]
    cap_add: [NET_ADMIN]
    cap_drop: [CHOWN]
    mem_limit: 64m
    cpus: 0.5
    pids_limit: 50
    shm_size: 16mb
    sysctls: { net.core.somaxconn: 128 }
    ulimits: { nofile: { soft: 100, hard: 200 } }
    extra_hosts: ["elsewhere=192.0.2.7"]
    dns: 192.0.2.53
    security_opt: ["no-new-privileges:true"]
    restart: on-failure:3
    stop_grace_period: 1m30s
    stop_signal: SIGKILL
    logging: { driver: json-file, options: { max-size: 1m } }
`,
}).step(
  "as the engine tells",
  run("up", "-d"),
  inspects(
    "web",
    ({ Config }) => Config,
    expect.objectContaining({
      User: "1234:5678",
      WorkingDir: "/tmp",
      Hostname: "here",
      StopTimeout: 90,
      StopSignal: "SIGKILL",
    }),
  ),
  inspects(
    "web",
    ({ HostConfig }) => HostConfig,
    expect.objectContaining({
      ReadonlyRootfs: true,
      Tmpfs: { "/scratch": "size=1m" },
      CapAdd: [expect.stringMatching(/NET_ADMIN/)],
      CapDrop: [expect.stringMatching(/CHOWN/)],
      Memory: 67_108_864,
      NanoCpus: 500_000_000,
      PidsLimit: 50,
      ShmSize: 16_777_216,
      Sysctls: { "net.core.somaxconn": "128" },
      Ulimits: [{ Name: "nofile", Soft: 100, Hard: 200 }],
      ExtraHosts: ["elsewhere:192.0.2.7"],
      Dns: ["192.0.2.53"],
      SecurityOpt: ["no-new-privileges:true"],
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
      LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
    }),
  ),
  run("exec", "web", "sh", "-c", "id -u; id -g; hostname; pwd; ulimit -Hn; grep elsewhere /etc/hosts | cut -f1"),
  printed("1234\n5678\nhere\n/tmp\n200\n192.0.2.7"),
);

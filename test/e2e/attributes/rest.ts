import { answered, apart, asked, type Definition, fixture, planned, type Proofs, running, tested } from "./proof.ts";

const service = (attributes: Definition): Definition => ({ services: { web: { image: "busybox", ...attributes } } });
const placed = { configs: [{ source: "inline", target: "/put", uid: "11", gid: "22", mode: 0o440 }] };
const hidden = { secrets: [{ source: "from-shell", target: "put", uid: "33", gid: "44", mode: 0o400 }] };

/** Configs and secrets: files that a container finds. */
const files: Proofs = {
  "services.*.configs": running({ configs: ["from-file"] }, "cat /from-file", "hello from a file"),
  "services.*.configs.*.source": running(placed, "cat /put", "written inline"),
  "services.*.configs.*.target": running(placed, "cat /put", "written inline"),
  "services.*.configs.*.uid": running(placed, "stat -c %u /put", "11"),
  "services.*.configs.*.gid": running(placed, "stat -c %g /put", "22"),
  "services.*.configs.*.mode": running(placed, "stat -c %a /put", "440"),
  "configs.*.file": running({ configs: ["from-file"] }, "cat /from-file", "hello from a file"),
  "configs.*.content": running({ configs: ["inline"] }, "cat /inline", "written inline"),
  "configs.*.environment": running({ configs: ["from-shell"] }, "cat /from-shell", "of the shell"),
  "services.*.secrets": running({ secrets: ["from-file"] }, "cat /run/secrets/from-file", "hello from a file"),
  "services.*.secrets.*.source": running(hidden, "cat /run/secrets/put", "of the shell"),
  "services.*.secrets.*.target": running(hidden, "cat /run/secrets/put", "of the shell"),
  "services.*.secrets.*.uid": running(hidden, "stat -c %u /run/secrets/put", "33"),
  "services.*.secrets.*.gid": running(hidden, "stat -c %g /run/secrets/put", "44"),
  "services.*.secrets.*.mode": running(hidden, "stat -c %a /run/secrets/put", "400"),
  "secrets.*.file": running({ secrets: ["from-file"] }, "cat /run/secrets/from-file", "hello from a file"),
  "secrets.*.environment": running({ secrets: ["from-shell"] }, "cat /run/secrets/from-shell", "of the shell"),
};

/** A hook writes down who and where it is. */
const note = (to: string): Definition => ({
  command: ["sh", "-c", `{ id -u; pwd; echo $$HOOK; } > ${to}`],
  user: "daemon",
  working_dir: "/var",
  environment: ["HOOK=ours"],
});
const after = { post_start: [note("/tmp/after")] };
const before = {
  pre_start: [
    { command: ["sh", "-c", "chmod 777 /notes; cp /etc/os-release /notes"], image: "alpine" },
    note("/notes/before"),
  ],
  volumes: ["notes:/notes"],
};

/** Not every engine may hand out all privileges: that they are asked for is enough. */
const privileged = /"privileged": true/i;

/** Rows of hooks, but for those that run when a container stops. */
const hooks: Proofs = {
  "services.*.pre_start.*.image": running(before, "cat /notes/os-release", /^ID=alpine$/m),
  "services.*.pre_start.*.command": running(before, "wc -l < /notes/before", "3"),
  "services.*.pre_start.*.user": running(before, "sed -n 1p /notes/before", "1"),
  "services.*.pre_start.*.working_dir": running(before, "sed -n 2p /notes/before", "/var"),
  "services.*.pre_start.*.environment": running(before, "sed -n 3p /notes/before", "ours"),
  "services.*.pre_start.*.privileged": planned(
    service({ pre_start: [{ command: ["true"], privileged: true }] }),
    privileged,
  ),
  "services.*.post_start.*.command": running(after, "wc -l < /tmp/after", "3"),
  "services.*.post_start.*.user": running(after, "sed -n 1p /tmp/after", "1"),
  "services.*.post_start.*.working_dir": running(after, "sed -n 2p /tmp/after", "/var"),
  "services.*.post_start.*.environment": running(after, "sed -n 3p /tmp/after", "ours"),
  "services.*.post_start.*.privileged": planned(
    service({ post_start: [{ command: ["true"], privileged: true }] }),
    privileged,
  ),
};

const stops = tested("test/e2e/conduct.test.ts", "pre_stop hooks run in a container before it is stopped");
const waits = tested("test/e2e/dependencies.test.ts", "a service waits for what it depends on, in the way it asks for");

const restarted = tested("test/e2e/restarts.test.ts", "up restarts as deploy.restart_policy says while it is attached");
const rolledBack = tested("test/e2e/rolling.test.ts", "a rollback goes as rollback_config says");
const tolerant = tested(
  "test/e2e/rolling.test.ts",
  "an update goes on while no more replicas fail than max_failure_ratio allows",
);
const provided = tested("test/e2e/providers.test.ts", "a provider's program stands for a service");
const modelled = tested("test/e2e/models.test.ts", "models are served by Docker's plugin, and told to services");
const oneByOne = tested("test/e2e/rolling.test.ts", "replicas are replaced as few at a time as the file says");
const startFirst = tested("test/e2e/rolling.test.ts", "no request fails while a service that starts first is replaced");

/** Rows that decide what happens, and when. */
const conduct: Proofs = {
  "services.*.deploy.restart_policy.delay": restarted,
  "services.*.deploy.restart_policy.window": restarted,
  "services.*.deploy.update_config.max_failure_ratio": tolerant,
  "services.*.deploy.rollback_config": rolledBack,
  "services.*.deploy.rollback_config.parallelism": rolledBack,
  "services.*.deploy.rollback_config.delay": rolledBack,
  "services.*.deploy.rollback_config.failure_action": rolledBack,
  "services.*.deploy.rollback_config.monitor": rolledBack,
  "services.*.deploy.rollback_config.max_failure_ratio": tolerant,
  "services.*.deploy.rollback_config.order": rolledBack,
  "services.*.provider": provided,
  "services.*.provider.type": provided,
  "services.*.provider.options": provided,
  "services.*.models": modelled,
  "services.*.models.*.endpoint_var": modelled,
  "services.*.models.*.model_var": modelled,
  models: modelled,
  "models.*.name": modelled,
  "models.*.model": modelled,
  "models.*.context_size": modelled,
  "models.*.runtime_flags": modelled,
  name: tested("test/e2e/conduct.test.ts", "a project has the name that its file gives it"),
  "include.*.path": fixture("include-with-its-own-environment"),
  "include.*.env_file": fixture("include-with-its-own-environment"),
  "include.*.project_directory": tested(
    "test/unit/compose/include.test.ts",
    "reads the env files and the project directory that an entry names",
  ),
  "services.*.attach": tested("test/e2e/conduct.test.ts", "an attached up shows those that attach"),
  "services.*.deploy.replicas": tested("test/e2e/recreation.test.ts", "a service grows and shrinks"),
  "services.*.deploy.update_config.parallelism": oneByOne,
  "services.*.deploy.update_config.delay": oneByOne,
  "services.*.deploy.update_config.order": startFirst,
  "services.*.deploy.update_config.monitor": startFirst,
  "services.*.deploy.update_config.failure_action": tested(
    "test/e2e/rolling.test.ts",
    "a new version that does not get healthy is rolled back",
  ),
  "services.*.depends_on": tested("test/e2e/dependencies.test.ts", "up SERVICE brings its dependencies"),
  "services.*.depends_on.*.condition": waits,
  "services.*.depends_on.*.required": waits,
  "services.*.depends_on.*.restart": tested(
    "test/e2e/commands.test.ts",
    "containers are stopped and started in order, and stay the same",
  ),
  "services.*.pre_stop": stops,
  "services.*.pre_stop.*.command": stops,
  "services.*.pre_stop.*.user": stops,
  "services.*.pre_stop.*.privileged": tested("test/e2e/conduct.test.ts", "a pre_stop hook may ask for all privileges"),
  "services.*.pre_stop.*.working_dir": stops,
  "services.*.pre_stop.*.environment": stops,
  "services.*.profiles": tested("test/e2e/dependencies.test.ts", "a profile decides who takes part"),
  "services.*.scale": tested("test/e2e/commands.test.ts", "files are copied in and out"),
};

const watchTest = "test/e2e/watch.test.ts";
const watchFilesTest = "test/e2e/watch-files.test.ts";
const copies = tested(watchFilesTest, "what happens to files happens to their copies");
const leftOut = tested(watchTest, "what is left out stays out, what is mounted is not copied");
const catchesUp = "what changed while nobody watched is caught up on; what the container has of its own stays";
const runsItsCommand = tested(watchTest, "sync+restart restarts, sync+exec runs its command, restart copies nothing");

/** Rows of what happens while files are worked on. */
const watching: Proofs = {
  "services.*.develop": copies,
  "services.*.develop.watch": copies,
  "services.*.develop.watch.*.path": copies,
  "services.*.develop.watch.*.action": copies,
  "services.*.develop.watch.*.target": copies,
  "services.*.develop.watch.*.ignore": leftOut,
  "services.*.develop.watch.*.include": leftOut,
  "services.*.develop.watch.*.initial_sync": tested(watchFilesTest, catchesUp),
  "services.*.develop.watch.*.exec": runsItsCommand,
  "services.*.develop.watch.*.exec.command": runsItsCommand,
  "services.*.develop.watch.*.exec.user": runsItsCommand,
  "services.*.develop.watch.*.exec.privileged": tested(watchTest, "a command may ask for all privileges"),
  "services.*.develop.watch.*.exec.working_dir": runsItsCommand,
  "services.*.develop.watch.*.exec.environment": runsItsCommand,
};

/** Not every kernel can weigh: an engine on another discards it with a warning. */
const weighed = service({ blkio_config: { weight: 300, weight_device: [{ path: "/dev/null", weight: 400 }] } });

/** Rows that no single thing shows. */
export const rest: Proofs = {
  ...files,
  ...hooks,
  ...conduct,
  ...watching,
  "services.*.blkio_config.weight": planned(weighed, /"BlkioWeight": 300/),
  "services.*.blkio_config.weight_device.*.path": planned(
    weighed,
    /"BlkioWeightDevice": \[\s*\{\s*"Path": "\/dev\/null"/,
  ),
  "services.*.blkio_config.weight_device.*.weight": planned(weighed, /"Weight": 400/),
  "services.*.build.isolation": answered(
    { services: { web: { build: { context: "./built", isolation: "hyperv" } } } },
    /isolation.*hyperv/i,
  ),
  "services.*.mac_address": running(
    { mac_address: "02:42:ac:11:65:43" },
    "cat /sys/class/net/eth0/address",
    "02:42:ac:11:65:43",
  ),
  "services.*.networks.*.mac_address": apart(
    running(
      { networks: { two: { mac_address: "02:42:ac:11:65:44" } } },
      "cat /sys/class/net/eth0/address",
      "02:42:ac:11:65:44",
    ),
  ),
  "services.*.volumes.*.bind.create_host_path": tested(
    "test/e2e/conduct.test.ts",
    "a host path is made unless the file forbids it",
  ),
  "services.*.cpu_percent": answered(service({ cpu_percent: 50 }), /CPU percent/),
  "services.*.isolation": answered(service({ isolation: "process" }), /isolation.*process/i),
  "services.*.storage_opt": answered(service({ storage_opt: { size: "1G" } }), /storage-opt/),
  "services.*.platform": asked(
    ["create"],
    service({ platform: "linux/amd64" }),
    /^POST \/containers\/create\?.*platform=linux%2Famd64/m,
  ),
  "services.*.pull_policy": asked(
    ["create"],
    service({ pull_policy: "always" }),
    /^POST \/images\/create\?.*fromImage=busybox/m,
  ),
};

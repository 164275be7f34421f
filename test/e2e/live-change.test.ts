import {
  complained,
  inspects,
  isNewContainer,
  isSameContainer,
  nothingIsLeft,
  printed,
  remember,
} from "../support/expectations.ts";
import { run, runFailing, scenario, write } from "../support/scenario.ts";

const limited = (attributes: string): Readonly<Record<string, string>> => ({
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, ${attributes} }
`,
});

scenario("limits are changed while containers run", limited("mem_limit: 48m, cpus: 0.5, pids_limit: 50"))
  .step("up starts it", run("up", "-d"), remember("web"))
  .step(
    "a changed limit and a restart policy are applied to the same container",
    write(limited("mem_limit: 64m, cpus: 0.25, pids_limit: 60, restart: always")),
    run("plan"),
    printed(
      /^#1 update web-1: mem_limit 50331648 -> 67108864, cpus .*, pids_limit 50 -> 60, restart \(none\) -> always$/m,
    ),
    run("up", "-d"),
    complained(/web-1 {2}Updated/),
    isSameContainer("web"),
    inspects(
      "web",
      ({ HostConfig: { Memory, NanoCpus, PidsLimit, RestartPolicy } }) => [
        Memory,
        NanoCpus,
        PidsLimit,
        RestartPolicy?.Name,
      ],
      [64 * 2 ** 20, 25e7, 60, "always"],
    ),
  )
  .step("a second up writes nothing", run("plan", "--detailed-exitcode"), run("up", "-d"), isSameContainer("web"))
  .step(
    "taken back, it is as it was made, and still the same container",
    write(limited("mem_limit: 48m, cpus: 0.5, pids_limit: 50")),
    run("up", "-d"),
    isSameContainer("web"),
    inspects("web", ({ HostConfig: { Memory } }) => Memory, 48 * 2 ** 20),
    run("plan", "--detailed-exitcode"),
  )
  .step(
    "a limit that goes needs a new container",
    write(limited("cpus: 0.5, pids_limit: 50")),
    runFailing(2, "plan", "--detailed-exitcode"),
    run("up", "-d"),
    isNewContainer("web"),
    run("plan", "--detailed-exitcode"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("what takes effect without a new container does not make one", limited("attach: true"))
  .step("up starts it", run("up", "-d"), remember("web"))
  .step(
    "hooks, grace, watch rules and replacement may change",
    write(
      limited(
        "stop_grace_period: 3s, develop: { watch: [{ path: ., action: rebuild }] }, " +
          'post_start: [{ command: ["true"] }], deploy: { update_config: { order: start-first } }',
      ),
    ),
    run("up", "-d"),
    isSameContainer("web"),
    run("plan", "--detailed-exitcode"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

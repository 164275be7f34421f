import { expect } from "vitest";
import { complained, inspects, isSameContainer, nothingIsLeft, remember, serviceIs } from "../support/expectations.ts";
import { printedTimes } from "../support/expectations.ts";
import { type Action, eventually, run, runInterrupted, scenario } from "../support/scenario.ts";

const flaky = {
  "compose.yaml": `
services:
  flaky:
    image: busybox
    command: ["sh", "-c", "cut -d ' ' -f 1 /proc/uptime; exit 3"]
    deploy: { restart_policy: { condition: on-failure, delay: 700ms, max_attempts: 2 } }
`,
};

/** The service tells when it runs, in seconds. */
const restsInBetween: Action = async ({ outcomes }) => {
  const times = [...(outcomes.at(-1)?.stdout ?? "").matchAll(/\| ([\d.]+)$/gm)].map(([, seconds]) => Number(seconds));
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(gaps).toHaveLength(2);
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(0.7);
};

const policyIs = (name: string, attempts: number): Action =>
  inspects("flaky", ({ HostConfig }) => HostConfig.RestartPolicy, { Name: name, MaximumRetryCount: attempts });

scenario("up restarts as deploy.restart_policy says while it is attached", flaky)
  .reacting("start", "update")
  .step(
    "it waits before each restart, and gives up after the last attempt",
    run("up"),
    printedTimes(3, /^flaky-1 {2}\| [\d.]+$/gm),
    complained(/^flaky-1 exited with code 3 \(restarting\)$/m),
    complained(/^flaky-1 exited with code 3$/m),
    restsInBetween,
    serviceIs("flaky", "exited"),
  )
  .step("then the engine has its policy back", policyIs("on-failure", 2), remember("flaky"))
  .step(
    "up -d leaves it to the engine, and says so",
    run("up", "-d"),
    complained(/services\.flaky\.deploy\.restart_policy: delay and window count while up is attached/),
    isSameContainer("flaky"),
    policyIs("on-failure", 2),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("what up has stopped or somebody else has, up does not restart", {
  "compose.yaml": `
services:
  flaky:
    image: busybox
    command: ["sh", "-c", "echo up; sleep infinity"]
    stop_signal: SIGKILL
    deploy: { restart_policy: { condition: any, delay: 100ms, window: 10s } }
`,
})
  .reacting("start", "update")
  .step(
    "Ctrl-C stops it",
    runInterrupted({ when: eventually(serviceIs("flaky", "running")), signal: "SIGINT", exitCode: 130 }, "up"),
    serviceIs("flaky", "exited"),
    policyIs("always", 0),
  )
  .step(
    "a stop from elsewhere ends up",
    async (world) => {
      const attached = run("up")(world);
      await eventually(serviceIs("flaky", "running"))(world);
      await run("stop")(world);
      await attached;
    },
    serviceIs("flaky", "exited"),
    run("down"),
    nothingIsLeft,
  );

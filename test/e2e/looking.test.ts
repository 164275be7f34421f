import { expect } from "vitest";
import { complained, didNotPrint, nothingIsLeft, printed, serviceIs } from "../support/expectations.ts";
import { eventually, run, runFailing, scenario } from "../support/scenario.ts";

scenario("exec runs in a running container", {
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, environment: [A=1], scale: 2 }
  gone: { image: busybox, command: "true" }
`,
})
  .step("up starts it", run("up", "-d"), eventually(serviceIs("gone", "exited")))
  .step("with its environment", run("exec", "web", "sh", "-c", "echo $A"), printed("1"))
  .step(
    "with more of it",
    run("exec", "-e", "A=2", "-w", "/tmp", "-u", "7", "web", "sh", "-c", "echo $A; pwd; id -u"),
    printed("2\n/tmp\n7"),
  )
  .step("in the replica that is asked for", run("exec", "--index", "2", "web", "echo", "two"), printed("two"))
  .step("its exit code is ours", runFailing(9, "exec", "web", "sh", "-c", "exit 9"))
  .step("a stopped service is refused", runFailing(1, "exec", "gone", "true"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("logs show what containers said", {
  "compose.yaml": `
services:
  one: { image: busybox, command: ["sh", "-c", "echo first; echo second"] }
  two: { image: busybox, command: ["echo", "from two"] }
`,
})
  .step("up runs them", run("up"))
  .step(
    "all of them, with names",
    run("logs"),
    printed(/^one-1 +\| first$/m),
    printed(/^one-1 +\| second$/m),
    printed(/^two-1 +\| from two$/m),
  )
  .step("one of them", run("logs", "one"), printed(/first/), didNotPrint(/two/))
  .step("the last line", run("logs", "--tail", "1", "one"), printed(/second/), didNotPrint(/first/))
  .step("without names", run("logs", "--no-log-prefix", "two"), printed("from two"))
  .step(
    "for programs, with stdout and stderr told apart",
    run("logs", "--json", "-t", "two"),
    printed(
      /^\{"container":"two-1","service":"two","stream":"stdout","message":"from two","timestamp":"\d{4}-\S+Z"\}$/m,
    ),
  )
  .step("with times", run("logs", "-t", "two"), printed(/\| \d{4}-\d\d-\d\dT[\d:.]+Z from two$/m))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("logs --merge tells who said what when", {
  "compose.yaml": `
services:
  one: { image: busybox, command: ["sh", "-c", "echo 1; sleep 0.4; echo 3; sleep 0.4; echo 5"] }
  two: { image: busybox, command: ["sh", "-c", "sleep 0.2; echo 2 >&2; sleep 0.4; echo 4"], depends_on: [one] }
`,
})
  .step("up runs them", run("up"))
  .step(
    "lines of both come in the order of their times",
    run("logs", "-t", "--merge", "--no-log-prefix"),
    async ({ outcomes }) => {
      const lines = outcomes.at(-1)?.stdout.trim().split("\n") ?? [];
      expect(lines).toHaveLength(5);
      expect(lines).toEqual(lines.toSorted());
    },
  )
  .step("not together with --follow", runFailing(1, "logs", "--merge", "--follow"), complained(/--merge/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("ps, ls, port and config tell what there is", {
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, ports: ["127.0.0.1::80"] }
  job: { image: busybox, command: ["sh", "-c", "exit 4"] }
`,
})
  .step("up starts it", run("up", "-d"), eventually(serviceIs("job", "exited")))
  .step("ps shows what runs", run("ps", "--format", "{{.Service}} {{.State}}"), printed("web running"))
  .step(
    "ps -a the others too",
    run("ps", "-a", "--format", "{{.Service}} {{.ExitCode}}"),
    printed(/^job 4$/m),
    printed(/^web 0$/m),
  )
  .step("ps -q prints ids", run("ps", "-q", "web"), printed(/^[0-9a-f]{64}\n$/))
  .step("ps --services prints names", run("ps", "-a", "--services"), printed(/^job\nweb\n$/))
  .step("ps --format json can be read", run("ps", "--format", "json"), printed(/"Service":"web"/))
  .step("port says where it is published", run("port", "web", "80"), printed(/^127\.0\.0\.1:\d+\n$/))
  .step("config prints the project", run("config", "--services"), printed(/^job\nweb\n$|^web\njob\n$/))
  .step("images says what they run", run("images", "--format", "json"), printed(/busybox/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

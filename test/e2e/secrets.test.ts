import { complained, didNotComplain, nothingIsLeft } from "../support/expectations.ts";
import { run, runFailing, scenario } from "../support/scenario.ts";

scenario("a hook that fails is told without the passwords in its command", {
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    post_start:
      - command: ["sh", "-c", "PASSWORD=hunter2 false"]
`,
})
  .step("up fails", runFailing(1, "up", "-d"), complained(/PASSWORD=\*\*\* false/), didNotComplain(/hunter2/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

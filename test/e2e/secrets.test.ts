import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { complained, didNotComplain, didNotPrint, nothingIsLeft, printed } from "../support/expectations.ts";
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

scenario("a command that the engine cannot find is told without the passwords in it", {
  "compose.yaml": "services: { web: { image: busybox, command: ['serve --password=hunter2'] } }",
})
  .step("up fails", runFailing(1, "up", "-d"), complained(/serve --password=\*\*\*/), didNotComplain(/hunter2/))
  .step("so does run", runFailing(1, "run", "web"), didNotComplain(/hunter2/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a plan that is shown has its secrets covered, one that is kept can be carried out", {
  "compose.yaml": `
services:
  web:
    image: busybox
    command: ["sh", "-c", "cat /run/secrets/key; echo $$PASSWORD"]
    environment: { PASSWORD: hunter2 }
    labels: { api-token: hunter2 }
    secrets: [key]
secrets: { key: { environment: EXPORTED } }
`,
  "plan.json": "others may read this",
})
  .with({ EXPORTED: "hunter3" })
  .step("as text", run("plan"), printed(/create web-1/), didNotPrint(/hunter/))
  .step(
    "as JSON, which says so, and is refused as a plan to carry out",
    run("plan", "--format", "json"),
    printed(/"isRedacted": true/),
    didNotPrint(/hunter/),
    async ({ project, outcomes }) => project.write({ "shown.json": outcomes.at(-1)?.stdout ?? "" }),
    runFailing(1, "up", "--plan", "shown.json"),
    complained(/its secrets are covered/),
  )
  .step(
    "in a file that is the user's only, complete",
    run("plan", "--out", "plan.json", "--format", "json"),
    didNotPrint(/hunter/),
    async ({ project }) => expect((await stat(join(project.directory, "plan.json"))).mode & 0o777).toBe(0o600),
    run("up", "--plan", "plan.json"),
    run("wait", "web"),
    run("logs", "--no-log-prefix"),
    printed(/hunter3.*hunter2/s),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

import { expect } from "vitest";
import { refusals } from "../support/output-schema.ts";
import { run, runFailing, scenario, write } from "../support/scenario.ts";
import type { Action } from "../support/scenario.ts";

type Stream = "stdout" | "stderr";

/** The last command wrote one JSON text that the schema of this output describes. */
function wroteOne(schema: string, stream: Stream = "stdout"): Action {
  return async ({ outcomes }) => {
    const text = outcomes.at(-1)?.[stream] ?? "";
    expect(refusals(schema, JSON.parse(text)), text).toEqual([]);
  };
}

/** The last command wrote lines, at least one, each a JSON text that the schema of this output describes. */
function wroteLines(schema: string, stream: Stream = "stdout"): Action {
  return async ({ outcomes }) => {
    const lines = (outcomes.at(-1)?.[stream] ?? "").split("\n").filter((line) => line !== "");
    expect(lines).not.toEqual([]);
    for (const line of lines) expect(refusals(schema, JSON.parse(line)), line).toEqual([]);
  };
}

scenario("what programs read is what the schemas say", {
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sh -c 'echo hello; echo oops >&2; exec sleep infinity'
    stop_signal: SIGKILL
    ports: ["127.0.0.1::80", "443/udp"]
    labels: { com.example.a: "x,y=<z>" }
    volumes: ["data:/data", "/tmp:/host:ro", "/anonymous"]
    healthcheck: { test: "true", interval: 1s }
  once: { image: busybox, command: "false", depends_on: [web] }
volumes: { data: , outside: { name: never-made } }
`,
})
  .step("version", run("version", "--format", "json"), wroteOne("version"))
  .step("doctor", run("doctor", "--format", "json"), wroteOne("doctor"))
  .step("config", run("config", "--format", "json"), wroteOne("config"))
  .step("what explains it", run("config", "--explain", "services", "--format", "json"), wroteOne("explanation"))
  .step("and its variables", run("config", "--explain-env", "PATH", "--format", "json"), wroteOne("variable"))
  .step("plan", run("plan", "--format", "json"), wroteOne("plan"))
  .step("progress of up", run("--progress", "json", "up", "-d"), wroteLines("progress", "stderr"))
  .step("plan of what is there", run("plan", "--force-recreate", "--format", "json"), wroteOne("plan"))
  .step("containers, running or not", run("ps", "-a", "--format", "json"), wroteLines("ps"))
  .step("projects", run("ls", "-a", "--format", "json"), wroteOne("ls"))
  .step("images", run("images", "--format", "json"), wroteOne("images"))
  .step("volumes", run("volumes", "--format", "json"), wroteLines("volumes"))
  .step("events so far", run("events", "--json", "--since", "10m", "--until", "0s"), wroteLines("events"))
  .step(
    "progress of what goes wrong",
    runFailing(1, "--progress", "json", "stop", "nobody"),
    wroteLines("diagnostic", "stderr"),
  )
  .step(
    "mistakes in files",
    write({ "wrong.yaml": "services:\n  web: { imaeg: busybox }\n" }),
    runFailing(1, "-f", "wrong.yaml", "config", "--format", "json"),
    wroteLines("diagnostic", "stderr"),
  )
  .step("progress of down", run("--progress", "json", "down", "-v"), wroteLines("progress", "stderr"));

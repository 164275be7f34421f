import { expect, test } from "vitest";
import type { StatusResponse, Vertex } from "../../../../src/buildkit-api/control.ts";
import { BuildProgress } from "../../../../src/execute/builds/progress.ts";
import { failedBuild } from "../../../../src/execute/builds/failed-build.ts";
import { EngineError } from "../../../../src/errors.ts";
import { GrpcError } from "../../../../src/grpc/status.ts";

const at = (seconds: number): { readonly seconds: number; readonly nanos: number } => ({ seconds, nanos: 0 });
const vertex = (given: Partial<Vertex>): Vertex => ({
  digest: "a",
  inputs: [],
  name: "[2/2] RUN make",
  cached: false,
  started: undefined,
  completed: undefined,
  error: "",
  ...given,
});
const log = (text: string): StatusResponse["logs"][number] => ({
  vertex: "a",
  timestamp: undefined,
  stream: 1,
  message: Buffer.from(text),
});

/** What is told of these answers, as lines. */
function told(...answers: readonly Partial<StatusResponse>[]): {
  readonly lines: string[];
  readonly progress: BuildProgress;
} {
  const lines: string[] = [];
  let number = 0;
  const progress = new BuildProgress("web", {
    nextNumber: () => ++number,
    step: (info, { kind, ...more }) => lines.push(`${info.number} ${info.name} ${kind} ${JSON.stringify(more)}`),
  });
  for (const answer of answers) progress.add({ vertexes: [], statuses: [], logs: [], warnings: [], ...answer });
  return { lines, progress };
}

test("a step is told once as begun and once as over, and its output in whole lines", () => {
  const begun = vertex({ started: at(1) });
  const { lines } = told(
    { vertexes: [vertex({})] },
    { vertexes: [begun, begun], logs: [log("one\ntw")] },
    { logs: [log("o\nthree")] },
    {
      vertexes: [
        { ...begun, completed: at(3) },
        { ...begun, completed: at(3) },
      ],
    },
  );
  expect(lines).toEqual([
    "1 [web 2/2] RUN make started {}",
    '1 [web 2/2] RUN make output {"line":"one"}',
    '1 [web 2/2] RUN make output {"line":"two"}',
    '1 [web 2/2] RUN make output {"line":"three"}',
    '1 [web 2/2] RUN make done {"elapsedMs":2000}',
  ]);
});

test("what comes from the cache is told as such", () => {
  expect(told({ vertexes: [vertex({ cached: true, started: at(1), completed: at(1) })] }).lines).toEqual([
    "1 [web 2/2] RUN make cached {}",
  ]);
});

test("the first step that fails is the one to blame; those that are broken off are not", () => {
  const { progress } = told(
    { vertexes: [vertex({ digest: "b", name: "other", started: at(1), completed: at(2), error: "context canceled" })] },
    { vertexes: [vertex({ started: at(1) })], logs: [log("said\n")] },
    { vertexes: [vertex({ started: at(1), completed: at(2), error: "exit code: 1" })] },
  );
  expect(progress).toMatchObject({ failedStep: "[web 2/2] RUN make", lastLines: ["said"], failure: "exit code: 1" });
});

test("a failed build tells the line of the Dockerfile, and what was printed", () => {
  const source = {
    info: { filename: "Dockerfile", data: Buffer.from("FROM a\n\nRUN b \\\n  c\nRUN d\n").toString("base64") },
    ranges: [{ start: { line: 3 }, end: { line: 4 } }],
  };
  const detail = {
    typeUrl: "github.com/moby/buildkit/errdefs.Source+json",
    value: Buffer.from(JSON.stringify(source)),
  };
  const message = 'process "/bin/sh -c b   c" did not complete successfully: exit code: 7';
  const cause = new GrpcError({ code: 2, message, details: [detail] });
  const error = new EngineError({ code: "operation-failed", doing: "building", message, cause });
  const build = {
    service: "web",
    dockerfile: "web.dockerfile",
    failedStep: "x",
    failure: "y",
    lastLines: ["no such c"],
  };
  expect(failedBuild(error, build).message).toBe(
    [
      "services.web.build: web.dockerfile:3: exit code 7: b   c",
      "  no such c",
      "",
      "    1 | FROM a",
      "    2 | ",
      "  > 3 | RUN b \\",
      "  > 4 |   c",
      "    5 | RUN d",
    ].join("\n"),
  );
});

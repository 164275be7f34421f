import { describe, expect, test } from "vitest";
import { DockerfileError } from "../../../../src/embedded/build/dockerfile/dockerfile-error.ts";
import { readDockerfile } from "../../../../src/embedded/build/dockerfile/read-dockerfile.ts";

function mistake(text: string): string {
  try {
    readDockerfile(text);
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    const { location, message } = error;
    return location === undefined ? message : `${location.firstLine}-${location.lastLine}: ${message}`;
  }
  return "";
}

function only(text: string): unknown {
  const { stages } = readDockerfile(`FROM x\n${text}`);
  const { location: _location, code: _code, ...rest } = stages[0]?.instructions[0] ?? { location: 0, code: 0 };
  return rest;
}

describe("a Dockerfile", () => {
  test.for([
    ["RUN echo a  b", { kind: "RUN", isList: false, words: ["echo a  b"] }],
    ['RUN ["a", "b"]', { kind: "RUN", isList: true, words: ["a", "b"] }],
    ["RUN [ -e /x ]", { kind: "RUN", isList: false, words: ["[ -e /x ]"] }],
    ["RUN --network=none --mount=type=cache,target=/x y", { network: "none", words: ["y"] }],
    ["CMD", { kind: "CMD", words: [] }],
    [
      "ENV a=1 b='x y'",
      {
        pairs: [
          { key: "a", value: "1" },
          { key: "b", value: "'x y'" },
        ],
      },
    ],
    ["ENV a b c", { pairs: [{ key: "a", value: "b c", isOldForm: true }] }],
    [
      "ARG a b=1",
      {
        declarations: [
          { key: "a", value: undefined },
          { key: "b", value: "1" },
        ],
      },
    ],
    ['COPY ["a b", "/c"]', { sources: ["a b"], destination: "/c" }],
    ["COPY --from=b --chown=1:2 --link a /c", { from: "b", chown: "1:2", isLinked: true }],
    ["COPY --exclude=a --exclude=b . /c", { excludes: ["a", "b"] }],
    ["ADD --unpack=false --checksum=sha256:0 u /c", { unpacks: false, checksum: "sha256:0" }],
    ["EXPOSE 80 443", { ports: ["443", "80"] }],
    ["HEALTHCHECK --interval=1m30s CMD x y", { health: { Test: ["CMD-SHELL", "x y"], Interval: 90e9 } }],
    ["ONBUILD RUN x", { kind: "ONBUILD", expression: "RUN x" }],
    ["VOLUME /a /b", { paths: ["/a", "/b"] }],
    ["MAINTAINER a b", { name: "a b" }],
  ] as const)("reads %s", ([line, wanted]) => {
    expect(only(line)).toMatchObject(wanted);
  });

  test("puts continued lines together, without comments and empty lines between", () => {
    expect(only("RUN a \\\n# no\n\n  b \\\n  c")).toMatchObject({ words: ["a   b   c"] });
  });

  test("continues lines with the escape that it names", () => {
    const { escape, stages } = readDockerfile("# escape=`\nFROM x\nRUN a `\n  b\\\n");
    expect(escape).toBe("`");
    expect(stages[0]?.instructions[0]).toMatchObject({ words: ["a   b\\"] });
  });

  test("takes here-documents as they are", () => {
    const text = "COPY <<A <<-'B' /x/\n  $one\nA\n\t\ttwo\n\tB\nRUN y";
    expect(only(text)).toMatchObject({
      documents: [
        { name: "A", content: "  $one\n", isExpanded: true },
        { name: "B", content: "two\n", isExpanded: false },
      ],
      destination: "/x/",
    });
  });

  test("knows in which lines an instruction is", () => {
    const { stages } = readDockerfile("# c\nFROM x\nRUN a \\\n b\nRUN <<E\nc\nE\n");
    expect(stages[0]?.instructions.map(({ location }) => location)).toEqual([
      { firstLine: 3, lastLine: 4 },
      { firstLine: 5, lastLine: 7 },
    ]);
  });

  test.for([
    ["", "the Dockerfile cannot be empty"],
    ["# nothing\n", "1-1: file with no instructions"],
    ["ENV a=1", "1-1: no build stage in current context: the first instruction has to be FROM"],
    ["ARG a", "dockerfile contains no stages to build: there is no FROM"],
    ["FROM x\nFRUM y", "2-2: unknown instruction: FRUM (did you mean FROM?)"],
    ["FROM x\nrum y", "2-2: unknown instruction: rum (did you mean run?)"],
    ["FROM x\nSOMETHING y", "2-2: unknown instruction: SOMETHING"],
    ["FROM", "1-1: FROM requires either one or three arguments"],
    ["FROM x AS 1y", '1-1: invalid name for build stage: "1y", name can\'t start with a number or contain symbols'],
    [
      "FROM x\nCOPY a",
      "2-2: COPY requires at least two arguments, but only one was provided. Destination could not be determined",
    ],
    ["FROM x\nCOPY --form=a b c", "2-2: unknown flag: --form (did you mean from?)"],
    ["FROM x\nCOPY --link --link b c", "2-2: duplicate flag specified: --link"],
    ["FROM x\nCOPY --link=maybe b c", "2-2: expecting boolean value for flag --link, not: maybe"],
    ["FROM x\nCOPY --chown b c", "2-2: missing a value on flag: --chown"],
    ["FROM x\nENV a", "2-2: ENV must have two arguments"],
    ["FROM x\nENV a=1 b", '2-2: Syntax error - can\'t find = in "b". Must be of the form: name=value'],
    ["FROM x\nRUN <<E\nx", "2-3: unterminated heredoc: there is no line E"],
    ["FROM x\nONBUILD FROM y", "2-2: FROM isn't allowed as an ONBUILD trigger"],
    ["FROM x\nONBUILD ONBUILD RUN y", "2-2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
    ["FROM x\nHEALTHCHECK NONE x", "2-2: HEALTHCHECK NONE takes no arguments"],
    ["FROM x\nHEALTHCHECK --interval=1 CMD x", '2-2: time: invalid duration "1"'],
    ["FROM x\nHEALTHCHECK TRY x", '2-2: Unknown type "TRY" in HEALTHCHECK (try CMD)'],
    ["FROM x\nSHELL sh -c", "2-2: SHELL requires the arguments to be in JSON form: SHELL sh -c"],
    ["FROM x\nRUN [1]", "2-2: when using JSON array syntax, arrays must be comprised of strings only"],
    ["FROM x\nRUN --network=private y", '2-2: invalid network mode: "private"'],
    [
      "FROM x\nRUN --mount=from=$x,target=/y z",
      "2-2: 'from' doesn't support variable expansion, define alias stage instead",
    ],
    ["# syntax=example/other:1\nFROM x", "the syntax example/other:1 is not supported: only docker/dockerfile is"],
    ["# syntax=docker/dockerfile:1.7-labs\nFROM x", ""],
    ["# escape=x\nFROM y", "1-1: invalid escape token 'x' does not match ` or \\"],
    ["# escape=\\\n# escape=`\nFROM y", "2-2: only one escape parser directive can be used"],
  ] as const)("%j is refused: %s", ([text, wanted]) => {
    expect(mistake(text)).toBe(wanted);
  });
});

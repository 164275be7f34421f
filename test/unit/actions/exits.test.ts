import { describe, expect, test } from "vitest";
import { type ExitRules, Exits } from "../../../src/actions/exits.ts";

type Exit = Parameters<Exits["count"]>[0];

function exit(service: string, exitCode: number, isRestarting = false): Exit {
  return { kind: "container-exited", container: `${service}-1`, service, exitCode, isRestarting };
}

describe("exits", () => {
  test.each<{ rules: ExitRules; exits: readonly Exit[]; isOver: boolean; result: number }>([
    { rules: {}, exits: [exit("web", 3)], isOver: false, result: 0 },
    { rules: { abortOn: "exit" }, exits: [exit("job", 0), exit("web", 143)], isOver: true, result: 0 },
    { rules: { abortOn: "exit" }, exits: [exit("job", 3), exit("web", 143)], isOver: true, result: 3 },
    { rules: { abortOn: "exit" }, exits: [exit("web", 1, true)], isOver: false, result: 0 },
    { rules: { abortOn: "failure" }, exits: [exit("job", 0)], isOver: false, result: 0 },
    {
      rules: { abortOn: "failure" },
      exits: [exit("job", 0), exit("web", 2), exit("db", 137)],
      isOver: true,
      result: 2,
    },
    {
      rules: { abortOn: "exit", exitCodeFrom: "web" },
      exits: [exit("job", 0), exit("web", 143), exit("web", 1)],
      isOver: true,
      result: 143,
    },
    { rules: { abortOn: "failure", exitCodeFrom: "job" }, exits: [exit("job", 0)], isOver: false, result: 0 },
  ])("lead to $result under $rules", ({ rules, exits, isOver, result }) => {
    const seen = new Exits(rules);
    for (const each of exits) seen.count(each);
    expect({ isOver: seen.signal.aborted, result: seen.result() }).toEqual({ isOver, result });
  });

  test("are none when they were expected, once each", () => {
    const exits = new Exits({ abortOn: "exit" });
    exits.expectStop("web-1");
    expect([exit("web", 143), exit("web", 1)].map((each) => exits.isExpected(each))).toEqual([true, false]);
  });
});

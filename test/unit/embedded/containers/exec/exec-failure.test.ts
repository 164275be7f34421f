import { expect, test } from "vitest";
import { execFailure } from "../../../../../src/embedded/containers/exec/exec-failure.ts";

test.each<[string, string, number, RegExp]>([
  ["executable file `nope` not found in $PATH: No such file or directory", "nope", 127, /"nope": executable file not/],
  ["executable file `/x` not found in $PATH: No such file or directory", "/x", 127, /stat \/x: no such file/],
  ["2026-01-01T00:00:00.1Z: open executable: Operation not permitted", "/etc", 126, /"\/etc": permission denied/],
  ["chdir `/nodir`: No such file or directory", "ls", 126, /chdir `\/nodir`: No such file/],
  ["exec ./script: No such file or directory", "./script", 127, /no such file or directory/],
  ["something else", "ls", 126, /process: something else/],
  ["", "ls", 126, /without a word/],
])("%j of %s is exit code %i", (said, command, exitCode, message) => {
  expect(execFailure(said, command)).toEqual({ message: expect.stringMatching(message) as string, exitCode });
});

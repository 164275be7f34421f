import { expect, test } from "vitest";
import { execFailure } from "../../../../../src/embedded/containers/exec/exec-failure.ts";

/** As runc 1.1 logs it. */
function runc(message: string): string {
  return `time="2026-01-01T00:00:00Z" level=error msg="${message}"`;
}

test.each<[string, string, number, RegExp]>([
  ["executable file `nope` not found in $PATH: No such file or directory", "nope", 127, /"nope": executable file not/],
  ["executable file `/x` not found in $PATH: No such file or directory", "/x", 127, /stat \/x: no such file/],
  ["2026-01-01T00:00:00.1Z: open executable: Operation not permitted", "/etc", 126, /"\/etc": permission denied/],
  ["chdir `/nodir`: No such file or directory", "ls", 126, /chdir `\/nodir`: No such file/],
  ["exec ./script: No such file or directory", "./script", 127, /no such file or directory/],
  [
    runc('exec failed: unable to start container process: exec: \\"nope\\": executable file not found in $PATH'),
    "nope",
    127,
    /exec: "nope": executable file not found in \$PATH$/,
  ],
  [
    runc('exec failed: unable to start container process: exec: \\"/x\\": stat /x: no such file or directory'),
    "/x",
    127,
    /no such file/,
  ],
  [
    runc('exec failed: unable to start container process: exec: \\"/etc\\": permission denied'),
    "/etc",
    126,
    /"\/etc": permission denied$/,
  ],
  [
    runc(
      'exec failed: unable to start container process: chdir to cwd (\\"/d\\") set in config.json failed: no such file or directory',
    ),
    "ls",
    126,
    /process: chdir to cwd \("\/d"\)/,
  ],
  ["something else", "ls", 126, /process: something else/],
  ["", "ls", 126, /without a word/],
])("%j of %s is exit code %i", (said, command, exitCode, message) => {
  expect(execFailure(said, command)).toEqual({ message: expect.stringMatching(message) as string, exitCode });
});

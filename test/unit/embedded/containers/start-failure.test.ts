import { expect, test } from "vitest";
import { startFailure } from "../../../../src/embedded/containers/start-failure.ts";

/** As runc 1.1 logs it, after `runc run failed: unable to start container process: `. */
const runc = (why: string): string =>
  `time="2026-01-01T00:00:00Z" level=error msg="runc run failed: unable to start container process: ${why}"`;

test.each<[string, string, number, number, RegExp]>([
  [
    "2026-01-01T00:00:00.1Z: executable file `nope` not found in $PATH",
    "nope",
    400,
    127,
    /"nope": executable file not found in \$PATH$/,
  ],
  [
    runc(String.raw`exec: \"nope\": executable file not found in $PATH`),
    "nope",
    400,
    127,
    /"nope": executable file not found in \$PATH$/,
  ],
  [
    runc(String.raw`exec: \"/x/y\": stat /x/y: no such file or directory`),
    "/x/y",
    400,
    127,
    /"\/x\/y": no such file or directory$/,
  ],
  [runc(String.raw`exec: \"/etc\": permission denied`), "/etc", 400, 126, /"\/etc": permission denied/],
  [
    runc("error mounting: something else"),
    "ls",
    500,
    128,
    /OCI runtime create failed: error mounting: something else$/,
  ],
  ["", "ls", 500, 128, /without a word$/],
])("%j of %s is status %i's", (said, command, status, exitCode, message) => {
  const { error, exitCode: code } = startFailure(said, command);
  expect({ status: error.status, code, message: error.message }).toEqual({
    status,
    code: exitCode,
    message: expect.stringMatching(message) as string,
  });
});

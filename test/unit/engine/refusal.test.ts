import { describe, expect, test } from "vitest";
import { engineError, Refusal } from "../../../src/engine/refusal.ts";
import { EngineError } from "../../../src/errors.ts";

const errno = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

describe("a refusal", () => {
  test.each([
    [400, "invalid-request"],
    [401, "unauthorized"],
    [403, "unauthorized"],
    [404, "not-found"],
    [409, "conflict"],
    [500, "engine-fault"],
    [501, "unsupported"],
    [503, "unavailable"],
  ])("with status %i is %s", (status, code) => {
    const error = engineError("starting container web", new Refusal(status, "no way."));
    expect(error).toMatchObject({
      code,
      status,
      doing: "starting container web",
      message: "starting container web: no way",
    });
  });

  test.each([
    [403, "error while removing network: network a has active endpoints"],
    [500, '"a" has associated containers with it: network is being used'],
    [500, 'the container name "web" is already in use by 1234'],
    [500, "can only create exec sessions on running containers: container state improper"],
  ])("with status %i that says that %s is a conflict", (status, message) => {
    expect(engineError("doing", new Refusal(status, message)).code).toBe("conflict");
  });

  test.each([
    ["ECONNREFUSED", "unavailable"],
    ["ENOENT", "unavailable"],
    ["EACCES", "unavailable"],
    ["ABORT_ERR", "interrupted"],
    ["EWHATEVER", "engine-fault"],
  ])("of the system, %s, is %s and keeps its cause", (code, expected) => {
    const cause = errno(code);
    expect(engineError("listing containers", cause)).toMatchObject({ code: expected, cause, status: undefined });
  });

  test.each([
    ["Bind for 0.0.0.0:80 failed: port is already allocated", "another program holds the port"],
    ["pull access denied for acme/web, repository does not exist", "tscompose login"],
    ["container z has dependent containers which must be removed before it: a: container already exists", "up -d"],
    [
      "error setting rlimits for ready process: error setting rlimit type 6: operation not permitted",
      "nofile and nproc",
    ],
    ["manifest for nginx:0 not found: manifest unknown", "check the tag"],
    ["write /x: no space left on device", "docker system df"],
    ["container rootfs is marked read-only", "no read_only"],
    ["mounted volume is marked read-only", "no :ro"],
    ['runc create failed: exec: "nosuch": executable file not found in $PATH', "command and entrypoint"],
    ["crun: executable file `nosuch` not found in $PATH: No such file or directory", "command and entrypoint"],
    ['runc create failed: exec: "/run.sh": stat /run.sh: no such file or directory', "command and entrypoint"],
    ['runc create failed: exec: "/run.sh": permission denied', "chmod +x"],
    ["crun: open executable: Permission denied", "chmod +x"],
    ["unable to find user app: no matching entries in passwd file", "user or group"],
    ["unable to find group app: no matching entries in group file", "user or group"],
    ["toomanyrequests: You have reached your unauthenticated pull rate limit", "tscompose login"],
  ])("%s comes with a next step", (message, hint) => {
    expect(engineError("doing", new Refusal(500, message)).hint).toContain(hint);
  });

  test("that is already told is not told again", () => {
    const told = new EngineError({ code: "conflict", doing: "a", message: "a: b" });
    expect(engineError("c", told)).toBe(told);
  });
});

import { describe, expect, test } from "vitest";
import { checkHostConfig } from "../../../../src/embedded/containers/host-config.ts";
import { devicesOf } from "../../../../src/embedded/runtime/devices.ts";

describe("what a container's host cannot do is refused", () => {
  test.each([
    { wish: { Runtime: "kata" }, message: "unknown or invalid runtime name: kata" },
    { wish: { StorageOpt: { size: "1G" } }, message: "--storage-opt is not supported" },
    { wish: { LogConfig: { Type: "syslog", Config: {} } }, message: "logger: no log driver named 'syslog'" },
    { wish: { PidMode: "shared" }, message: "invalid PID mode: shared" },
  ])("$message", ({ wish, message }) => {
    expect(() => checkHostConfig(wish)).toThrow(expect.objectContaining({ status: 400 }));
    expect(() => checkHostConfig(wish)).toThrow(message);
  });

  test("GPUs, when the container starts, as Docker does without a driver for them", () => {
    const wish = { DeviceRequests: [{ Count: -1, Capabilities: [["gpu"]] }] };
    expect(() => devicesOf(wish, { asked: [], ofHost: [] })).toThrow(
      'could not select device driver "" with capabilities: [[gpu]]',
    );
  });
});

test.each([{}, { Runtime: "" }, { Runtime: "crun" }, { Runtime: "io.containerd.runc.v2" }, { StorageOpt: {} }])(
  "what it can do is not: %j",
  (wish) => {
    expect(() => checkHostConfig(wish)).not.toThrow();
  },
);

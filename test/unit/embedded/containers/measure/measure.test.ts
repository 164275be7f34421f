import { describe, expect, test } from "vitest";
import {
  counters,
  interfaceCounters,
  legacyBlockEntries,
  numberIn,
  systemCpuNs,
  unifiedBlockEntries,
} from "../../../../../src/embedded/containers/measure/counters.ts";
import { processesOf } from "../../../../../src/embedded/containers/measure/top-routes.ts";

describe("counters of the kernel", () => {
  test("are read from lines, and from a line", () => {
    expect(counters("cache 4096\nrss 0\nbroken\n")).toEqual({ cache: 4096, rss: 0 });
    expect(counters(undefined)).toEqual({});
    expect([numberIn("12\n"), numberIn("max\n"), numberIn(undefined)]).toEqual([12, undefined, undefined]);
  });

  test("of block devices are told alike for both versions", () => {
    expect(legacyBlockEntries("254:0 Read 10\n254:0 Write 5\nTotal 15\n")).toEqual([
      { major: 254, minor: 0, op: "Read", value: 10 },
      { major: 254, minor: 0, op: "Write", value: 5 },
    ]);
    const names = { rbytes: "read", wbytes: "write" };
    expect(unifiedBlockEntries("8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n8:0 \n", names)).toEqual([
      { major: 8, minor: 16, op: "read", value: 1 },
      { major: 8, minor: 16, op: "write", value: 2 },
    ]);
  });

  test("of interfaces leave the loopback out", () => {
    const text = [
      "Inter-|   Receive                                                |  Transmit",
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier",
      "    lo:       9       9    9    9    0     0          0         0        9       9    9    9    0     0       0",
      "  eth0:     646       5    1    2    0     0          0         0       84       2    3    4    0     0       0",
    ].join("\n");
    expect(interfaceCounters(text)).toEqual({
      eth0: {
        rx_bytes: 646,
        rx_packets: 5,
        rx_errors: 1,
        rx_dropped: 2,
        tx_bytes: 84,
        tx_packets: 2,
        tx_errors: 3,
        tx_dropped: 4,
      },
    });
  });

  test("of all processors are in nanoseconds, without what guests had", () => {
    expect(systemCpuNs("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1\n")).toBe(28 * 10_000_000);
  });
});

describe("processes", () => {
  test("of a container are picked from the host's, their commands whole", () => {
    const table = "UID   PID  PPID CMD\nroot    1     0 /sbin/init splash\nroot   42     1 sleep  4321\n";
    expect(processesOf(table, new Set([42]))).toEqual({
      Titles: ["UID", "PID", "PPID", "CMD"],
      Processes: [["root", "42", "1", "sleep 4321"]],
    });
  });

  test("cannot be told apart without their numbers", () => {
    expect(() => processesOf("CMD\nsleep\n", new Set())).toThrow(expect.objectContaining({ status: 400 }));
  });
});

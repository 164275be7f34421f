import { expect, test } from "vitest";
import type { HostConfig } from "../../../../src/docker-api/container.ts";
import { limitWarnings, type LimitFacts } from "../../../../src/embedded/runtime/limit-warnings.ts";

const able: LimitFacts = { hasCgroups: true, cgroupVersion: 1, countsSwap: true, hasCpusets: true, weighsBlocks: true };
const wishes: HostConfig = {
  Memory: 64e6,
  MemorySwappiness: 10,
  CpusetCpus: "0",
  BlkioWeight: 300,
  BlkioWeightDevice: [{ Path: "/dev/vda", Weight: 200 }],
};

test("what the machine keeps is not warned about", () => {
  expect(limitWarnings(wishes, able)).toEqual([]);
  const weak = {
    hasCgroups: true,
    cgroupVersion: 2,
    countsSwap: false,
    hasCpusets: false,
    weighsBlocks: false,
  } as const;
  expect(limitWarnings({}, weak)).toEqual([]);
  expect(limitWarnings({}, { ...weak, hasCgroups: false })).toEqual([]);
});

test.each<[string, HostConfig, Partial<LimitFacts>, RegExp]>([
  ["swap", wishes, { countsSwap: false }, /^Your kernel does not support swap limit .* without swap\.$/],
  ["processors", wishes, { hasCpusets: false }, /^Your kernel does not support cpuset .* discarded\.$/],
  ["swappiness", wishes, { cgroupVersion: 2 }, /memory swappiness .* discarded\.$/],
  ["an out-of-memory killer", { Memory: 64e6, OomKillDisable: true }, { cgroupVersion: 2 }, /OomKillDisable discarded/],
  ["a limit that nobody enforces", { OomKillDisable: true }, {}, /no memory limit is set/],
])("what is dropped of %s is told", (_what, host, facts, warning) => {
  expect(limitWarnings(host, { ...able, ...facts })).toEqual([expect.stringMatching(warning)]);
});

test("weights of block devices that the kernel does not know are told one by one", () => {
  expect(limitWarnings(wishes, { ...able, weighsBlocks: false })).toEqual([
    "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.",
    "Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.",
  ]);
});

test("without control groups every limit is told to be dropped", () => {
  const all: HostConfig = {
    ...wishes,
    MemoryReservation: 32e6,
    NanoCpus: 5e8,
    CpuShares: 512,
    PidsLimit: 10,
  };
  const told = limitWarnings(all, { ...able, hasCgroups: false });
  expect(
    told.map((warning) => /^Your kernel does not support (.*?) or the cgroup is not mounted\./.exec(warning)?.[1]),
  ).toEqual([
    "memory limit capabilities",
    "memory soft limit capabilities",
    "CPU CFS scheduler",
    "CPU shares",
    "pids limit capabilities",
    "cpuset",
    "Block I/O weight",
  ]);
});

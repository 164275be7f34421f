import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { OciSeccomp } from "../../../../src/embedded/runtime/oci.ts";
import { defaultSeccompProfile } from "../../../../src/embedded/runtime/seccomp/default-profile.ts";
import {
  parseSeccompProfile,
  seccompFilter,
  type SeccompSurroundings,
} from "../../../../src/embedded/runtime/seccomp/profile.ts";

/** Docker's profile (moby/profiles, Apache-2.0), where a copy lies beside the repository: what ours is held against. */
const publishedFile = join(import.meta.dirname, "../../../../../shared/reference/data/seccomp-default.json");
const dockers = existsSync(publishedFile) ? parseSeccompProfile(readFileSync(publishedFile, "utf8")) : undefined;

/** Every call with the conditions under which it passes: two filters of the same effect have the same table. */
function effect({ defaultAction, defaultErrnoRet, architectures, syscalls }: OciSeccomp): object {
  const rules = syscalls.flatMap(({ names, ...how }) => names.map((name) => `${name} ${JSON.stringify(how)}`));
  return { defaultAction, defaultErrnoRet, architectures, rules: [...new Set(rules)].toSorted() };
}

const usual = ["CAP_CHOWN", "CAP_SYS_CHROOT", "CAP_KILL"];
const every = [
  ...new Set(
    [...(dockers?.syscalls ?? []), ...(defaultSeccompProfile.syscalls ?? [])].flatMap(({ includes, excludes }) => [
      ...(includes?.caps ?? []),
      ...(excludes?.caps ?? []),
    ]),
  ),
];

describe("the default filter of system calls", () => {
  const surroundings = [
    ...["x64", "arm64", "s390x", "riscv64", "loong64"].map((machine) => ({
      machine,
      kernel: "6.1.0",
      capabilities: usual,
    })),
    ...every.map((capability) => ({ machine: "x64", kernel: "6.1.0", capabilities: [capability] })),
    { machine: "x64", kernel: "6.1.0", capabilities: every },
    { machine: "x64", kernel: "4.4.0", capabilities: usual },
    { machine: "s390x", kernel: "6.1.0", capabilities: every },
  ] satisfies SeccompSurroundings[];
  test.skipIf(dockers === undefined).each(surroundings)(
    "has the effect of Docker's: $machine $kernel $capabilities",
    (around) => {
      expect(effect(seccompFilter(defaultSeccompProfile, around))).toEqual(
        dockers && effect(seccompFilter(dockers, around)),
      );
    },
  );

  test("refuses clone3 as unknown, and namespaces, unless the container may administer the system", () => {
    const around = { machine: "x64", kernel: "6.1.0", capabilities: usual };
    const rules = seccompFilter(defaultSeccompProfile, around).syscalls;
    expect(rules.find(({ names }) => names.includes("clone3"))).toMatchObject({
      action: "SCMP_ACT_ERRNO",
      errnoRet: 38,
    });
    expect(rules.some(({ names }) => names.includes("unshare"))).toBe(false);
  });
});

describe("a filter that a request brings", () => {
  test("may name its calls one by one, and its machines", () => {
    const text = JSON.stringify({
      defaultAction: "SCMP_ACT_ALLOW",
      architectures: ["SCMP_ARCH_X86_64"],
      syscalls: [{ name: "mkdir", action: "SCMP_ACT_ERRNO", args: [] }],
    });
    expect(seccompFilter(parseSeccompProfile(text), { machine: "x64", kernel: "6", capabilities: [] })).toEqual({
      defaultAction: "SCMP_ACT_ALLOW",
      architectures: ["SCMP_ARCH_X86_64"],
      syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_ERRNO" }],
    });
  });

  test.each([["{"], ["[]"], ['{"syscalls":[]}'], ['{"defaultAction":"x","syscalls":[{}]}']])(
    "%s is refused",
    (text) => {
      expect(() => parseSeccompProfile(text)).toThrow(expect.objectContaining({ status: 400 }));
    },
  );
});

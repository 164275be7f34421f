import { badRequest } from "../../api/http-error.ts";
import type { OciSeccomp } from "../oci.ts";

/** A filter of system calls as Docker writes it: rules of which some depend on machine, kernel and capabilities. */
export interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[] | null;
  readonly archMap?: readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] | null }[];
  readonly syscalls?: readonly SeccompRule[] | null;
}

/** A rule for some calls. */
export interface SeccompRule {
  readonly name?: string;
  readonly names?: readonly string[] | null;
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly SeccompArgument[] | null;
  /** Applies only where all of this is so. */
  readonly includes?: SeccompCondition;
  /** Applies only where none of this is so. */
  readonly excludes?: SeccompCondition;
}

interface SeccompArgument {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: string;
}

interface SeccompCondition {
  readonly caps?: readonly string[];
  readonly arches?: readonly string[];
  readonly minKernel?: string;
}

/** What conditions of a profile are held against. */
export interface SeccompSurroundings {
  /** As Node names it: `x64`, `arm64`. */
  readonly machine: string;
  /** `6.1.0-13-amd64` */
  readonly kernel: string;
  /** Of the container, with `CAP_`. */
  readonly capabilities: readonly string[];
}

interface Machine {
  /** As profiles name it. */
  readonly name: string;
  /** Its own calls first, then those of the older machines it also runs. */
  readonly architectures: readonly string[];
}

const machines: Readonly<Record<string, Machine>> = {
  x64: { name: "amd64", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
  arm64: { name: "arm64", architectures: ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"] },
  arm: { name: "arm", architectures: ["SCMP_ARCH_ARM"] },
  ia32: { name: "x86", architectures: ["SCMP_ARCH_X86"] },
  ppc64: { name: "ppc64le", architectures: ["SCMP_ARCH_PPC64LE"] },
  s390x: { name: "s390x", architectures: ["SCMP_ARCH_S390X", "SCMP_ARCH_S390"] },
  riscv64: { name: "riscv64", architectures: ["SCMP_ARCH_RISCV64"] },
  loong64: { name: "loong64", architectures: ["SCMP_ARCH_LOONGARCH64"] },
};

/** Settles what a profile leaves open: the filter for one container on one machine. */
export function seccompFilter(profile: SeccompProfile, surroundings: SeccompSurroundings): OciSeccomp {
  const machine = machines[surroundings.machine];
  if (machine === undefined)
    throw new Error(`no system call filter is known for the machine "${surroundings.machine}"`);
  const rules = (profile.syscalls ?? []).filter((rule) => applies(rule, machine.name, surroundings));
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    architectures: architecturesOf(profile, machine),
    syscalls: rules.map(({ name, names, action, errnoRet, args }) => ({
      names: name === undefined ? (names ?? []) : [name],
      action,
      ...(errnoRet === undefined ? {} : { errnoRet }),
      ...(args === undefined || args === null || args.length === 0 ? {} : { args }),
    })),
  };
}

function architecturesOf({ architectures, archMap }: SeccompProfile, machine: Machine): readonly string[] {
  const mapped = archMap?.find(({ architecture }) => architecture === machine.architectures[0]);
  if (mapped !== undefined) return [mapped.architecture, ...(mapped.subArchitectures ?? [])];
  return architectures?.length ? architectures : machine.architectures;
}

/** Reads a profile that a request brought. Throws 400 for what is none. */
export function parseSeccompProfile(text: string): SeccompProfile {
  const profile = parsedJson(text);
  if (!isProfile(profile)) throw badRequest("Decoding seccomp profile failed: no defaultAction with rules in syscalls");
  return profile;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`Decoding seccomp profile failed: ${String(error)}`);
  }
}

function isProfile(value: unknown): value is SeccompProfile {
  if (typeof value !== "object" || value === null || !("defaultAction" in value)) return false;
  const syscalls = "syscalls" in value ? value.syscalls : undefined;
  return typeof value.defaultAction === "string" && (syscalls === undefined || syscalls === null || isRules(syscalls));
}

function isRules(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((rule: unknown) => typeof rule === "object" && rule !== null && "action" in rule)
  );
}

function applies({ includes = {}, excludes = {} }: SeccompRule, machine: string, around: SeccompSurroundings): boolean {
  const has = (capability: string): boolean => around.capabilities.includes(capability);
  if (includes.caps?.length && !includes.caps.every(has)) return false;
  if (includes.arches?.length && !includes.arches.includes(machine)) return false;
  if (includes.minKernel && !isKernelAtLeast(around.kernel, includes.minKernel)) return false;
  if (excludes.caps?.some(has) === true || excludes.arches?.includes(machine) === true) return false;
  return !(excludes.minKernel && isKernelAtLeast(around.kernel, excludes.minKernel));
}

/** Compares major and minor version: `6.1.0-13-amd64` is at least `4.8`. */
export function isKernelAtLeast(kernel: string, wanted: string): boolean {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

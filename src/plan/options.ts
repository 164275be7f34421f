import type { BuilderKind } from "./operation.ts";
import type { Environment } from "./spec/files.ts";

/** What a user can ask of `up` and `create`, as data; absent means the usual. */
export interface ReconcileOptions {
  /** Services named on the command line; empty or absent: all. */
  readonly services?: readonly string[];
  /** `force`: `--force-recreate`; `never`: `--no-recreate`. Dependencies of named services only follow what changed. */
  readonly recreate?: "diverged" | "force" | "never";
  readonly alwaysRecreateDependencies?: boolean;
  /** `-V`: anonymous volumes start empty. */
  readonly renewAnonymousVolumes?: boolean;
  readonly scale?: Readonly<Record<string, number>>;
  readonly removeOrphans?: boolean;
  readonly ignoreOrphans?: boolean;
  /** `--pull`: overrides every service's own policy. */
  readonly pull?: string;
  /** `always`: `--build`; `never`: `--no-build`. */
  readonly build?: "always" | "never";
  /** False: `--no-start`. */
  readonly start?: boolean;
  /** Whoever asks stays attached, and restarts containers where `deploy.restart_policy` asks for more than engines do. */
  readonly restartsHere?: boolean;
  /** Wait until every selected service is running, or healthy where it has a health check. */
  readonly wait?: boolean;
  readonly waitTimeoutMs?: number;
  /** `-t`: how long a container may take to stop. */
  readonly graceMs?: number;
  /** Replace volumes whose definition changed; their data is lost. */
  readonly recreateVolumes?: boolean;
  /** `run`: instead of its replicas, which are left alone, a service gets one container of another kind. */
  readonly oneOff?: OneOff;
  readonly inputs?: PlanInputs;
}

/** A container for one command, beside the replicas of its service. */
export interface OneOff {
  readonly service: string;
  readonly name: string;
  /** 64 hexadecimal digits that no other one-off has. */
  readonly slug: string;
  /** Answers to the names of the service on its networks, too. */
  readonly usesAliases: boolean;
  /** The engine removes it as soon as it has ended. */
  readonly autoRemove: boolean;
  /** Its input is joined, and ends when that ends. */
  readonly attachesInput: boolean;
}

/** What a plan needs of the machine, read beforehand, since planning reads nothing. */
export interface PlanInputs {
  /** Values of configs and secrets given by environment variable. */
  readonly environment: Environment;
  /** Text of seccomp profiles by the path as written. */
  readonly seccompProfiles: Readonly<Record<string, string>>;
  /** Contents of mounted configs and secrets, as `contentDigest` has them, by path; without those that cannot be read. */
  readonly mountedContents?: Readonly<Record<string, string>>;
  /** Of the paths that services mount or are built from, those that are not there, as far as it is known. */
  readonly absentPaths?: readonly string[];
  /** Milliseconds since 1970: pull policies with an age need to know. */
  readonly nowMs: number;
  /** What to build with, where either builder will do; absent: the classic one. */
  readonly builder?: BuilderKind;
  /** Whether the builder can leave results elsewhere than in their image; absent: it cannot. */
  readonly keepsCaches?: boolean;
  /** Variables for containers and builds that say nothing else. */
  readonly proxies?: Environment;
  /** Programs that stand for services; absent where no service has a provider. */
  readonly providers?: ProviderPrograms;
  /** Absent where no model is used, or nobody serves models. */
  readonly models?: ModelRunner;
}

/** Docker's program that serves models. */
export interface ModelRunner {
  readonly path: string;
  /** Where containers reach the models. */
  readonly endpoint: string;
  /** Models that need not be pulled. */
  readonly available: readonly string[];
  /** Can be told `runtime_flags`. */
  readonly takesFlags: boolean;
}

/** Programs of providers that are on this machine, by type. */
export type ProviderPrograms = Readonly<Record<string, ProviderProgram>>;

/** A program that provides services. */
export interface ProviderProgram {
  readonly path: string;
  /** What it says about the options it takes; absent: nothing. */
  readonly metadata?: ProviderMetadata;
}

/** Options by verb; without `stop`, it cannot pause what it provides. */
export interface ProviderMetadata {
  readonly up: readonly ProviderParameter[];
  readonly down: readonly ProviderParameter[];
  readonly stop?: readonly ProviderParameter[];
}

/** An option that a provider takes. */
export interface ProviderParameter {
  readonly name: string;
  readonly isRequired: boolean;
}

/** Nothing of the machine: enough for projects that ask nothing of it. */
export const noInputs: PlanInputs = { environment: {}, seccompProfiles: {}, nowMs: 0 };

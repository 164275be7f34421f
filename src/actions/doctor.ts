import { join } from "node:path";
import type { Finding } from "../engine/connect.ts";
import { type CredentialHelper, credentialHelpers } from "../engine/credential-helper.ts";
import { dockerConfigFolder, readDockerConfig } from "../engine/docker-config.ts";
import { explainAttempts, reason } from "../engine/no-engine.ts";
import { TscomposeError } from "../errors.ts";
import {
  type MissingRequirement,
  namesEmbedded,
  onlyOnLinux,
  type OpenEngineOptions,
  surveyEmbedded,
  surveyEngines,
} from "../open-engine.ts";
import { type Machine, thisMachine } from "../system/machine.ts";

/** What `tscompose doctor` tells: what there is, what is used and why, and what is in the way. */
export interface DoctorReport {
  readonly machine: Machine;
  readonly engines: readonly EngineReport[];
  /** Absent when no engine answers; `problems` then says what to do. */
  readonly chosen?: EngineReport & { readonly why: string };
  /** The engine that tscompose brings along; absent where it never works. */
  readonly embedded?: {
    /** The flag or the variable asks for it: it is started by the first command that needs an engine. */
    readonly isNamed: boolean;
    readonly missing: readonly MissingRequirement[];
  };
  readonly registries: RegistryReport;
  readonly problems: readonly Problem[];
}

/** One place where an engine may be. */
export interface EngineReport {
  readonly address: string;
  readonly origin: string;
  readonly isReachable: boolean;
  /** `"API 1.51"`, or why it does not answer. */
  readonly finding: string;
  /** As the engine names itself: `"Docker 28.5.2 (linux/amd64)"`. */
  readonly version?: string;
}

/** What Docker's configuration says about logins; secrets are not read. */
export interface RegistryReport {
  readonly configFile: string;
  readonly helpers: readonly CredentialHelper[];
  /** Registries with a login in the file itself. */
  readonly logins: readonly string[];
}

/** Something to mend, and how. */
export interface Problem {
  readonly message: string;
  readonly hint?: string;
}

/** Looks at everything that decides how tscompose works on this machine. Changes nothing. */
export async function doctor(options: OpenEngineOptions): Promise<DoctorReport> {
  const machine = thisMachine();
  const problems: Problem[] = [];
  const noted = async <T>(looking: Promise<T>, instead: T): Promise<T> =>
    looking.catch((cause: unknown) => {
      problems.push(problemOf(cause));
      return instead;
    });
  const { isExplicit, findings } = await noted(surveyEngines(options), { isExplicit: false, findings: [] });
  const registries = await noted(examineRegistries(options), { configFile: "", helpers: [], logins: [] });
  const engines = findings.map(engineReport);
  const missing = await surveyEmbedded();
  const chosen = engines.find(({ isReachable }) => isReachable);
  const isNamed = namesEmbedded(options);
  const mayStart = isNamed || !isExplicit;
  const canStart = mayStart && missing?.length === 0;
  if (chosen === undefined && mayStart) problems.push(...(missing ?? []).map(missingPiece));
  if (chosen === undefined && isNamed && missing === undefined) {
    problems.push(problemOf(onlyOnLinux(machine.platform)));
  } else if (chosen === undefined && findings.length > 0 && !canStart) {
    problems.push(problemOf(explainAttempts(findings, { isExplicit, platform: machine.platform })));
  }
  problems.push(...registries.helpers.filter(({ path }) => path === undefined).map(missingHelper));
  const why = isExplicit ? `${chosen?.origin} names it` : "the first of the usual places that answers";
  const embedded = missing === undefined ? {} : { embedded: { isNamed, missing } };
  return { machine, engines, ...(chosen && { chosen: { ...chosen, why } }), ...embedded, registries, problems };
}

function missingPiece({ name, purpose, hint }: MissingRequirement): Problem {
  return { message: `the embedded engine lacks ${name}: it ${purpose}`, hint };
}

function engineReport({ address, origin, outcome, version }: Finding): EngineReport {
  const isReachable = outcome.kind === "answered";
  const named = version && `${productOf(outcome)} ${version.Version} (${version.Os ?? "?"}/${version.Arch ?? "?"})`;
  return { address, origin, isReachable, finding: reason(outcome), ...(named !== undefined && { version: named }) };
}

/** Engines say what they are in the head of every answer: `Docker/28.5.2 (linux)`, `Libpod/4.3.1 (linux)`. */
function productOf(outcome: Finding["outcome"]): string {
  const product = (outcome.kind === "answered" && outcome.server?.split("/")[0]) || "engine";
  return product === "Libpod" ? "Podman" : product;
}

async function examineRegistries({ environment, homeDirectory }: OpenEngineOptions): Promise<RegistryReport> {
  const folder = dockerConfigFolder(environment, homeDirectory);
  const config = await readDockerConfig(folder);
  const logins = Object.entries(config.auths ?? {}).filter(([, { auth, identitytoken }]) => auth || identitytoken);
  const helpers = await credentialHelpers(config, environment);
  return { configFile: join(folder, "config.json"), helpers, logins: logins.map(([registry]) => registry) };
}

function missingHelper({ program, registry }: CredentialHelper): Problem {
  const whose = registry === undefined ? "logins" : `the login of ${registry}`;
  return {
    message: `${program} is to keep ${whose}, but is not on PATH`,
    hint: `install ${program}, or take it out of Docker's config.json: until then nothing can be pulled from there`,
  };
}

function problemOf(cause: unknown): Problem {
  if (!(cause instanceof TscomposeError)) throw cause;
  return { message: cause.message, ...(cause.hint === undefined ? {} : { hint: cause.hint }) };
}

import type { IncomingHttpHeaders } from "node:http";
import { isAtLeast, type VersionInfo } from "../docker-api/version.ts";
import { EngineError } from "../errors.ts";
import { agreeOnVersion } from "./api-version.ts";
import { type Candidate, findCandidates, type Surroundings } from "./candidates.ts";
import { dockerCredentials } from "./credentials.ts";
import { dockerConfigFolder, readDockerConfig } from "./docker-config.ts";
import { dockerEngine } from "./docker-engine.ts";
import { doorTo } from "./door.ts";
import type { Engine } from "./engine.ts";
import { explainAttempts } from "./no-engine.ts";
import { proxyVariables } from "./proxies.ts";
import { engineError } from "./refusal.ts";
import { Transport } from "./transport.ts";

/** How a candidate answered. */
export interface Attempt {
  /** As the user would write it. */
  readonly address: string;
  /** Who named it: a flag, a variable, a context, or the place where it usually is. */
  readonly origin: string;
  readonly outcome: Outcome;
}

/** What happened when a candidate was tried: the API version is the one to speak; `untried` come after the chosen. */
export type Outcome =
  | {
      readonly kind: "answered";
      readonly apiVersion: string;
      readonly server: string | undefined;
      readonly hasBuildKit: boolean;
    }
  | { readonly kind: "refused"; readonly error: EngineError }
  | { readonly kind: "untried" };

/** Which engine was chosen, and what was looked at before. */
export interface Choice {
  readonly address: string;
  readonly origin: string;
  readonly apiVersion: string;
  readonly attempts: readonly Attempt[];
}

/** What connecting takes beside the surroundings. */
export interface ConnectOptions extends Surroundings {
  readonly now: () => number;
  readonly signal?: AbortSignal;
}

/** Connects to the first engine that answers; an explicit choice that does not answer is an error, not a suggestion. */
export async function connect(options: ConnectOptions): Promise<{ readonly engine: Engine; readonly choice: Choice }> {
  const { isExplicit, list } = await findCandidates(options);
  const attempts: Attempt[] = [];
  for (const [at, candidate] of list.entries()) {
    const { address, origin } = candidate;
    const opened = await tryCandidate(candidate, options);
    attempts.push({ address: address.text, origin, outcome: opened.outcome });
    if (opened.outcome.kind !== "answered") continue;
    attempts.push(...list.slice(at + 1).map(untried));
    const { apiVersion, hasBuildKit, server } = opened.outcome;
    const folder = dockerConfigFolder(options.environment, options.homeDirectory);
    const parts = {
      address: address.text,
      apiVersion,
      hasBuildKit,
      ...podmanVersion(server),
      keepsBuildCaches: keepsBuildCaches(server),
      transport: opened.transport,
      credentials: dockerCredentials(folder, options.environment),
      proxies: async () => proxyVariables(await readDockerConfig(folder), address.text),
      detachKeys: async () => (await readDockerConfig(folder)).detachKeys,
      now: options.now,
    };
    return { engine: dockerEngine(parts), choice: { address: address.text, origin, apiVersion, attempts } };
  }
  throw explainAttempts(attempts, { isExplicit, platform: options.platform });
}

/** Whether a flag, a variable or a context names the engine. */
export async function isNamed(options: ConnectOptions): Promise<boolean> {
  return (await findCandidates(options)).isExplicit;
}

/** An attempt, with what the engine tells of itself when it answers. */
export interface Finding extends Attempt {
  readonly version?: VersionInfo;
}

/** All that is to be found, in the order of choice: the first that answers is the one to be chosen. */
export interface Survey {
  /** Whether a flag, a variable or a context names the only one that counts. */
  readonly isExplicit: boolean;
  readonly findings: readonly Finding[];
}

/** Tries every candidate, for people who want to see what there is. */
export async function survey(options: ConnectOptions): Promise<Survey> {
  const { isExplicit, list } = await findCandidates(options);
  return { isExplicit, findings: await Promise.all(list.map((candidate) => examine(candidate, options))) };
}

async function examine(candidate: Candidate, options: ConnectOptions): Promise<Finding> {
  const { transport, outcome } = await tryCandidate(candidate, options);
  const finding = { address: candidate.address.text, origin: candidate.origin, outcome };
  try {
    if (outcome.kind !== "answered") return finding;
    return { ...finding, version: (await transport.ask({ method: "GET", path: "/version" })) as VersionInfo };
  } finally {
    transport.close();
  }
}

/** A daemon that hangs must not make us hang. */
const patienceMs = { socket: 10_000, tcp: 15_000, ssh: 45_000 };

async function tryCandidate(
  { address }: Candidate,
  { environment, signal }: ConnectOptions,
): Promise<{ readonly transport: Transport; readonly outcome: Outcome }> {
  const transport = new Transport(await doorTo(address, environment));
  const doing = `connecting to ${address.text}`;
  const patience = AbortSignal.timeout(patienceMs[address.kind]);
  try {
    const ended = signal === undefined ? patience : AbortSignal.any([signal, patience]);
    const { headers } = await transport.ping(ended);
    const offered = headers["api-version"];
    if (typeof offered !== "string") throw notAnEngine(doing);
    const apiVersion = agreeOnVersion(offered, doing);
    const server = headers["server"]?.toString();
    return { transport, outcome: { kind: "answered", apiVersion, server, hasBuildKit: offersBuildKit(headers) } };
  } catch (cause) {
    transport.close();
    if (signal?.aborted === true) throw engineError(doing, cause);
    const error = patience.aborted ? noAnswer(doing, patienceMs[address.kind]) : engineError(doing, cause);
    return { transport, outcome: { kind: "refused", error } };
  }
}

/** Docker on Linux has offered BuildKit since 18.09, and names it as the builder to take since 23.0 only. */
function offersBuildKit(headers: IncomingHttpHeaders): boolean {
  if (headers["builder-version"] === "2") return true;
  const isDocker = /^Docker\/.*\(linux\)/.test(String(headers["server"]));
  return isDocker && isAtLeast(String(headers["api-version"]), "1.39");
}

/** A Docker engine with its own image store refuses, and does not tell which store it has; ours can. */
function keepsBuildCaches(server: string | undefined): boolean {
  return server?.startsWith("tscompose/") === true;
}

/** `Libpod/4.3.1 (linux)`: it has ways of its own. */
function podmanVersion(server: string | undefined): { readonly podmanVersion?: string } {
  const [, version] = /^Libpod\/(\S+)/.exec(server ?? "") ?? [];
  return version === undefined ? {} : { podmanVersion: version };
}

function untried({ address, origin }: Candidate): Attempt {
  return { address: address.text, origin, outcome: { kind: "untried" } };
}

function notAnEngine(doing: string): EngineError {
  const message = `${doing}: somebody answers, but not as an engine that speaks Docker's API`;
  return new EngineError({ code: "unavailable", doing, message });
}

function noAnswer(doing: string, waitedMs: number): EngineError {
  return new EngineError({ code: "unavailable", doing, message: `${doing}: no answer within ${waitedMs / 1000} s` });
}

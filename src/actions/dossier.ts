import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { Engine } from "../engine/engine.ts";
import { lookIntoTrouble, type Trouble, troubleLines } from "../execute/trouble.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { redactValue } from "../plan/redact.ts";
import { covered, coverText, isSecretName } from "../plan/secrets.ts";
import { type ContainerEvent, events } from "./events.ts";
import { type LogBlock, logs } from "./logs.ts";
import { ps } from "./ps.ts";

/** All that is known of a project that runs, or tried to: one screen to read, and the whole to search. */
export interface Dossier {
  /** What is the matter, the cause first. */
  readonly screen: readonly string[];
  /** Text by file name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Whom a dossier is about. */
export interface DossierSubject {
  readonly project: Project;
  /** Values that nobody may read in it, whoever printed them. */
  readonly secrets: readonly string[];
  /** Since when it runs, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/** Asks the engine for all that it knows of a project, before that is gone; secrets are covered. */
export async function gatherDossier({ project, secrets, sinceMs }: DossierSubject, context: Context): Promise<Dossier> {
  const cover = coverFor(project, secrets);
  const containers = await ps({ name: project.name, project }, { all: true }, context);
  const [troubles, log, happened, inspected] = await Promise.all([
    findTroubles(project, containers, context.engine),
    readLogs(project, context),
    readEvents(project, sinceMs, context),
    Promise.all(containers.map(({ id }) => context.engine.inspectContainer(id))),
  ]);
  const screen = troubles.length > 0 ? troubleScreen(project, troubles) : quietScreen(containers, log);
  return {
    screen: screen.map(cover),
    files: {
      "logs.txt": cover(log.map(({ container, time, line }) => `${time} ${container} | ${line}\n`).join("")),
      "events.jsonl": cover(happened.map((event) => `${JSON.stringify(redactValue(event))}\n`).join("")),
      "containers.json": cover(`${JSON.stringify(redactValue(inspected), undefined, 2)}\n`),
    },
  };
}

/** Covers secrets that are known, and what looks like some. */
export function coverFor(project: Project, secrets: readonly string[]): (text: string) => string {
  const set = Object.values(project.services).flatMap(({ environment = {} }) =>
    Object.entries(environment).flatMap(([name, value]) => (isSecretName(name) && value !== null ? [value] : [])),
  );
  const inline = Object.values(project.secrets).flatMap(({ content }) => (content === undefined ? [] : [content]));
  // Shorter ones would cover half of the text, and keep no secret.
  const known = [...new Set([...secrets, ...set, ...inline].map((value) => value.trim()))]
    .filter((value) => value.length >= 4)
    .toSorted((a, b) => b.length - a.length);
  const coverLine = (line: string): string =>
    coverText(known.reduce((left, value) => left.replaceAll(value, covered), line));
  return (text) => text.split("\n").map(coverLine).join("\n");
}

/** Containers that do not do what they should, those first that nothing else explains. */
async function findTroubles(
  project: Project,
  containers: readonly ObservedContainer[],
  engine: Engine,
): Promise<readonly Trouble[]> {
  const troubled = containers
    .filter(({ isOneOff }) => !isOneOff)
    .flatMap((container) => {
      const reason = troubleOf(container);
      return reason === undefined ? [] : [{ container, reason }];
    });
  const found = await Promise.all(
    troubled.map(({ container: { service, name, id }, reason }) =>
      lookIntoTrouble({ service, container: name, id, reason: `container ${name} ${reason}` }, engine),
    ),
  );
  const names = new Set(found.map(({ service }) => service));
  const isExplained = ({ service }: Trouble): boolean =>
    [...dependenciesOf(project, service)].some((each) => each !== service && names.has(each));
  return [...found.filter((each) => !isExplained(each)), ...found.filter(isExplained)];
}

function troubleOf({ state, health, exitCode }: ObservedContainer): string | undefined {
  if (health === "unhealthy") return "is unhealthy";
  if (state === "exited" && exitCode !== undefined && exitCode !== 0) return `exited (${exitCode})`;
  if (state === "restarting" || state === "dead" || state === "paused") return `is ${state}`;
  return health === "starting" ? "is not healthy yet" : undefined;
}

function dependenciesOf(project: Project, service: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  for (const name of Object.keys(project.services[service]?.dependsOn ?? {})) {
    if (seen.has(name)) continue;
    seen.add(name);
    dependenciesOf(project, name, seen);
  }
  return seen;
}

/** The cause in full, whom it drags along, and what else is wrong in a line each. */
function troubleScreen(project: Project, [root, ...others]: readonly Trouble[]): readonly string[] {
  if (root === undefined) return [];
  const affected = Object.keys(project.services).filter((name) => dependenciesOf(project, name).has(root.service));
  return [
    `${root.service}: ${root.reason}`,
    ...(affected.length === 0 ? [] : [`  depend on it: ${affected.join(", ")}`]),
    ...troubleLines(root),
    ...others.map(({ service, reason }) => `${service}: ${reason}`),
  ];
}

/** Nobody is to blame: the last that each service had to say. */
function quietScreen(containers: readonly ObservedContainer[], log: readonly LoggedLine[]): readonly string[] {
  const spoken = [...new Set(containers.map(({ service }) => service))].flatMap((service) => {
    const lines = log.filter((each) => each.service === service).slice(-linesOfEach);
    return lines.length === 0 ? [] : [`  last output of ${service}:`, ...lines.map(({ line }) => `    ${line}`)];
  });
  return ["every container does what it should", ...spoken];
}

const linesOfEach = 5;

/** A line of a container, with its time. */
interface LoggedLine {
  readonly service: string;
  readonly container: string;
  readonly time: string;
  readonly line: string;
}

/** More of each container is of no help, and could fill a disk. */
const mostLines = 10_000;

async function readLogs(project: Project, context: Context): Promise<readonly LoggedLine[]> {
  const lines: LoggedLine[] = [];
  const write = ({ service, container, bytes }: LogBlock): void => {
    for (const text of Buffer.from(bytes).toString("utf8").replace(/\n$/, "").split("\n")) {
      const end = text.indexOf(" ");
      lines.push({ service, container, time: text.slice(0, end), line: text.slice(end + 1) });
    }
  };
  const subject = { name: project.name, project };
  await logs(subject, { tail: mostLines, merge: true, timestamps: true }, { ...context, write });
  return lines;
}

/** The engine's own clock may be another one: it is not waited for. */
const patienceMs = 2000;

async function readEvents(project: Project, sinceMs: number, context: Context): Promise<readonly ContainerEvent[]> {
  const found: ContainerEvent[] = [];
  const [since, until] = [sinceMs, context.clock.now()].map((ms) => (ms / 1000).toFixed(3));
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(patienceMs)]);
  const write = (event: ContainerEvent): void => void found.push(event);
  const range = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
  await events({ name: project.name, project }, range, { ...context, signal, write });
  return found;
}

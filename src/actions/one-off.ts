import { resolve } from "node:path";
import { parsePort } from "../compose/canonical/ports.ts";
import { isHostPath, parseVolume } from "../compose/canonical/volumes.ts";
import type { EnvironmentMap, Mount, Port, Service } from "../compose/project.ts";
import { UsageError } from "../errors.ts";

/** What a one-off does differently from the service it is made of. */
export interface OneOffOverrides {
  /** Empty: the service's own. */
  readonly command?: readonly string[];
  /** Given, it also takes away the service's command. */
  readonly entrypoint?: readonly string[];
  readonly environment?: EnvironmentMap;
  readonly labels?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workingDir?: string;
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  /** Short form: `./data:/data:ro`. */
  readonly volumes?: readonly string[];
  /** Short form: `8080:80`; the service's own are left out. */
  readonly ports?: readonly string[];
  /** Publishes the service's own ports. */
  readonly servicePorts?: boolean;
}

/** How a one-off is talked to. */
export interface OneOffStreams {
  readonly tty: boolean;
  readonly interactive: boolean;
}

/** The service as one command needs it: never restarted, without ports of its own, with what was asked on top. */
export function oneOffService(
  service: Service,
  overrides: OneOffOverrides,
  { directory, tty, interactive }: OneOffStreams & { readonly directory: string },
): Service {
  const { containerName: _, restart: __, ports, command: own, entrypoint: ownEntrypoint, deploy, ...rest } = service;
  const { command = [], entrypoint, environment, labels, user, workingDir, servicePorts = false } = overrides;
  const wantedCommand = command.length > 0 ? command : entrypoint === undefined ? own : [];
  const wantedEntrypoint = entrypoint ?? ownEntrypoint;
  const published = servicePorts ? ports : overrides.ports?.flatMap(portOf);
  return {
    ...rest,
    ...capabilities(service, overrides),
    tty,
    stdinOpen: interactive,
    ...(deploy === undefined ? {} : { deploy: withoutRestart(deploy) }),
    ...(wantedCommand === undefined ? {} : { command: wantedCommand }),
    ...(wantedEntrypoint === undefined ? {} : { entrypoint: wantedEntrypoint }),
    ...(environment === undefined ? {} : { environment: { ...service.environment, ...environment } }),
    ...(labels === undefined ? {} : { labels: { ...service.labels, ...labels } }),
    ...(user === undefined ? {} : { user }),
    ...(workingDir === undefined ? {} : { workingDir }),
    ...(published === undefined ? {} : { ports: published }),
    volumes: [...(service.volumes ?? []), ...(overrides.volumes ?? []).map((text) => mountOf(text, directory))],
  };
}

function withoutRestart(deploy: NonNullable<Service["deploy"]>): NonNullable<Service["deploy"]> {
  const { restartPolicy: _, ...rest } = deploy;
  return rest;
}

/** What is added is not dropped, and what is dropped is not added: the later word counts. */
function capabilities(
  { capAdd: ownAdd = [], capDrop: ownDrop = [] }: Service,
  { capAdd = [], capDrop = [] }: OneOffOverrides,
): Pick<Service, "capAdd" | "capDrop"> {
  const add = [...ownAdd, ...capAdd].filter((each) => !capDrop.includes(each));
  const drop = [...ownDrop.filter((each) => !capAdd.includes(each)), ...capDrop];
  return { ...(add.length === 0 ? {} : { capAdd: add }), ...(drop.length === 0 ? {} : { capDrop: drop }) };
}

function portOf(text: string): readonly Port[] {
  const parsed = parsePort(text);
  if ("value" in parsed) return parsed.value;
  throw new UsageError(`--publish: ${parsed.problem}`, parsed.hint);
}

function mountOf(text: string, directory: string): Mount {
  const parsed = parseVolume(text);
  if (!("value" in parsed)) throw new UsageError(`--volume: ${parsed.problem}`, parsed.hint);
  const { type, source, target, read_only, bind, volume } = parsed.value;
  const { create_host_path, ...options } = bind ?? {};
  return {
    type,
    target,
    ...(source === undefined ? {} : { source: isHostPath(source) ? resolve(directory, source) : source }),
    ...(read_only === undefined ? {} : { readOnly: read_only }),
    ...(bind === undefined
      ? {}
      : { bind: { ...options, ...(create_host_path === undefined ? {} : { createHostPath: create_host_path }) } }),
    ...(volume === undefined ? {} : { volume }),
  };
}

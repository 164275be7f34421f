import type { Hook, NetworkAttachment, Project, Service } from "../../compose/project.ts";
import { composeVersion, label } from "../../observe/labels.ts";
import { imageOf } from "../names.ts";
import type { LateValue } from "../operation.ts";
import { noInputs } from "../options.ts";
import type { Guard } from "../plan.ts";
import { providersOf, providerSteps } from "../provided.ts";
import { resolveReferences } from "../references.ts";
import { containerSpec } from "../spec/container.ts";
import type { Gate } from "./waits.ts";
import type { Writer } from "./writer.ts";

/** When the hooks of a service run: once, before the first of its replicas starts. */
export interface PreStart {
  readonly service: Service;
  /** The replica whose volumes they share. */
  readonly replica: string;
  /** Steps after which that replica exists. */
  readonly prepared: readonly number[];
  readonly gate: Gate;
  readonly when: readonly Guard[];
}

/** Runs each hook in a container of its own, one after the other; returns what the start has to wait for. */
export function writePreStart(writer: Writer, preStart: PreStart): readonly number[] {
  const { service } = preStart;
  const cleared = writeClearance(writer, service.name);
  return (service.preStart ?? []).reduce<readonly number[]>(
    (before, hook, index) => [writeHook(writer, preStart, { hook, index, after: [...cleared, ...before] })],
    [],
  );
}

/** What a failed run left to be looked at makes room for the next one. */
function writeClearance(writer: Writer, service: string): number[] {
  const left = writer.planning.snapshot.hookContainers.filter((container) => container.service === service);
  return left.map((container) =>
    writer.remove(container, "left by an earlier pre_start", { after: [], withVolumes: true }),
  );
}

interface HookStep {
  readonly hook: Hook;
  readonly index: number;
  readonly after: readonly number[];
}

function writeHook(
  writer: Writer,
  { service, replica, prepared, gate, when }: PreStart,
  { hook, index, after }: HookStep,
): number {
  const { project, snapshot, options, report } = writer.planning;
  const cause = `pre_start[${index}]`;
  if (hook.perReplica === true) {
    report({
      code: "unsupported",
      path: ["services", service.name, "pre_start", index, "per_replica"],
      message: "hooks run once per service",
    });
  }
  const name = `${project.name}-${service.name}-pre_start-${index + 1}`;
  const image = hook.image ?? imageOf(project, service);
  const token = `{{container-id:${replica}}}`;
  const late: LateValue[] = [{ kind: "container-id", token, container: replica }];
  const { body, connectLater } = containerSpec(
    {
      project,
      service: hookService(service, hook, token),
      image,
      name,
      labels: hookLabels(project, service),
      links: [],
      inherited: [],
      apiVersion: snapshot.apiVersion,
      seccompProfiles: (options.inputs ?? noInputs).seccompProfiles,
      proxies: options.inputs?.proxies ?? {},
    },
    report,
  );
  const networks = Object.keys(service.networks ?? {}).flatMap((key) => writer.networks.get(key) ?? []);
  const { providers } = writer.planning;
  const ready = [...prepared, ...after, ...networks, ...gate.after, ...providerSteps(service, providers)];
  const provided = providersOf(service, providers);
  const told = provided.length === 0 ? {} : { provided };
  const created = writer.add(
    { kind: "create-container", name, finalName: name, service: service.name, body, late, ...told },
    cause,
    { after: ready, afterEnd: gate.afterEnd, when },
  );
  const joined = connectLater.map(({ network, settings }) =>
    writer.add({ kind: "connect-network", network, container: name, endpoint: settings }, cause, {
      after: [created],
      when,
    }),
  );
  const start = { kind: "start-container", container: name, service: service.name } as const;
  const started = writer.add(start, cause, { after: [created, ...joined], when });
  const wait = { kind: "await-containers", service: service.name, containers: [name], until: "completed" } as const;
  const completed = writer.add({ ...wait, required: true }, cause, { after: [started], when });
  const removal = { kind: "remove-container", id: name, name, service: service.name, withVolumes: true } as const;
  return writer.add({ ...removal, force: true }, cause, { after: [completed], when });
}

/** The service as its hook sees it: its settings and volumes, without what makes it a service. */
function hookService(service: Service, hook: Hook, replicaToken: string): Service {
  const {
    containerName: _containerName,
    healthcheck: _healthcheck,
    ports: _ports,
    expose: _expose,
    restart: _restart,
    deploy: _deploy,
    links: _links,
    entrypoint: _entrypoint,
    command: _command,
    hostname: _hostname,
    macAddress: _macAddress,
    volumes: _volumes,
    volumesFrom: _volumesFrom,
    ...shared
  } = resolveReferences(service, (name) => name);
  return {
    ...shared,
    environment: { ...service.environment, ...hook.environment },
    volumesFrom: [replicaToken],
    ...(service.networks === undefined ? {} : { networks: withoutAddresses(service.networks) }),
    ...(hook.command === undefined ? {} : { command: hook.command }),
    ...(hook.user === undefined ? {} : { user: hook.user }),
    ...(hook.privileged === undefined ? {} : { privileged: hook.privileged }),
    ...(hook.workingDir === undefined ? {} : { workingDir: hook.workingDir }),
  };
}

/** Fixed addresses are the service's own. */
function withoutAddresses(networks: NonNullable<Service["networks"]>): Record<string, NetworkAttachment | null> {
  return Object.fromEntries(
    Object.entries(networks).map(([key, attachment]) => {
      const { ipv4Address: _v4, ipv6Address: _v6, linkLocalIps: _local, macAddress: _mac, ...rest } = attachment ?? {};
      return [key, rest];
    }),
  );
}

/** No config hash: a hook's container is no replica, for us as for Docker Compose. */
function hookLabels(project: Project, service: Service): Record<string, string> {
  return {
    [label.project]: project.name,
    [label.service]: service.name,
    [label.version]: composeVersion,
    [label.hook]: "pre_start",
  };
}

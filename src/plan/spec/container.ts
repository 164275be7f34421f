import type { ContainerCreateBody, HealthConfig, HostConfig } from "../../docker-api/container.ts";
import type { EnvironmentMap, Healthcheck, Project, Service } from "../../compose/project.ts";
import { composeVersion, label } from "../../observe/labels.ts";
import { isAtLeast } from "../../docker-api/version.ts";
import type { ReportProblem } from "../problem.ts";
import { defined, unlessEmpty } from "./defined.ts";
import { endpointsOf, primaryMacAddress, type Endpoint } from "./endpoints.ts";
import { mountsOf, type InheritedVolume } from "./mounts.ts";
import { exposedPorts, portBindings } from "./ports.ts";
import { resourcesOf } from "./resources.ts";
import { enginePolicy, restartRules } from "./restart-policy.ts";

/** Everything a container's body is made of; references to other services are already containers. */
export interface ContainerRequest {
  readonly project: Project;
  readonly service: Service;
  readonly image: string;
  /** Final name, also while a temporary one is used. */
  readonly name: string;
  /** Labels on top of the service's own. */
  readonly labels: Readonly<Record<string, string>>;
  readonly links: readonly string[];
  readonly inherited: readonly InheritedVolume[];
  readonly apiVersion: string;
  /** Text of the seccomp profiles that services name, by the path as written. */
  readonly seccompProfiles: Readonly<Record<string, string>>;
  /** Variables that the service's own come before. */
  readonly proxies?: EnvironmentMap;
  /** One-offs go by their own name only. */
  readonly usesAliases?: boolean;
  /** Whoever stays attached restarts containers where engines would not do it as the file says. */
  readonly restartsHere?: boolean;
}

/** A finished body, and the networks an older engine joins only after creation. */
export interface ContainerSpec {
  readonly body: ContainerCreateBody;
  readonly connectLater: readonly Endpoint[];
}

/** Turns a service into the body that creates one of its containers. */
export function containerSpec(request: ContainerRequest, report: ReportProblem): ContainerSpec {
  const { service, apiVersion } = request;
  const [primary, ...others] = endpointsOf({ ...request, containerName: request.name }, report);
  const joinsAllAtOnce = isAtLeast(apiVersion, "1.44");
  const joined = [...(primary === undefined ? [] : [primary]), ...(joinsAllAtOnce ? others : [])];
  const body = defined({
    Image: request.image,
    Hostname: service.hostname,
    Domainname: service.domainname,
    User: service.user,
    AttachStdout: true,
    AttachStderr: true,
    Tty: service.tty,
    OpenStdin: service.stdinOpen,
    ExposedPorts: exposedPorts(service),
    Env: unlessEmpty(environmentList({ ...request.proxies, ...service.environment })),
    Cmd: service.command,
    Entrypoint: service.entrypoint,
    Healthcheck: healthBody(service, apiVersion, report),
    WorkingDir: service.workingDir,
    NetworkDisabled: service.networkMode === "disabled" ? true : undefined,
    MacAddress: joinsAllAtOnce ? undefined : primaryMacAddress(service),
    StopSignal: service.stopSignal,
    StopTimeout: seconds(service.stopGracePeriodNs),
    Labels: { ...service.labels, ...request.labels },
    HostConfig: hostConfig(request, primary, report),
    NetworkingConfig:
      joined.length === 0
        ? undefined
        : { EndpointsConfig: Object.fromEntries(joined.map(({ network, settings }) => [network, settings])) },
  });
  return { body, connectLater: joinsAllAtOnce ? [] : others };
}

/** Labels by which a container is found and compared again. */
export function ownLabels(
  { project, service }: { readonly project: Project; readonly service: Service },
  known: { readonly configHash: string; readonly imageId: string; readonly number?: number },
): Record<string, string> {
  const dependencies = Object.entries(service.dependsOn ?? {}).map(
    ([name, { condition, restart }]) => `${name}:${condition}:${restart}`,
  );
  return {
    [label.project]: project.name,
    [label.service]: service.name,
    [label.version]: composeVersion,
    [label.oneOff]: known.number === undefined ? "True" : "False",
    ...(known.number === undefined ? {} : { [label.containerNumber]: String(known.number) }),
    [label.configHash]: known.configHash,
    [label.image]: known.imageId,
    [label.dependsOn]: dependencies.sort().join(","),
    [label.workingDirectory]: project.workingDirectory,
    [label.configFiles]: project.configFiles.join(","),
    ...(project.envFiles.length === 0 ? {} : { [label.environmentFile]: project.envFiles.join(",") }),
  };
}

/** `KEY=value`, sorted; a bare `KEY` makes the engine drop the image's value. */
export function environmentList(environment: EnvironmentMap | undefined): string[] {
  return Object.entries(environment ?? {})
    .map(([key, value]) => (value === null ? key : `${key}=${value}`))
    .sort();
}

function hostConfig(request: ContainerRequest, primary: Endpoint | undefined, report: ReportProblem): HostConfig {
  const { service, project, links } = request;
  const { options, isUnconfined } = securityOptions(request, report);
  if (service.annotations !== undefined && !isAtLeast(request.apiVersion, "1.43")) {
    report({
      code: "unsupported",
      path: ["services", service.name, "annotations"],
      message: `needs engine API 1.43, got ${request.apiVersion}`,
    });
  }
  return defined({
    ...mountsOf({ ...request, project }, report),
    NetworkMode: service.networkMode ?? primary?.network ?? "none",
    PortBindings: portBindings(service),
    LogConfig:
      service.logging === undefined
        ? undefined
        : defined({ Type: service.logging.driver, Config: service.logging.options }),
    Annotations: service.annotations,
    CapAdd: unlessEmpty(service.capAdd),
    CapDrop: unlessEmpty(service.capDrop),
    CgroupnsMode: service.cgroup,
    Dns: unlessEmpty(service.dns),
    DnsOptions: unlessEmpty(service.dnsOpt),
    DnsSearch: unlessEmpty(service.dnsSearch),
    ExtraHosts: unlessEmpty(hostsList(service.extraHosts)),
    GroupAdd: unlessEmpty(service.groupAdd),
    Init: service.init,
    IpcMode: service.ipc,
    Isolation: service.isolation,
    Links: unlessEmpty(links),
    OomScoreAdj: service.oomScoreAdj,
    PidMode: service.pid,
    Privileged: service.privileged,
    ReadonlyRootfs: service.readOnly,
    Runtime: service.runtime,
    SecurityOpt: unlessEmpty(options),
    MaskedPaths: isUnconfined ? [] : undefined,
    ReadonlyPaths: isUnconfined ? [] : undefined,
    ShmSize: service.shmSizeBytes,
    StorageOpt: service.storageOpt,
    Sysctls: service.sysctls,
    Tmpfs: tmpfsOf(service.tmpfs),
    UTSMode: service.uts,
    UsernsMode: service.usernsMode,
    VolumeDriver: service.volumeDriver,
    VolumesFrom: unlessEmpty(service.volumesFrom),
    ...changeableLive(request),
  });
}

/** Limits and restart policy: what an engine can change of a container that runs. */
export function changeableLive(request: Pick<ContainerRequest, "service" | "restartsHere">): HostConfig {
  const { service } = request;
  return {
    ...defined({ RestartPolicy: isRestartedHere(request) ? { Name: "no" } : enginePolicy(service) }),
    ...resourcesOf(service),
  };
}

function healthBody(
  { name, healthcheck }: Service,
  apiVersion: string,
  report: ReportProblem,
): HealthConfig | undefined {
  if (healthcheck === undefined) return undefined;
  if (healthcheck.disable === true) return { Test: ["NONE"] };
  if (healthcheck.startIntervalNs !== undefined) checkStartInterval(name, healthcheck, apiVersion, report);
  return defined({
    Test: healthcheck.test,
    Interval: healthcheck.intervalNs,
    Timeout: healthcheck.timeoutNs,
    Retries: healthcheck.retries,
    StartPeriod: healthcheck.startPeriodNs,
    StartInterval: healthcheck.startIntervalNs,
  });
}

function checkStartInterval(name: string, healthcheck: Healthcheck, apiVersion: string, report: ReportProblem): void {
  const path = ["services", name, "healthcheck", "start_interval"];
  if (!isAtLeast(apiVersion, "1.44")) {
    report({ code: "unsupported", path, message: `needs engine API 1.44, got ${apiVersion}` });
  }
  if (healthcheck.startPeriodNs === undefined) {
    report({
      code: "invalid-usage",
      path,
      message: "has no meaning without start_period",
      hint: "add how long the start may take, for example `start_period: 30s`",
    });
  }
}

function isRestartedHere({
  service,
  restartsHere = false,
}: Pick<ContainerRequest, "service" | "restartsHere">): boolean {
  return restartsHere && restartRules(service) !== undefined;
}

function securityOptions(
  { service, seccompProfiles }: ContainerRequest,
  report: ReportProblem,
): { readonly options: string[]; readonly isUnconfined: boolean } {
  const written = service.securityOpt ?? [];
  const options = written.flatMap((option, index) => {
    if (option === "systempaths=unconfined") return [];
    const file = seccompProfilePath(option);
    if (file === undefined) return [option];
    const profile = seccompProfiles[file];
    if (profile !== undefined) return [`seccomp=${profile}`];
    const path = ["services", service.name, "security_opt", index];
    report({ code: "invalid-usage", path, message: `no readable JSON file "${file}"` });
    return [];
  });
  return { options, isUnconfined: written.includes("systempaths=unconfined") };
}

/** The file a `seccomp=` option names, if it names one: the engine wants its text. */
export function seccompProfilePath(option: string): string | undefined {
  const path = /^seccomp[=:](.+)$/.exec(option)?.[1];
  return path === "unconfined" || path === "builtin" ? undefined : path;
}

function hostsList(hosts: Service["extraHosts"]): string[] {
  return Object.entries(hosts ?? {}).flatMap(([name, addresses]) => addresses.map((address) => `${name}:${address}`));
}

function tmpfsOf(tmpfs: Service["tmpfs"]): HostConfig["Tmpfs"] {
  if (tmpfs === undefined || tmpfs.length === 0) return undefined;
  return Object.fromEntries(
    tmpfs.map((text) => {
      const colon = text.indexOf(":");
      return colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
    }),
  );
}

function seconds(nanoseconds: number | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : Math.trunc(nanoseconds / 1e9);
}

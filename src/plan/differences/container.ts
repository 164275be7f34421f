import type { ContainerCreateBody, ContainerInspect, HealthConfig, HostConfig } from "../../docker-api/container.ts";
import type { ObservedImage } from "../../observe/snapshot.ts";
import { isSameReference } from "../names.ts";
import { change, compare, compareMaps, isSame } from "./compare.ts";
import { endpointDifferences } from "./endpoints.ts";
import { hostDifferences } from "./host.ts";
import { ownLabelsOnly } from "./labels.ts";
import { mountDifferences } from "./mounts.ts";

/**
 * What the wanted body would change about a container, in the words of the compose file. What the container has from its
 * image or from the engine's defaults is no difference.
 */
export function containerDifferences(
  wanted: ContainerCreateBody,
  actual: ContainerInspect,
  image: ObservedImage | undefined,
): string[] {
  const { Config: config } = actual;
  return [
    ...(isSameReference(config.Image, wanted.Image ?? "") ? [] : compare("image", config.Image, wanted.Image)),
    ...environmentDifferences(wanted.Env, config.Env, image?.config.Env),
    ...inherited("command", wanted.Cmd, config.Cmd, image?.config.Cmd),
    ...inherited("entrypoint", wanted.Entrypoint, config.Entrypoint, image?.config.Entrypoint),
    ...inherited("user", wanted.User, config.User, image?.config.User),
    ...inherited("working_dir", wanted.WorkingDir, config.WorkingDir, image?.config.WorkingDir),
    ...inherited("hostname", wanted.Hostname, config.Hostname, actual.Id.slice(0, 12)),
    ...compare("domainname", config.Domainname, wanted.Domainname),
    ...compare("tty", config.Tty, wanted.Tty),
    ...compare("stdin_open", config.OpenStdin, wanted.OpenStdin),
    ...inherited("stop_signal", wanted.StopSignal, config.StopSignal, image?.config.StopSignal ?? "SIGTERM"),
    ...compare("stop_grace_period", secondsText(config.StopTimeout), secondsText(wanted.StopTimeout)),
    ...healthDifferences(wanted.Healthcheck, config.Healthcheck, image?.config.Healthcheck ?? undefined),
    ...labelDifferences(wanted.Labels, config.Labels, image?.labels),
    ...exposeDifferences(wanted.ExposedPorts, config.ExposedPorts, image?.config.ExposedPorts),
    ...compare("ports", portTexts(actual.HostConfig), portTexts(wanted.HostConfig ?? {})),
    ...hostDifferences(wanted.HostConfig ?? {}, actual.HostConfig),
    ...mountDifferences(wanted.HostConfig ?? {}, actual.HostConfig),
    ...endpointDifferences(wanted, actual),
  ];
}

/** A value that an image may give: leaving it out is only a change when the container's is not the image's. */
function inherited(attribute: string, wanted: unknown, actual: unknown, given: unknown): string[] {
  if (wanted === undefined && (isSame(actual, given) || isSame(actual, undefined))) return [];
  return compare(attribute, actual, wanted);
}

function environmentDifferences(
  wanted: readonly string[] | undefined,
  actual: readonly string[] | undefined,
  given: readonly string[] | null | undefined,
): string[] {
  const [now, before, image] = [toMap(wanted), toMap(actual), toMap(given)];
  const fromImage = (key: string): boolean => now[key] === undefined && before[key] === image[key];
  const own = Object.fromEntries(Object.entries(before).filter(([key]) => !fromImage(key)));
  return compareMaps("environment", own, now);
}

function toMap(list: readonly string[] | null | undefined): Record<string, string> {
  return Object.fromEntries(
    (list ?? []).map((text) => {
      const equals = text.indexOf("=");
      return equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

function labelDifferences(
  wanted: ContainerCreateBody["Labels"],
  actual: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>> | undefined,
): string[] {
  const now = ownLabelsOnly(wanted ?? {});
  const before = Object.entries(ownLabelsOnly(actual)).filter(
    ([key, value]) => now[key] !== undefined || given?.[key] !== value,
  );
  return compareMaps("labels", Object.fromEntries(before), now);
}

function exposeDifferences(
  wanted: ContainerCreateBody["ExposedPorts"],
  actual: ContainerCreateBody["ExposedPorts"],
  given: Readonly<Record<string, unknown>> | null | undefined,
): string[] {
  const now = Object.keys(wanted ?? {});
  const before = Object.keys(actual ?? {}).filter((port) => now.includes(port) || given?.[port] === undefined);
  return compare("expose", before.sort(), now.toSorted());
}

function portTexts({ PortBindings }: HostConfig): string[] {
  return Object.entries(PortBindings ?? {})
    .flatMap(([port, bindings]) =>
      (bindings ?? []).map(({ HostIp, HostPort }) => `${HostIp === "" ? "" : `${HostIp}:`}${HostPort}:${port}`),
    )
    .sort();
}

/** Probe and times, each by its name. */
function healthDifferences(
  wanted: HealthConfig | undefined,
  actual: HealthConfig | undefined,
  given: HealthConfig | undefined,
): string[] {
  if (wanted === undefined) return inherited("healthcheck.test", undefined, actual?.Test, given?.Test);
  const disabled = (health: HealthConfig | undefined): boolean => health?.Test?.[0] === "NONE";
  if (disabled(wanted) || disabled(actual)) {
    return disabled(wanted) === disabled(actual)
      ? []
      : [change("healthcheck.disable", disabled(actual), disabled(wanted))];
  }
  return [
    ...compare("healthcheck.test", actual?.Test, wanted.Test ?? actual?.Test),
    ...compare("healthcheck.interval", durationText(actual?.Interval), durationText(wanted.Interval)),
    ...compare("healthcheck.timeout", durationText(actual?.Timeout), durationText(wanted.Timeout)),
    ...compare("healthcheck.retries", actual?.Retries, wanted.Retries),
    ...compare("healthcheck.start_period", durationText(actual?.StartPeriod), durationText(wanted.StartPeriod)),
    ...compare("healthcheck.start_interval", durationText(actual?.StartInterval), durationText(wanted.StartInterval)),
  ];
}

function durationText(nanoseconds: number | undefined): string {
  return nanoseconds === undefined || nanoseconds === 0 ? "" : `${nanoseconds / 1e9}s`;
}

function secondsText(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : `${seconds}s`;
}

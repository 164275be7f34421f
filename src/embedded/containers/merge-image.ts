import type { ContainerCreateBody, HealthConfig } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import type { ImageConfig } from "../images/images.ts";
import type { ContainerConfig } from "./container.ts";

/**
 * Fills in what the request leaves to the image, as Docker does at creation: inspect shows the result, and later changes
 * of the image do not reach it. Throws 400 when there is nothing to run.
 */
export function mergeImage(body: ContainerCreateBody, image: ImageConfig): ContainerConfig {
  const { HostConfig: _host, NetworkingConfig: _networking, ...config } = body;
  const merged = {
    ...config,
    ...commandOf(config, image),
    User: config.User || (image.User ?? ""),
    Env: mergedEnvironment(config.Env ?? [], image.Env ?? []),
    WorkingDir: config.WorkingDir || (image.WorkingDir ?? ""),
    Labels: { ...image.Labels, ...config.Labels },
    ...mergedKeys("ExposedPorts", config.ExposedPorts, image.ExposedPorts),
    ...mergedKeys("Volumes", config.Volumes, image.Volumes),
    ...present("StopSignal", config.StopSignal || image.StopSignal),
    ...present("Healthcheck", mergedHealth(config.Healthcheck, image.Healthcheck)),
  };
  if (merged.Entrypoint === null && (merged.Cmd?.length ?? 0) === 0) throw badRequest("no command specified");
  return merged;
}

/** An entrypoint of one's own silences the image's command; an empty string takes the image's entrypoint away. */
function commandOf(config: ContainerConfig, image: ImageConfig): Required<Pick<ContainerConfig, "Entrypoint" | "Cmd">> {
  const { Entrypoint: own, Cmd: command } = config;
  const isCommandLess = (own?.length ?? 0) === 0 && (command?.length ?? 0) === 0;
  const entrypoint = own ?? image.Entrypoint ?? [];
  const isNone = entrypoint.length === 0 || (entrypoint.length === 1 && entrypoint[0] === "");
  return {
    Entrypoint: isNone ? null : entrypoint,
    Cmd: isCommandLess ? (image.Cmd ?? null) : (command ?? null),
  };
}

/** Of a name in both the request's line stands, and the image's own lines come behind. */
function mergedEnvironment(own: readonly string[], ofImage: readonly string[]): string[] {
  const names = new Set(own.map((line) => line.split("=", 1)[0]));
  return [...own, ...ofImage.filter((line) => !names.has(line.split("=", 1)[0]))];
}

/** What the request leaves out of the health check comes from the image, field by field. */
function mergedHealth(own: HealthConfig | undefined, ofImage: HealthConfig | undefined): HealthConfig | undefined {
  if (own === undefined || ofImage === undefined) return own ?? ofImage;
  const test = own.Test?.length ? own.Test : ofImage.Test;
  const told = Object.entries(own).filter(([key, value]) => key !== "Test" && value !== 0 && value !== undefined);
  return { ...ofImage, ...Object.fromEntries(told), ...(test === undefined ? {} : { Test: test }) };
}

type Keys = Record<string, Record<string, never>>;

function mergedKeys<K extends string>(
  key: K,
  own?: Keys,
  ofImage?: Readonly<Record<string, object>>,
): Partial<Record<K, Keys>> {
  const names = [...Object.keys(ofImage ?? {}), ...Object.keys(own ?? {})];
  return present(
    key,
    names.length === 0
      ? undefined
      : Object.fromEntries(names.map((name): [string, Record<string, never>] => [name, {}])),
  );
}

function present<K extends string, V>(key: K, value: V | undefined | ""): Partial<Record<K, V>> {
  return value === undefined || value === "" ? {} : ({ [key]: value } as Record<K, V>);
}

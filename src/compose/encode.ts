import type { Encoded, Form } from "./fields/codec.ts";
import { fileObject, model, network, volume } from "./fields/resources.ts";
import { anything } from "./fields/scalars.ts";
import { service } from "./fields/service.ts";
import { writeJson } from "./fields/write-json.ts";
import type { FileObject, Network, Project, Service, Volume } from "./project.ts";

export type { Encoded, Form } from "./fields/codec.ts";

/** A project in the canonical language, as `config` prints it: JSON leaves out models, and `x-*` below the top. */
export function encodeProject(project: Project, form: Form): Encoded {
  const parts: Record<string, Encoded> = {};
  if (project.name !== "" || form === "json") parts["name"] = project.name;
  parts["services"] = encodeAll(project.services, (one) => encodeService(one, form));
  const put = (name: string, encoded: ReadonlyMap<string, Encoded>): void => {
    if (encoded.size > 0) parts[name] = encoded;
  };
  put(
    "networks",
    encodeAll(project.networks, (one) => encodeNetwork(one, form)),
  );
  put(
    "volumes",
    encodeAll(project.volumes, (one) => encodeVolume(one, form)),
  );
  put(
    "secrets",
    encodeAll(project.secrets, (one) => fileObject.write(withoutValue(one, "secret"), form)),
  );
  put(
    "configs",
    encodeAll(project.configs, (one) => fileObject.write(withoutValue(one, "config"), form)),
  );
  if (form === "yaml")
    put(
      "models",
      encodeAll(project.models, (one) => model.write(one, form)),
    );
  for (const key of Object.keys(project.extensions).toSorted()) {
    parts[key] = anything.write(project.extensions[key] ?? null, form);
  }
  return form === "json" ? new Map(Object.entries(parts)) : parts;
}

/** A service in the canonical language. */
export function encodeService(value: Service, form: Form): Encoded {
  return service.write(value, form);
}

/** A network in the canonical language. */
export function encodeNetwork(value: Network, form: Form): Encoded {
  return network.write(value, form);
}

/** A volume in the canonical language. */
export function encodeVolume(value: Volume, form: Form): Encoded {
  return volume.write(value, form);
}

/** The text whose SHA-256 is the config hash of a service, equal to the one docker compose computes. */
export function serviceHashInput(value: Service): string {
  const { build: _build, pullPolicy: _pullPolicy, scale: _scale, ...rest } = value;
  const { dependsOn: _dependsOn, profiles: _profiles, deploy, ...hashed } = rest;
  if (deploy === undefined) return writeJson(service.write(hashed, "json"));
  const { replicas: _replicas, ...deployed } = deploy;
  return writeJson(service.write({ ...hashed, deploy: deployed }, "json"));
}

/** The text whose SHA-256 is the config hash of a network. */
export function networkHashInput(value: Network): string {
  return writeJson(network.write(value, "json"));
}

/** The text whose SHA-256 is the config hash of a volume. */
export function volumeHashInput(value: Volume): string {
  const driver = value.driver === undefined || value.driver === "" ? "local" : value.driver;
  return writeJson(volume.write({ ...value, driver }, "json"));
}

/** Values that came out of the environment are secrets; only what the files say is written. */
function withoutValue(value: FileObject, kind: "secret" | "config"): FileObject {
  if (kind === "config" && value.environment === undefined) return value;
  const { content: _content, ...rest } = value;
  return rest;
}

function encodeAll<Value>(
  values: Readonly<Record<string, Value>>,
  encode: (value: Value) => Encoded,
): ReadonlyMap<string, Encoded> {
  return new Map(Object.entries(values).map(([key, value]) => [key, encode(value)]));
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type JsonObject, readJsonObject } from "../docker-api/json-object.ts";
import { readTrust } from "./certificates.ts";
import type { RegistrySettings } from "./endpoints.ts";
import { RegistryError } from "./registry-error.ts";

/** As Docker's daemon.json spells them. */
const keys = ["registry-mirrors", "insecure-registries"] as const;

/**
 * Reads `engine.json` of a configuration folder, if it is there, and looks for certificates in its `certs.d` and in
 * Docker's. Throws a {@link RegistryError} for a file that says something else.
 */
export async function readRegistrySettings(folder: string): Promise<RegistrySettings> {
  const path = join(folder, "engine.json");
  const value = readJsonObject(await textOf(path));
  if (typeof value === "string") throw invalid(path, value);
  const unknown = Object.keys(value).find((key) => !(keys as readonly string[]).includes(key));
  if (unknown !== undefined) throw invalid(path, `unknown key ${JSON.stringify(unknown)}: ${keys.join(", ")} are`);
  const mirrors = textsOf(path, value, "registry-mirrors");
  const wrong = mirrors.find((url) => !/^https?:$/.test(URL.parse(url)?.protocol ?? ""));
  if (wrong !== undefined) throw invalid(path, `registry-mirrors: ${JSON.stringify(wrong)} is no URL`);
  const places = [join(folder, "certs.d"), "/etc/docker/certs.d"];
  return {
    mirrors,
    insecure: textsOf(path, value, "insecure-registries"),
    trust: (registry) => readTrust(places, registry),
  };
}

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (Error.isError(error) && "code" in error && /^ENO(ENT|TDIR)$/.test(String(error.code))) return "{}";
    throw error;
  });
}

function textsOf(path: string, value: JsonObject, key: (typeof keys)[number]): readonly string[] {
  const list = value[key] ?? [];
  if (Array.isArray(list) && list.every((each) => typeof each === "string")) return list;
  throw invalid(path, `${key} is no list of texts`);
}

function invalid(path: string, what: string): RegistryError {
  return new RegistryError("broken", `${path}: ${what}`);
}

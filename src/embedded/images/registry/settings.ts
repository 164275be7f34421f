import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { badRequest } from "../../api/http-error.ts";
import { readTrust } from "../../../registry/certificates.ts";
import type { RegistrySettings } from "../../../registry/endpoints.ts";

/** As Docker's daemon.json spells them. */
const keys = ["registry-mirrors", "insecure-registries"] as const;

/**
 * Reads `engine.json` of the engine's configuration folder, if it is there, and looks for certificates in its `certs.d`
 * and in Docker's. Throws 400 for a file that says something else.
 */
export async function readRegistrySettings(folder: string): Promise<RegistrySettings> {
  const path = join(folder, "engine.json");
  const value = parse(path, await textOf(path));
  const unknown = Object.keys(value).find((key) => !(keys as readonly string[]).includes(key));
  if (unknown !== undefined)
    throw badRequest(`${path}: unknown key ${JSON.stringify(unknown)}: ${keys.join(", ")} are`);
  const mirrors = textsOf(path, value, "registry-mirrors");
  const wrong = mirrors.find((url) => !/^https?:$/.test(URL.parse(url)?.protocol ?? ""));
  if (wrong !== undefined) throw badRequest(`${path}: registry-mirrors: ${JSON.stringify(wrong)} is no URL`);
  const places = [join(folder, "certs.d"), "/etc/docker/certs.d"];
  return {
    mirrors,
    insecure: textsOf(path, value, "insecure-registries"),
    trust: (registry) => readTrust(places, registry),
  };
}

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && /^ENO(ENT|TDIR)$/.test(String(error.code))) return "{}";
    throw error;
  });
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(`${path}: ${error.message}`);
  }
  throw badRequest(`${path}: no JSON object`);
}

function textsOf(path: string, value: Record<string, unknown>, key: (typeof keys)[number]): readonly string[] {
  const list = value[key] ?? [];
  if (Array.isArray(list) && list.every((each) => typeof each === "string")) return list;
  throw badRequest(`${path}: ${key} is no list of texts`);
}

import { badRequest } from "../../api/http-error.ts";
import type { RegistryAuth } from "../../../docker-api/registry.ts";

type Header = string | string[] | undefined;

/** Reads the header `X-Registry-Auth`: JSON in base64url. Throws 400 for anything else; never shows what it holds. */
export function authOf(header: Header): RegistryAuth | undefined {
  const value = parse(header, "X-Registry-Auth");
  return value === undefined ? undefined : authIn(value);
}

/** What of a JSON object says who asks. */
export function authIn(value: Readonly<Record<string, unknown>>): RegistryAuth | undefined {
  const known = ["username", "password", "identitytoken", "registrytoken"] as const;
  const told = known.flatMap((key) => (typeof value[key] === "string" && value[key] !== "" ? [[key, value[key]]] : []));
  return told.length === 0 ? undefined : (Object.fromEntries(told) as RegistryAuth);
}

function parse(header: Header, name: string): Record<string, unknown> | undefined {
  const text = [header].flat()[0];
  if (text === undefined || text === "") return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest(`the header ${name} is no JSON in base64url`);
}

import { HttpError, badRequest, notFound } from "../../api/http-error.ts";
import { RegistryError } from "../../../registry/registry-error.ts";
import { TarError } from "../../tar/entry.ts";
import { familiar, nameOfKey } from "../reference.ts";

/** What a registry's refusal becomes for those who pull: in Docker's words where clients look for them. */
export function pullRefusal(error: unknown, key: string): unknown {
  const name = familiar(key);
  if (error instanceof TarError) return badRequest(`${name}: invalid layer: ${error.message}`);
  if (error instanceof HttpError) return new HttpError(error.status, `${name}: ${error.message}`, error);
  if (!(error instanceof RegistryError)) return error;
  const { kind, message, reason } = error;
  if (kind === "missing" && message.includes("manifest of")) {
    return notFound(`manifest for ${name} not found: ${reason || "manifest unknown"}`);
  }
  if (kind !== "denied") return new HttpError(500, `${name}: ${message}`, error);
  const advice = "repository does not exist or may require 'docker login'";
  return notFound(`pull access denied for ${familiar(nameOfKey(key))}, ${advice}: ${reason || message}`);
}

/** For those who push. */
export function pushRefusal(error: unknown, key: string): unknown {
  if (!(error instanceof RegistryError)) return error;
  const { kind, message } = error;
  if (kind === "denied") return new HttpError(403, `push access denied for ${familiar(key)}: ${message}`, error);
  return new HttpError(500, `${familiar(key)}: ${message}`, error);
}

/** For those who only ask. */
export function askRefusal(error: unknown, key: string): unknown {
  if (error instanceof HttpError) return new HttpError(error.status, `${familiar(key)}: ${error.message}`, error);
  if (!(error instanceof RegistryError)) return error;
  const { kind, message } = error;
  const status = kind === "missing" ? 404 : kind === "denied" ? 401 : 500;
  return new HttpError(status, `${familiar(key)}: ${message}`, error);
}

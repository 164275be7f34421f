import type { HostConfig } from "../../../docker-api/container.ts";
import { badRequest } from "../../api/http-error.ts";

/** How a container's log is kept. */
export interface LogOptions {
  /** Nothing is kept. */
  readonly isOff: boolean;
  /** A file that has grown beyond it makes room for the next. */
  readonly maxBytes: number;
  /** So many files, the current one included. */
  readonly maxFiles: number;
}

const units: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** Options that say what else a line should carry or how it should be sent: they change nothing that `logs` shows. */
const withoutEffect = new Set("tag labels labels-regex env env-regex mode max-buffer-size".split(" "));

/** Reads `LogConfig`. Throws 400 for a driver that this engine has not and options that it does not know. */
export function logOptions({ LogConfig = {} }: HostConfig): LogOptions {
  const { Type: driver = "" } = LogConfig;
  const config = LogConfig.Config ?? {};
  if (driver === "none") return { isOff: true, maxBytes: Infinity, maxFiles: 1 };
  const isLocal = driver === "local";
  if (!isLocal && driver !== "" && driver !== "json-file") {
    throw badRequest(`logger: no log driver named '${driver}' is registered`);
  }
  for (const [name, value] of Object.entries(config)) checkOption(name, value, driver || "json-file");
  const { "max-size": size = isLocal ? "20m" : "-1", "max-file": files = isLocal ? "5" : "1" } = config;
  const options = { isOff: false, maxBytes: bytesOf(size), maxFiles: countOf(files) };
  if (options.maxFiles > 1 && options.maxBytes === Infinity) {
    throw badRequest("max-file cannot be set to a value higher than 1 when max-size is not set");
  }
  return options;
}

function checkOption(name: string, value: string, driver: string): void {
  if (name === "max-size" || name === "max-file" || withoutEffect.has(name)) return;
  if (name !== "compress") throw badRequest(`unknown log opt '${name}' for ${driver} log driver`);
  if (value !== "false") throw badRequest("log opt compress: this engine keeps older log files as they are");
}

function bytesOf(text: string): number {
  if (text === "-1") return Infinity;
  const { count, unit = "" } = /^(?<count>\d+(?:\.\d+)?) ?(?<unit>[kmgt]?)i?b?$/i.exec(text)?.groups ?? {};
  const bytes = Math.floor(Number(count) * (units[unit.toLowerCase()] ?? Number.NaN));
  if (!(bytes > 0)) throw badRequest(`invalid value for "max-size": ${text}`);
  return bytes;
}

function countOf(text: string): number {
  if (/^\d+$/.test(text) && Number(text) >= 1) return Number(text);
  throw badRequest(`invalid value for "max-file": ${text} is less than 1`);
}

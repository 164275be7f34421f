import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EngineError } from "../errors.ts";
import type { Tls } from "./address.ts";
import { readJson } from "./docker-config.ts";
import { errnoOf } from "./refusal.ts";

/** Where a Docker context leads. */
export interface DockerContext {
  readonly host: string;
  readonly tls: Tls | undefined;
}

interface ContextMeta {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean } };
}

/** Reads a context as `docker context create` keeps it: folders are named by the hash of the context's name. */
export async function readDockerContext(name: string, configFolder: string, origin: string): Promise<DockerContext> {
  const folder = createHash("sha256").update(name).digest("hex");
  const meta = await readJson<ContextMeta>(join(configFolder, "contexts", "meta", folder, "meta.json"));
  const endpoint = meta?.Endpoints?.docker;
  if (endpoint?.Host === undefined) throw noContext(name, origin);
  const isVerified = endpoint.SkipTLSVerify !== true;
  return {
    host: endpoint.Host,
    tls: await readTls(join(configFolder, "contexts", "tls", folder, "docker"), isVerified),
  };
}

/** Reads the keys of a folder; none of them has to be there, and without any there is no TLS. */
export async function readTls(folder: string, isVerified: boolean): Promise<Tls | undefined> {
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((file) => readKey(join(folder, file))),
  );
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), isVerified };
}

async function readKey(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT" || errnoOf(cause) === "ENOTDIR") return undefined;
    const what = Error.isError(cause) ? cause.message : String(cause);
    throw new EngineError({ code: "unavailable", doing: `reading ${path}`, message: `${path}: ${what}`, cause });
  }
}

function noContext(name: string, origin: string): EngineError {
  return new EngineError({
    code: "invalid-usage",
    doing: `reading Docker context ${name}`,
    message: `${origin}: there is no Docker context "${name}"`,
    hint: "docker context ls shows the ones there are; docker context use default goes back to the usual one",
  });
}

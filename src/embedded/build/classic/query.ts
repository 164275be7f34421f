import { posix } from "node:path";
import type { HostConfig } from "../../../docker-api/container.ts";
import type { RegistryAuth } from "../../../docker-api/registry.ts";
import { badRequest, notImplemented } from "../../api/http-error.ts";
import { integerOf, isSet } from "../../api/query.ts";
import type { ApiRequest } from "../../api/route.ts";
import { parseReference } from "../../images/reference.ts";
import type { BuildRequest } from "../build.ts";

/** What `POST /build` asks for, apart from the context. */
export type ClassicWish = Pick<
  BuildRequest,
  | "buildArgs"
  | "cacheFrom"
  | "cacheTo"
  | "keepsCacheInImage"
  | "credentials"
  | "extraHosts"
  | "labels"
  | "limits"
  | "network"
  | "noCache"
  | "platform"
  | "pullsAlways"
  | "tags"
  | "target"
> & { readonly dockerfile: string; readonly isQuiet: boolean; readonly remote: string };

/** Reads the query and `X-Registry-Config`. Throws 400 for what cannot be read, 501 for what cannot be done. */
export function classicWish({ query, headers }: Pick<ApiRequest, "query" | "headers">): ClassicWish {
  if (isSet(query, "squash")) throw notImplemented("squashing layers is not supported");
  const [platform, target] = [query.get("platform") ?? "", query.get("target") ?? ""];
  const tags = query.getAll("t").filter((tag) => tag !== "");
  for (const tag of tags)
    if (parseReference(tag).digest !== undefined) throw badRequest("cannot name an image by a digest");
  return {
    dockerfile: posix.normalize(`/${query.get("dockerfile") || "Dockerfile"}`).slice(1),
    tags,
    buildArgs: texts(query, "buildargs"),
    labels: texts(query, "labels"),
    cacheFrom: list(query, "cachefrom").map((reference) => ({ kind: "registry", reference })),
    cacheTo: [],
    keepsCacheInImage: false,
    extraHosts: query.getAll("extrahosts").flatMap(hostsIn),
    limits: limitsOf(query),
    network: query.get("networkmode") || "default",
    noCache: isSet(query, "nocache"),
    pullsAlways: isSet(query, "pull"),
    isQuiet: isSet(query, "q"),
    remote: query.get("remote") ?? "",
    ...(platform === "" ? {} : { platform }),
    ...(target === "" ? {} : { target }),
    credentials: credentialsIn(headers["x-registry-config"]),
  };
}

/** A JSON object of texts; what is `null` takes its value from elsewhere, which an engine does not have. */
function texts(query: URLSearchParams, name: string): Record<string, string> {
  const value = jsonOf(query.get(name), name) ?? {};
  if (typeof value !== "object" || Array.isArray(value)) throw badRequest(`invalid ${name}: a JSON object is expected`);
  const entries = Object.entries(value).filter(([, text]) => text !== null);
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === "string")) {
    throw badRequest(`invalid ${name}: values have to be texts`);
  }
  return Object.fromEntries(entries);
}

function list(query: URLSearchParams, name: string): string[] {
  const value = jsonOf(query.get(name), name) ?? [];
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw badRequest(`invalid ${name}: a JSON list of texts is expected`);
}

/** As the docker CLI sends them, or as a list in JSON. */
function hostsIn(text: string): string[] {
  if (!text.startsWith("[")) return text === "" ? [] : [text];
  const value = jsonOf(text, "extrahosts");
  return Array.isArray(value) ? value.map(String) : [];
}

/** JSON in a query; `undefined` for nothing. Throws 400 for what is none. */
export function jsonOf(text: string | null, name: string): unknown {
  if (text === null || text === "" || text === "null") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest(`invalid ${name}: no valid JSON`);
  }
}

function limitsOf(query: URLSearchParams): BuildRequest["limits"] {
  const numbers = {
    Memory: integerOf(query, "memory"),
    MemorySwap: integerOf(query, "memswap"),
    CpuShares: integerOf(query, "cpushares"),
    CpuPeriod: integerOf(query, "cpuperiod"),
    CpuQuota: integerOf(query, "cpuquota"),
    ShmSize: integerOf(query, "shmsize"),
  };
  const words = {
    CpusetCpus: query.get("cpusetcpus") ?? "",
    CpusetMems: query.get("cpusetmems") ?? "",
    CgroupParent: query.get("cgroupparent") ?? "",
  };
  const Ulimits = jsonOf(query.get("ulimits"), "ulimits") as HostConfig["Ulimits"];
  return {
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined && value !== 0)),
    ...Object.fromEntries(Object.entries(words).filter(([, value]) => value !== "")),
    ...(Ulimits ? { Ulimits } : {}),
  };
}

/** `X-Registry-Config`: logins by the registry's host, JSON in base64url. Never shown. */
function credentialsIn(header: string | string[] | undefined): BuildRequest["credentials"] {
  const text = [header].flat()[0] ?? "";
  if (text === "") return () => Promise.resolve(undefined);
  let logins: Readonly<Record<string, RegistryAuth>>;
  try {
    logins = (JSON.parse(Buffer.from(text, "base64url").toString()) ?? {}) as typeof logins;
  } catch {
    throw badRequest("the header X-Registry-Config is no JSON in base64url");
  }
  const byHost = new Map(Object.entries(logins).map(([address, login]) => [hostOf(address), login]));
  return (registry) => Promise.resolve(byHost.get(registry));
}

/** `https://index.docker.io/v1/` is `docker.io`. */
function hostOf(address: string): string {
  const host = address.replace(/^https?:\/\//, "").split("/", 1)[0] ?? "";
  return host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
}

import { isAtLeast, newestApiVersion } from "../../docker-api/version.ts";
import { badRequest, notFound } from "./http-error.ts";
import type { Route } from "./route.ts";

/** Oldest version that clients may ask for, as of Docker Engine 28. */
export const minimumApiVersion = "1.24";

/** A route with what its path's names stand for. */
export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly apiVersion: string;
}

/** Finds the route of a request. Throws 404 when there is none, 400 for a version that is not spoken. */
export type Router = (method: string, path: string) => Match;

/** Makes a router of all routes; the first that fits counts, but a path without names goes before one with them. */
export function createRouter(routes: readonly Route[]): Router {
  const isPlain = ({ path }: Route): boolean => !path.includes("{");
  const compiled = [...routes.filter(isPlain), ...routes.filter((route) => !isPlain(route))].map((route) => ({
    route,
    pattern: patternOf(route.path),
  }));
  return (method, path) => {
    const { apiVersion, rest } = splitVersion(path);
    for (const { route, pattern } of compiled) {
      if (route.method !== method) continue;
      const groups = pattern.exec(rest);
      if (groups !== null) return { route, params: decodeAll(groups.groups ?? {}), apiVersion };
    }
    throw notFound("page not found");
  };
}

function patternOf(path: string): RegExp {
  const source = path
    .replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&")
    .replaceAll(/\{(\w+)\\\.\\\.\\\.\}/g, "(?<$1>.+)")
    .replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  return new RegExp(`^${source}$`);
}

function splitVersion(path: string): { readonly apiVersion: string; readonly rest: string } {
  const { version, rest } = /^\/v(?<version>\d+(?:\.\d+)+)(?<rest>\/.*)$/.exec(path)?.groups ?? {};
  if (version === undefined || rest === undefined) return { apiVersion: newestApiVersion, rest: path };
  if (!isAtLeast(newestApiVersion, version)) {
    throw badRequest(`client version ${version} is too new. Maximum supported API version is ${newestApiVersion}`);
  }
  if (!isAtLeast(version, minimumApiVersion)) {
    throw badRequest(
      `client version ${version} is too old. Minimum supported API version is ${minimumApiVersion}, ` +
        "please upgrade your client to a newer version",
    );
  }
  return { apiVersion: version, rest };
}

function decodeAll(groups: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decode(text)]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest(`invalid URL escape in "${text}"`);
  }
}

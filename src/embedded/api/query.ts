import { badRequest } from "./http-error.ts";

/** Go's and the docker client's ways to say yes in a query. */
export function isSet(query: URLSearchParams, name: string): boolean {
  const value = (query.get(name) ?? "").trim().toLowerCase();
  return !["", "0", "no", "false", "none"].includes(value);
}

/** A whole number of a query; `undefined` when it is not there. Throws 400 for anything else. */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "") return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`invalid value for ${name}: "${text}" is no whole number`);
  return Number(text);
}

/** Filters of a list: values wanted, by key. */
export type WantedFilters = ReadonlyMap<string, readonly string[]>;

/**
 * Reads `filters`, which comes as `{"label": ["a=b"]}` or, from old clients, as `{"label": {"a=b": true}}`. Throws 400
 * for anything else and for keys not in `known`.
 */
export function filtersOf(query: URLSearchParams, known: readonly string[]): WantedFilters {
  const text = query.get("filters") ?? "";
  if (text === "") return new Map();
  const value = parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalidFilter(text);
  const filters = new Map(Object.entries(value).map(([key, wanted]) => [key, valuesOf(wanted, text)]));
  for (const key of filters.keys()) {
    if (!known.includes(key)) throw badRequest(`invalid filter '${key}'`);
  }
  return filters;
}

/** Whether labels have one of `wanted`: `key` or `key=value`. All wanted ones must be there, as in Docker. */
export function hasLabels(labels: Readonly<Record<string, string>>, wanted: readonly string[] = []): boolean {
  return wanted.every((label) => {
    const at = label.indexOf("=");
    if (at < 0) return Object.hasOwn(labels, label);
    return Object.hasOwn(labels, label.slice(0, at)) && labels[label.slice(0, at)] === label.slice(at + 1);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidFilter(text);
  }
}

function valuesOf(wanted: unknown, text: string): readonly string[] {
  if (Array.isArray(wanted) && wanted.every((each) => typeof each === "string")) return wanted;
  if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted)) throw invalidFilter(text);
  return Object.entries(wanted).flatMap(([value, isOn]) => (isOn === true ? [value] : []));
}

function invalidFilter(text: string): Error {
  return badRequest(`invalid filter: ${text}`);
}

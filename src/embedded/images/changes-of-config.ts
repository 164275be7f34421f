import { badRequest } from "../api/http-error.ts";
import type { ImageConfig } from "./images.ts";

type Change = (config: ImageConfig, rest: string) => ImageConfig;

/**
 * Applies `changes` of `docker commit` and `docker import`: instructions of a Dockerfile that concern an image's
 * configuration alone. Throws 400 for others.
 */
export function applyChanges(config: ImageConfig, changes: readonly string[]): ImageConfig {
  const lines = changes.flatMap((change) => change.split("\n")).map((line) => line.trim());
  const wanted = lines.filter((line) => line !== "" && !line.startsWith("#")).map(instructionOf);
  const words = wanted.map(({ word }) => word);
  // As in a Dockerfile: the arguments of another program make no sense to a new one.
  const { Cmd, ...rest } = config;
  const start = words.includes("ENTRYPOINT") || Cmd === undefined ? rest : config;
  return wanted.reduce((changed, { apply, text }) => apply(changed, text), start);
}

function instructionOf(line: string): { readonly word: string; readonly apply: Change; readonly text: string } {
  const [, first = line, text = ""] = /^(\w+)\s+(.*)$/s.exec(line) ?? [];
  const word = first.toUpperCase();
  const apply = Object.hasOwn(instructions, word) ? instructions[word] : undefined;
  if (apply === undefined) throw badRequest(`${word} is not a valid change command`);
  return { word, apply, text };
}

const instructions: Readonly<Record<string, Change>> = {
  CMD: (config, rest) => ({ ...config, Cmd: command(rest, config) }),
  ENTRYPOINT: (config, rest) => ({ ...config, Entrypoint: command(rest, config) }),
  ENV: (config, rest) => ({ ...config, Env: pairs(rest).reduce(withVariable, config.Env ?? []) }),
  EXPOSE: (config, rest) => ({
    ...config,
    ExposedPorts: {
      ...config.ExposedPorts,
      ...Object.fromEntries(rest.split(/\s+/).map((port) => [portOf(port), {}])),
    },
  }),
  LABEL: (config, rest) => ({ ...config, Labels: { ...config.Labels, ...Object.fromEntries(pairs(rest)) } }),
  ONBUILD: (config, rest) => ({ ...config, OnBuild: [...(config.OnBuild ?? []), rest] }),
  STOPSIGNAL: (config, rest) => ({ ...config, StopSignal: rest }),
  USER: (config, rest) => ({ ...config, User: rest }),
  VOLUME: (config, rest) => ({
    ...config,
    Volumes: { ...config.Volumes, ...Object.fromEntries((list(rest) ?? rest.split(/\s+/)).map((path) => [path, {}])) },
  }),
  WORKDIR: (config, rest) => ({
    ...config,
    WorkingDir: rest.startsWith("/") ? rest : `${config.WorkingDir ?? ""}/${rest}`,
  }),
};

/** A JSON list is a program with its arguments, anything else is for the shell. */
function command(rest: string, { Shell = ["/bin/sh", "-c"] }: ImageConfig): readonly string[] {
  return list(rest) ?? [...Shell, rest];
}

function list(text: string): string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((each) => typeof each === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `a=1 b="two words"`, or the old `a the rest`. */
function pairs(rest: string): [string, string][] {
  const old = /^([^\s=]+)\s+(.*)$/s.exec(rest);
  if (old !== null) return [[old[1] ?? "", old[2] ?? ""]];
  const found = [...rest.matchAll(/([^\s="']+|"[^"]*")=("(?:[^"\\]|\\.)*"|'[^']*'|(?:[^\s\\]|\\.)*)(?:\s+|$)/gsy)];
  if (found.map(([whole]) => whole).join("") !== rest)
    throw badRequest(`cannot read ${JSON.stringify(rest)}: KEY=VALUE is wanted`);
  return found.map(([, key = "", value = ""]) => [unquoted(key), unquoted(value)]);
}

function unquoted(text: string): string {
  if (text.startsWith("'")) return text.slice(1, -1);
  return (text.startsWith('"') ? text.slice(1, -1) : text).replaceAll(/\\(.)/gs, "$1");
}

function withVariable(env: readonly string[], [name, value]: readonly [string, string]): readonly string[] {
  return [...env.filter((each) => !each.startsWith(`${name}=`)), `${name}=${value}`];
}

function portOf(text: string): string {
  if (!/^\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/.test(text)) throw badRequest(`invalid port: ${JSON.stringify(text)}`);
  return text.includes("/") ? text : `${text}/tcp`;
}

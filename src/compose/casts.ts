import { pathTable, type PathTable } from "./path-table.ts";
import type { Meaning } from "./scalar.ts";

/** How a text becomes a value where the language wants no text; `undefined`: it cannot. */
export interface Cast {
  readonly expects: string;
  readonly read: (text: string) => (Meaning & { readonly discouraged?: boolean }) | undefined;
}

const integer: Cast = {
  expects: "a whole number",
  read: (text) => {
    if (!/^[-+]?\d+$/.test(text)) return undefined;
    const value = BigInt(text.replace(/^\+/, ""));
    if (value !== BigInt.asIntN(64, value)) return undefined;
    return { type: "int", value: Number.isSafeInteger(Number(value)) ? Number(value) : value };
  },
};

const float: Cast = {
  expects: "a number",
  read: (text) => {
    const word = /^([-+]?)(?:inf(?:inity)?|(nan))$/i.exec(text);
    if (word !== null) return { type: "float", value: word[2] ? NaN : word[1] === "-" ? -Infinity : Infinity };
    if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return undefined;
    return Number.isFinite(Number(text)) ? { type: "float", value: Number(text) } : undefined;
  },
};

const boolean: Cast = {
  expects: "true or false",
  read: (text) => {
    const word = text.toLowerCase();
    if (word === "true" || word === "false") return { type: "bool", value: word === "true" };
    if (["y", "yes", "on"].includes(word)) return { type: "bool", value: true, discouraged: true };
    if (["n", "no", "off"].includes(word)) return { type: "bool", value: false, discouraged: true };
    return undefined;
  },
};

/** Where texts, quoted or substituted, are read as numbers and booleans. */
export const casts: PathTable<Cast> = pathTable({
  ...all(float, ["services.*.cpu_percent", "services.*.cpus"]),
  ...all(float, [
    "services.*.deploy.update_config.max_failure_ratio",
    "services.*.deploy.rollback_config.max_failure_ratio",
  ]),
  ...all(integer, [
    "services.*.cpu_count",
    "services.*.cpu_period",
    "services.*.cpu_quota",
    "services.*.cpu_shares",
    "services.*.deploy.replicas",
    "services.*.deploy.update_config.parallelism",
    "services.*.deploy.rollback_config.parallelism",
    "services.*.deploy.restart_policy.max_attempts",
    "services.*.deploy.placement.max_replicas_per_node",
    "services.*.healthcheck.retries",
    "services.*.oom_score_adj",
    "services.*.pids_limit",
    "services.*.ports.*.target",
    "services.*.scale",
    "services.*.ulimits.*",
    "services.*.ulimits.*.hard",
    "services.*.ulimits.*.soft",
  ]),
  ...all(boolean, [
    "services.*.depends_on.*.required",
    "services.*.depends_on.*.restart",
    "services.*.healthcheck.disable",
    "services.*.init",
    "services.*.oom_kill_disable",
    "services.*.privileged",
    "services.*.read_only",
    "services.*.stdin_open",
    "services.*.tty",
    "services.*.volumes.*.read_only",
    "services.*.volumes.*.volume.nocopy",
    "networks.*.attachable",
    "networks.*.enable_ipv4",
    "networks.*.enable_ipv6",
    "networks.*.external",
    "networks.*.internal",
    "volumes.*.external",
    "secrets.*.external",
    "configs.*.external",
  ]),
});

function all(cast: Cast, paths: readonly string[]): Record<string, Cast> {
  return Object.fromEntries(paths.map((path) => [path, cast]));
}

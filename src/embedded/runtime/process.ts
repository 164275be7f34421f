import type { HostConfig } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import type { ContainerConfig } from "../containers/container.ts";
import type { OciLimit, OciProcess, OciUser } from "./oci.ts";

const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Where an init is mounted in a container that asks for one. */
export const initPath = "/sbin/docker-init";

/** What the container's first process needs beside the request. */
export interface ProcessFacts {
  readonly hostname: string;
  readonly user: OciUser;
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly apparmorProfile: string | undefined;
  readonly hasInit: boolean;
  /** Limits of containers that ask for none, by name. */
  readonly defaultUlimits?: HostConfig["Ulimits"];
}

/** The container's first process. */
export function firstProcess(config: ContainerConfig, host: HostConfig, facts: ProcessFacts): OciProcess {
  const rlimits = rlimitsOf([...(facts.defaultUlimits ?? []), ...(host.Ulimits ?? [])]);
  return {
    ...(config.Tty === true ? { terminal: true, ...consoleSize(host) } : {}),
    user: facts.user,
    args: [...(facts.hasInit ? [initPath, "--"] : []), ...commandOf(config)],
    env: environment(config, facts.hostname),
    cwd: config.WorkingDir || "/",
    capabilities: capabilitySets(facts.capabilities),
    ...(rlimits.length > 0 ? { rlimits } : {}),
    noNewPrivileges: facts.noNewPrivileges,
    ...(facts.apparmorProfile === undefined ? {} : { apparmorProfile: facts.apparmorProfile }),
    oomScoreAdj: host.OomScoreAdj ?? 0,
  };
}

/** Entrypoint and command in one. */
export function commandOf({ Entrypoint, Cmd }: ContainerConfig): string[] {
  return [...(Entrypoint ?? []), ...(Cmd ?? [])];
}

/** The environment of a container's processes: defaults first, overridden by name; a name without value takes it away. */
export function environment(config: ContainerConfig, hostname: string): string[] {
  const found = [defaultPath, `HOSTNAME=${hostname}`, ...(config.Tty === true ? ["TERM=xterm"] : [])];
  return overriddenEnvironment(found, config.Env ?? []);
}

/** Replaces variables of the same name where they stand, adds new ones behind, takes away those without a value. */
export function overriddenEnvironment(base: readonly string[], overrides: readonly string[]): string[] {
  const byName = new Map(base.map((line) => [nameOf(line), line]));
  for (const line of overrides) {
    if (line.includes("=")) byName.set(nameOf(line), line);
    else byName.delete(line);
  }
  return [...byName.values()];
}

/** No inheritable and no ambient ones: a process of another user than root has none after its `exec`. */
export function capabilitySets(capabilities: readonly string[]): OciProcess["capabilities"] {
  return { bounding: capabilities, effective: capabilities, permitted: capabilities };
}

function nameOf(line: string): string {
  return line.split("=", 1)[0] ?? "";
}

function consoleSize({ ConsoleSize }: HostConfig): Pick<OciProcess, "consoleSize"> {
  const [height = 0, width = 0] = ConsoleSize ?? [];
  return height > 0 && width > 0 ? { consoleSize: { height, width } } : {};
}

/** Names that setrlimit(2) has, in Docker's spelling. */
const limitNames = new Set(
  "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split(" "),
);

/** Throws 400 for an unknown name and a soft limit above the hard one. The last limit of a name counts. */
export function rlimitsOf(ulimits: NonNullable<HostConfig["Ulimits"]>): NonNullable<OciProcess["rlimits"]> {
  const byName = new Map(ulimits.map(({ Name, Soft, Hard }) => [Name.toLowerCase(), { Soft, Hard }]));
  return [...byName].map(([name, { Soft, Hard }]) => {
    if (!limitNames.has(name)) throw badRequest(`invalid ulimit type: ${name}`);
    if (Hard !== -1 && (Soft === -1 || Soft > Hard)) {
      throw badRequest(`ulimit soft limit must be less than or equal to hard limit: ${Soft} > ${Hard}`);
    }
    return { type: `RLIMIT_${name.toUpperCase()}`, soft: unlimitedOr(Soft), hard: unlimitedOr(Hard) };
  });
}

/** -1 is Docker's word for no limit. */
function unlimitedOr(limit: number): OciLimit {
  return limit === -1 ? "unlimited" : limit;
}

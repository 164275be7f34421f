import type { HostFacts } from "../../runtime/oci-spec.ts";
import { apparmorOf, grantedCapabilities } from "../../runtime/oci-spec.ts";
import type { OciProcess, OciUser } from "../../runtime/oci.ts";
import { capabilitySets, environment, overriddenEnvironment, rlimitsOf } from "../../runtime/process.ts";
import { securityWishes } from "../../runtime/security.ts";
import type { ContainerDocument } from "../container.ts";

/** What is to be run in a container, as `POST /containers/{id}/exec` takes it. */
export interface ExecWish {
  readonly Cmd: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Privileged?: boolean;
  readonly Tty?: boolean;
  readonly AttachStdin?: boolean;
  readonly AttachStdout?: boolean;
  readonly AttachStderr?: boolean;
  readonly DetachKeys?: string;
  /** Rows and columns. */
  readonly ConsoleSize?: readonly [number, number];
}

/** The process of a command that joins a container: with no more rights than the container's own have. */
export function execProcess(
  { config, hostConfig }: ContainerDocument,
  wish: ExecWish,
  { user, isolation }: { readonly user: OciUser; readonly isolation: HostFacts },
): OciProcess {
  const isPrivileged = wish.Privileged === true;
  const security = securityWishes(isPrivileged ? { ...hostConfig, Privileged: true } : hostConfig);
  const granted = isPrivileged ? { Privileged: true } : hostConfig;
  const apparmorProfile = apparmorOf(security, isolation);
  const rlimits = rlimitsOf(hostConfig.Ulimits ?? []);
  const [height = 0, width = 0] = wish.ConsoleSize ?? [];
  return {
    ...(wish.Tty === true ? { terminal: true } : {}),
    ...(wish.Tty === true && height > 0 && width > 0 ? { consoleSize: { height, width } } : {}),
    user,
    args: wish.Cmd,
    env: overriddenEnvironment(
      environment({ ...config, Tty: wish.Tty === true }, config.Hostname ?? ""),
      wish.Env ?? [],
    ),
    cwd: wish.WorkingDir || config.WorkingDir || "/",
    capabilities: capabilitySets(grantedCapabilities(granted, isolation.mayGrant)),
    ...(rlimits.length > 0 ? { rlimits } : {}),
    noNewPrivileges: security.noNewPrivileges,
    ...(apparmorProfile === undefined ? {} : { apparmorProfile }),
    oomScoreAdj: hostConfig.OomScoreAdj ?? 0,
  };
}

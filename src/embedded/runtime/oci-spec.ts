import type { HostConfig } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import type { ContainerConfig } from "../containers/container.ts";
import type { Apparmor } from "./apparmor.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { deviceRules, devicesOf, type DeviceFacts } from "./devices.ts";
import { mountsOf, type MountFacts } from "./mounts.ts";
import type { OciConfig, OciNamespace, OciSeccomp, OciUser } from "./oci.ts";
import { firstProcess } from "./process.ts";
import { checkLimits, resourcesOf, type ResourceFacts } from "./resources.ts";
import { seccompFilter } from "./seccomp/profile.ts";
import { maskedPaths, readonlyPaths, securityWishes, type SecurityWishes } from "./security.ts";

/** All that a container's OCI configuration depends on beside its request; looked up on the host beforehand. */
export interface SpecFacts extends Omit<MountFacts, "kernel" | "hasWritableCgroups"> {
  /** `m`: of its root file system, as seen from the bundle. */
  readonly rootPath: string;
  readonly hostname: string;
  readonly domainname?: string;
  readonly user: OciUser;
  readonly namespaces: NamespacePaths;
  /** Of its networks. What the request asks for wins. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** The container's cgroup, as the runtime takes it: `/tscompose/<id>`. */
  readonly cgroupPath: string;
  readonly devices: DeviceFacts;
  readonly limits: Omit<ResourceFacts, "deviceRules">;
  readonly host: HostFacts;
}

/** A namespace of its own, none, or one to join by its path: `/proc/12/ns/ipc`. */
export type NamespaceWish = "own" | "host" | `/${string}`;

/** The namespaces that a container can do without, or share. */
export interface NamespacePaths {
  readonly network: NamespaceWish;
  readonly ipc: NamespaceWish;
  readonly pid: NamespaceWish;
  readonly uts: NamespaceWish;
  readonly cgroup: NamespaceWish;
}

/** What the machine is. */
export interface HostFacts {
  /** As Node names it: `x64`, `arm64`. */
  readonly machine: string;
  /** `6.1.0-13-amd64` */
  readonly kernel: string;
  /** Whether the kernel filters system calls. */
  readonly hasSeccomp: boolean;
  readonly apparmor: Apparmor;
  /** Whether the engine may hand this capability on. */
  readonly mayGrant: (capability: string) => boolean;
}

/**
 * Makes a container's OCI configuration. Pure: the same request and facts give the same bytes. Throws 400 for what
 * Docker refuses, too.
 */
export function ociSpec(config: ContainerConfig, host: HostConfig, facts: SpecFacts): OciConfig {
  const security = securityWishes(host);
  const capabilities = grantedCapabilities(host, facts.host.mayGrant);
  const seccomp = filterOf(security, capabilities, facts.host);
  const process = firstProcess(config, host, {
    hostname: facts.hostname,
    user: facts.user,
    capabilities,
    noNewPrivileges: security.noNewPrivileges,
    apparmorProfile: apparmorOf(security, facts.host),
    hasInit: facts.init !== undefined,
  });
  const devices = devicesOf(host, facts.devices);
  const limits = { ...facts.limits, deviceRules: deviceRules(host, facts.devices) };
  const namesItself = facts.namespaces.uts === "own";
  return {
    ociVersion: "1.0.2",
    process,
    root: { path: facts.rootPath, ...(host.ReadonlyRootfs === true ? { readonly: true } : {}) },
    ...(namesItself ? { hostname: facts.hostname } : {}),
    ...(namesItself && facts.domainname ? { domainname: facts.domainname } : {}),
    mounts: mountsOf(host, { ...facts, kernel: facts.host.kernel, hasWritableCgroups: security.hasWritableCgroups }),
    ...(host.Annotations === undefined ? {} : { annotations: host.Annotations }),
    linux: {
      sysctl: sysctlsOf(host, facts),
      resources: resourcesOf(host, limits),
      cgroupsPath: facts.cgroupPath,
      namespaces: namespacesOf(facts.namespaces),
      ...(devices.length > 0 ? { devices } : {}),
      ...(seccomp === undefined ? {} : { seccomp }),
      ...(host.Privileged === true ? {} : hiddenPaths(host)),
      ...rootPropagation(facts),
    },
  };
}

/** Refuses at creation what would fail at every start, and what would confine less than was asked for. Throws 400. */
export function checkIsolation(host: HostConfig, { apparmor }: Pick<HostFacts, "apparmor">): void {
  const { apparmorProfile } = securityWishes(host);
  if (apparmor.kind === "off" && apparmorProfile !== undefined && apparmorProfile !== "unconfined") {
    throw badRequest(`cannot confine the container by the AppArmor profile "${apparmorProfile}": ${apparmor.why}`);
  }
  grantedCapabilities(host, () => true);
  checkLimits(host);
  deviceRules(host, { asked: [], ofHost: [] });
  if (host.UsernsMode && host.UsernsMode !== "host") throw badRequest(`invalid USER mode: ${host.UsernsMode}`);
}

/** The capabilities of a container's processes. */
export function grantedCapabilities(host: HostConfig, mayGrant: (capability: string) => boolean): string[] {
  const wishes = { added: host.CapAdd ?? [], dropped: host.CapDrop ?? [], isPrivileged: host.Privileged === true };
  return capabilitiesOf(wishes, mayGrant);
}

/** The AppArmor profile of a container's processes; `undefined` for none. */
export function apparmorOf(
  { apparmorProfile }: Pick<SecurityWishes, "apparmorProfile">,
  { apparmor }: Pick<HostFacts, "apparmor">,
): string | undefined {
  if (apparmor.kind === "off" || apparmorProfile === "unconfined") return undefined;
  return apparmorProfile ?? apparmor.defaultProfile;
}

function filterOf(
  { seccomp }: SecurityWishes,
  capabilities: readonly string[],
  host: HostFacts,
): OciSeccomp | undefined {
  if (seccomp === "unconfined" || !host.hasSeccomp) return undefined;
  return seccompFilter(seccomp, { machine: host.machine, kernel: host.kernel, capabilities });
}

function namespacesOf(paths: NamespacePaths): { type: OciNamespace; path?: string }[] {
  const own: { type: OciNamespace; path?: string }[] = [{ type: "mount" }];
  for (const type of ["network", "uts", "pid", "ipc", "cgroup"] as const) {
    const path = paths[type];
    if (path === "own") own.push({ type });
    else if (path !== "host") own.push({ type, path });
  }
  return own;
}

function sysctlsOf(host: HostConfig, { sysctls, namespaces }: SpecFacts): Record<string, string> {
  // Docker's: a namespace of its own makes ports below 1024 and ping harmless.
  const harmless = { "net.ipv4.ip_unprivileged_port_start": "0", "net.ipv4.ping_group_range": "0 2147483647" };
  return { ...(namespaces.network === "host" ? {} : { ...harmless, ...sysctls }), ...host.Sysctls };
}

function hiddenPaths(host: HostConfig): Pick<OciConfig["linux"], "maskedPaths" | "readonlyPaths"> {
  return {
    maskedPaths: host.MaskedPaths ?? maskedPaths,
    readonlyPaths: host.ReadonlyPaths ?? readonlyPaths,
  };
}

/** A mount that is to come through from the host, or to it, must not be cut off at the container's root. */
function rootPropagation({ mounts }: SpecFacts): { rootfsPropagation?: string } {
  const wished = mounts.flatMap((mount) => (mount.kind === "bind" ? [mount.propagation ?? ""] : []));
  if (wished.some((propagation) => propagation.endsWith("shared"))) return { rootfsPropagation: "shared" };
  return wished.some((propagation) => propagation.endsWith("slave")) ? { rootfsPropagation: "rslave" } : {};
}

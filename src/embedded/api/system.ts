import { newestApiVersion, type VersionInfo } from "../../docker-api/version.ts";
import type { MachineFacts } from "../host/machine.ts";
import { notImplemented } from "./http-error.ts";
import type { ApiReply, Route } from "./route.ts";
import { minimumApiVersion } from "./router.ts";

/** What the engine tells of itself. */
export interface SystemParts {
  /** This engine's own version. */
  readonly version: string;
  /** Of this engine, the same as long as its data exists. */
  readonly id: string;
  readonly dataRoot: string;
  readonly machine: MachineFacts;
  /** `crun` or `runc` with its version. */
  readonly runtime: { readonly name: string; readonly version: string };
  readonly now: () => string;
  readonly counts: () => Counts;
}

/** What there is at the moment. */
export interface Counts {
  readonly containers: number;
  readonly running: number;
  readonly paused: number;
  readonly stopped: number;
  readonly images: number;
}

/** `/_ping`, `/version`, `/info`, `/auth`. */
export function systemRoutes(parts: SystemParts): readonly Route[] {
  return [
    { method: "GET", path: "/_ping", handle: () => pong("OK") },
    { method: "HEAD", path: "/_ping", handle: () => pong("") },
    { method: "GET", path: "/version", handle: () => ({ kind: "json", body: versionInfo(parts) }) },
    { method: "GET", path: "/info", handle: () => ({ kind: "json", body: systemInfo(parts) }) },
    {
      method: "POST",
      path: "/auth",
      handle: () => {
        throw notImplemented("this engine does not speak to registries yet: there is nothing to log in to");
      },
    },
  ];
}

/** `Builder-Version: 1` keeps the docker CLI from asking for a BuildKit that is not there. */
function pong(text: string): ApiReply {
  const headers = {
    "Cache-Control": "no-cache, no-store, must-revalidate",
    Pragma: "no-cache",
    "Builder-Version": "1",
    Swarm: "inactive",
    "Content-Length": String(text.length),
  };
  return { kind: "stream", contentType: "text/plain; charset=utf-8", headers, body: once(text) };
}

async function* once(text: string): AsyncGenerator<string> {
  if (text !== "") yield text;
}

function versionInfo({ version, machine, runtime }: SystemParts): object {
  const about = { ApiVersion: newestApiVersion, MinAPIVersion: minimumApiVersion };
  const place = { Os: "linux", Arch: machine.architecture, KernelVersion: machine.kernel };
  const components = [
    { Name: "Engine", Version: version, Details: { ...about, ...place, Experimental: "false" } },
    { Name: runtime.name, Version: runtime.version, Details: {} },
  ];
  const info: VersionInfo = {
    Platform: { Name: "tscompose embedded engine" },
    Components: components,
    Version: version,
    ...about,
    ...place,
  };
  return { ...info, GitCommit: "", GoVersion: "", BuildTime: "" };
}

function systemInfo({ version, id, dataRoot, machine, runtime, now, counts }: SystemParts): object {
  const { containers, running, paused, stopped, images } = counts();
  return {
    ID: id,
    Containers: containers,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: stopped,
    Images: images,
    Driver: "overlay2",
    DriverStatus: [["Backing Filesystem", "overlayfs"]],
    Plugins: {
      Volume: ["local"],
      Network: ["bridge", "host", "null"],
      Authorization: null,
      Log: ["json-file", "local", "none"],
    },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    IPv4Forwarding: true,
    Debug: false,
    NFd: 0,
    OomKillDisable: machine.cgroupVersion === "1",
    NGoroutines: 0,
    SystemTime: now(),
    LoggingDriver: "json-file",
    CgroupDriver: "cgroupfs",
    CgroupVersion: machine.cgroupVersion,
    NEventsListener: 0,
    KernelVersion: machine.kernel,
    OperatingSystem: machine.distribution,
    OSVersion: "",
    OSType: "linux",
    Architecture: machine.machine,
    IndexServerAddress: "https://index.docker.io/v1/",
    RegistryConfig: { IndexConfigs: {}, InsecureRegistryCIDRs: ["127.0.0.0/8", "::1/128"], Mirrors: [] },
    NCPU: machine.cpuCount,
    MemTotal: machine.memoryBytes,
    GenericResources: null,
    DockerRootDir: dataRoot,
    HttpProxy: "",
    HttpsProxy: "",
    NoProxy: "",
    Name: machine.hostname,
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: version,
    Runtimes: { [runtime.name]: { path: runtime.name } },
    DefaultRuntime: runtime.name,
    Swarm: {
      NodeID: "",
      NodeAddr: "",
      LocalNodeState: "inactive",
      ControlAvailable: false,
      Error: "",
      RemoteManagers: null,
    },
    LiveRestoreEnabled: true,
    Isolation: "",
    InitBinary: "docker-init",
    ContainerdCommit: { ID: "" },
    RuncCommit: { ID: "" },
    InitCommit: { ID: "" },
    SecurityOptions: ["name=seccomp,profile=builtin"],
    CDISpecDirs: null,
    Warnings: null,
  };
}

// One idea, longer than usual: the whole language, once. Every attribute of the specification has its place here.

/** A compose application, fully resolved: plain, readonly, JSON-safe. What files, flags and environment together say. */
export interface Project {
  readonly name: string;
  /** Joins the parts of names of containers and images: `-` when absent, `_` in compatibility mode. */
  readonly nameSeparator?: "-" | "_";
  /** The project that a copy is of: images that are built are labelled as its own, so that all copies make the same. */
  readonly copyOf?: string;
  /** Absolute directory that relative paths start from. */
  readonly workingDirectory: string;
  /** Absolute paths of the files that made it, in the order given; `-` for standard input. */
  readonly configFiles: readonly string[];
  /** Absolute paths given by `--env-file`; empty when the default `.env` was used. */
  readonly envFiles: readonly string[];
  /** Active profiles. */
  readonly profiles: readonly string[];
  readonly services: Record<string, Service>;
  /** Services left out by profiles or selection; kept so that their containers are not taken for orphans. */
  readonly disabledServices: Record<string, Service>;
  readonly networks: Record<string, Network>;
  readonly volumes: Record<string, Volume>;
  readonly configs: Record<string, FileObject>;
  readonly secrets: Record<string, FileObject>;
  readonly models: Record<string, Model>;
  readonly extensions: Extensions;
}

/** `x-*` attributes, kept as written. */
export type Extensions = Record<string, Json>;
/** What users may extend by `x-*` attributes: nearly everything. */
export interface Extensible {
  readonly extensions?: Extensions;
}
/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Environment-like map; `null` is a bare key that nothing resolves: it unsets the image's value. */
export type EnvironmentMap = Record<string, string | null>;

/** When a dependency counts as met. */
export type DependencyCondition = "service_started" | "service_healthy" | "service_completed_successfully";

/** One edge of the service graph. */
export interface Dependency extends Extensible {
  readonly condition: DependencyCondition;
  /** Restart the dependent when the dependency is recreated or restarted. */
  readonly restart: boolean;
  readonly required: boolean;
}

/** One service: attributes in camelCase, canonical long forms; absent means not set. */
export interface Service extends Extensible {
  readonly name: string;
  readonly profiles?: readonly string[];
  readonly annotations?: Record<string, string>;
  /** False: logs of this service are not shown by an attached `up`. */
  readonly attach?: boolean;
  readonly build?: Build;
  readonly develop?: Develop;
  readonly blkioConfig?: BlkioConfig;
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  readonly cgroupParent?: string;
  readonly cgroup?: string;
  readonly cpuCount?: number;
  readonly cpuPercent?: number;
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpuRtPeriod?: number;
  readonly cpuRtRuntime?: number;
  readonly cpuShares?: number;
  readonly cpus?: number;
  readonly cpuset?: string;
  /** `undefined`: the image's; `[]`: explicitly empty. */
  readonly command?: readonly string[];
  readonly configs?: readonly FileReference[];
  readonly containerName?: string;
  readonly credentialSpec?: CredentialSpec;
  readonly dependsOn?: Record<string, Dependency>;
  readonly deploy?: Deploy;
  readonly deviceCgroupRules?: readonly string[];
  readonly devices?: readonly DeviceMapping[];
  readonly dns?: readonly string[];
  readonly dnsOpt?: readonly string[];
  readonly dnsSearch?: readonly string[];
  readonly domainname?: string;
  readonly entrypoint?: readonly string[];
  readonly provider?: Provider;
  readonly environment?: EnvironmentMap;
  readonly envFile?: readonly EnvFile[];
  readonly expose?: readonly string[];
  readonly externalLinks?: readonly string[];
  /** Host name to addresses. */
  readonly extraHosts?: Record<string, readonly string[]>;
  readonly groupAdd?: readonly string[];
  readonly gpus?: readonly DeviceRequest[];
  readonly hostname?: string;
  readonly healthcheck?: Healthcheck;
  readonly image?: string;
  readonly init?: boolean;
  readonly ipc?: string;
  readonly isolation?: string;
  readonly labels?: Record<string, string>;
  readonly labelFile?: readonly string[];
  readonly links?: readonly string[];
  readonly logging?: Logging;
  readonly memLimitBytes?: number;
  readonly memReservationBytes?: number;
  /** -1: unlimited. */
  readonly memswapLimitBytes?: number;
  readonly memSwappiness?: number;
  readonly macAddress?: string;
  readonly models?: Record<string, ModelBinding | null>;
  readonly networkMode?: string;
  /** Network key to attachment; `null` is an attachment without settings. */
  readonly networks?: Record<string, NetworkAttachment | null>;
  readonly oomKillDisable?: boolean;
  readonly oomScoreAdj?: number;
  readonly pid?: string;
  readonly pidsLimit?: number;
  readonly platform?: string;
  readonly ports?: readonly Port[];
  readonly privileged?: boolean;
  readonly pullPolicy?: string;
  readonly pullRefreshAfter?: string;
  readonly readOnly?: boolean;
  readonly restart?: string;
  readonly runtime?: string;
  /** Number of replicas as `scale:` says it; `deploy.replicas` is its other spelling. */
  readonly scale?: number;
  readonly secrets?: readonly FileReference[];
  readonly securityOpt?: readonly string[];
  readonly shmSizeBytes?: number;
  readonly stdinOpen?: boolean;
  readonly stopGracePeriodNs?: number;
  readonly stopSignal?: string;
  readonly storageOpt?: Record<string, string>;
  readonly sysctls?: Record<string, string>;
  readonly tmpfs?: readonly string[];
  readonly tty?: boolean;
  readonly ulimits?: Record<string, Ulimit>;
  readonly useApiSocket?: boolean;
  readonly user?: string;
  readonly usernsMode?: string;
  readonly uts?: string;
  readonly volumeDriver?: string;
  readonly volumes?: readonly Mount[];
  readonly volumesFrom?: readonly string[];
  readonly workingDir?: string;
  readonly preStart?: readonly Hook[];
  readonly postStart?: readonly Hook[];
  readonly preStop?: readonly Hook[];
}

/** How an image is built. */
export interface Build extends Extensible {
  readonly context?: string;
  readonly dockerfile?: string;
  readonly dockerfileInline?: string;
  readonly entitlements?: readonly string[];
  readonly args?: EnvironmentMap;
  readonly provenance?: string;
  readonly sbom?: string;
  readonly ssh?: readonly SshKey[];
  readonly labels?: Record<string, string>;
  readonly cacheFrom?: readonly string[];
  readonly cacheTo?: readonly string[];
  readonly noCache?: boolean;
  readonly noCacheFilter?: readonly string[];
  readonly additionalContexts?: Record<string, string>;
  readonly pull?: boolean;
  readonly extraHosts?: Record<string, readonly string[]>;
  readonly isolation?: string;
  readonly network?: string;
  readonly target?: string;
  readonly secrets?: readonly FileReference[];
  readonly shmSizeBytes?: number;
  readonly tags?: readonly string[];
  readonly ulimits?: Record<string, Ulimit>;
  readonly platforms?: readonly string[];
  readonly privileged?: boolean;
}

/** A key that builds may use, from the agent or from a file. */
export interface SshKey {
  readonly id: string;
  readonly path?: string;
}

/** What happens to a running service while it is worked on. */
export interface Develop extends Extensible {
  readonly watch?: readonly WatchRule[];
}

/** One rule of `develop.watch`. */
export interface WatchRule extends Extensible {
  readonly path: string;
  readonly action: "rebuild" | "sync" | "restart" | "sync+restart" | "sync+exec";
  readonly target?: string;
  readonly ignore?: readonly string[];
  readonly include?: readonly string[];
  readonly exec?: Hook;
  readonly initialSync?: boolean;
}

/** A command run in, or before, a container at a moment of its life. */
export interface Hook extends Extensible {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly user?: string;
  readonly privileged?: boolean;
  readonly workingDir?: string;
  readonly environment?: EnvironmentMap;
  readonly perReplica?: boolean;
}

/** Block IO limits. */
export interface BlkioConfig extends Extensible {
  readonly weight?: number;
  readonly weightDevice?: readonly WeightDevice[];
  readonly deviceReadBps?: readonly ThrottleDevice[];
  readonly deviceReadIops?: readonly ThrottleDevice[];
  readonly deviceWriteBps?: readonly ThrottleDevice[];
  readonly deviceWriteIops?: readonly ThrottleDevice[];
}

/** Share of one block device. */
export interface WeightDevice extends Extensible {
  readonly path: string;
  readonly weight: number;
}

/** A rate limit of one block device: bytes, or operations, per second. */
export interface ThrottleDevice extends Extensible {
  readonly path: string;
  readonly rate: number;
}

/** Credentials of a managed Windows account. */
export interface CredentialSpec extends Extensible {
  readonly config?: string;
  readonly file?: string;
  readonly registry?: string;
}

/** A program that provides a service in place of containers. */
export interface Provider extends Extensible {
  readonly type: string;
  readonly options?: Record<string, readonly string[]>;
}

/** Where the engine sends what containers print. */
export interface Logging extends Extensible {
  readonly driver?: string;
  readonly options?: Record<string, string>;
}

/** Variables that tell a service about a model. */
export interface ModelBinding extends Extensible {
  readonly endpointVar?: string;
  readonly modelVar?: string;
}

/** Use of a top-level config or secret by a service or build. */
export interface FileReference extends Extensible {
  readonly source: string;
  readonly target?: string;
  readonly uid?: string;
  readonly gid?: string;
  /** Permission bits as a number: 0o440 is 288. */
  readonly mode?: number;
}

/** A device of the host made available in the container. */
export interface DeviceMapping extends Extensible {
  readonly source: string;
  readonly target?: string;
  readonly permissions?: string;
}

/** A request for devices by capability (GPUs). */
export interface DeviceRequest extends Extensible {
  readonly capabilities?: readonly string[];
  readonly driver?: string;
  /** -1: all. */
  readonly count?: number;
  readonly deviceIds?: readonly string[];
  readonly options?: Record<string, string>;
}

/** A file of environment variables. */
export interface EnvFile extends Extensible {
  readonly path: string;
  readonly required: boolean;
  /** `raw`: no quotes, comments or interpolation, as `docker run --env-file`. */
  readonly format?: string;
}

/** How the engine finds out whether a container works. */
export interface Healthcheck extends Extensible {
  readonly test?: readonly string[];
  readonly intervalNs?: number;
  readonly timeoutNs?: number;
  readonly retries?: number;
  readonly startPeriodNs?: number;
  readonly startIntervalNs?: number;
  readonly disable?: boolean;
}

/** How a service joins one network. */
export interface NetworkAttachment extends Extensible {
  readonly aliases?: readonly string[];
  readonly driverOpts?: Record<string, string>;
  readonly gwPriority?: number;
  readonly interfaceName?: string;
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
  readonly linkLocalIps?: readonly string[];
  readonly macAddress?: string;
  readonly priority?: number;
}

/** A container port, and where it is published. */
export interface Port extends Extensible {
  readonly name?: string;
  readonly target: number;
  /** A number or a range; absent: chosen by the engine. */
  readonly published?: string;
  readonly hostIp?: string;
  readonly protocol?: string;
  readonly mode?: string;
  readonly appProtocol?: string;
}

/** A resource limit; both equal when the short form was used, which `single` remembers. */
export interface Ulimit extends Extensible {
  readonly single?: number;
  readonly soft?: number;
  readonly hard?: number;
}

/** What is mounted in a container. */
export interface Mount extends Extensible {
  readonly type: "bind" | "volume" | "tmpfs" | "image" | "npipe" | "cluster";
  readonly source?: string;
  readonly target?: string;
  readonly readOnly?: boolean;
  readonly consistency?: string;
  readonly bind?: BindOptions;
  readonly volume?: VolumeOptions;
  readonly tmpfs?: TmpfsOptions;
  readonly image?: ImageOptions;
}

/** How a host path is mounted. */
export interface BindOptions extends Extensible {
  readonly selinux?: string;
  readonly propagation?: string;
  readonly createHostPath?: boolean;
  readonly recursive?: string;
}

/** How a volume is mounted. */
export interface VolumeOptions extends Extensible {
  readonly labels?: Record<string, string>;
  readonly nocopy?: boolean;
  readonly subpath?: string;
}

/** What a file system in memory is allowed. */
export interface TmpfsOptions extends Extensible {
  readonly sizeBytes?: number;
  readonly mode?: number;
}

/** Which part of an image is mounted. */
export interface ImageOptions extends Extensible {
  readonly subpath?: string;
}

/** How a service is deployed. */
export interface Deploy extends Extensible {
  readonly mode?: string;
  readonly replicas?: number;
  readonly labels?: Record<string, string>;
  readonly updateConfig?: UpdateConfig;
  readonly rollbackConfig?: UpdateConfig;
  readonly resources?: Resources;
  readonly restartPolicy?: RestartPolicy;
  readonly placement?: Placement;
  readonly endpointMode?: string;
}

/** What a service may use, and what it must find. */
export interface Resources extends Extensible {
  readonly limits?: ResourceLimits;
  readonly reservations?: ResourceReservations;
}

/** Whether and when stopped containers are started again. */
export interface RestartPolicy extends Extensible {
  readonly condition?: string;
  readonly delayNs?: number;
  readonly maxAttempts?: number;
  readonly windowNs?: number;
}

/** Where containers may run. */
export interface Placement extends Extensible {
  readonly constraints?: readonly string[];
  readonly preferences?: readonly PlacementPreference[];
  readonly maxReplicasPerNode?: number;
}

/** What containers are spread over. */
export interface PlacementPreference extends Extensible {
  readonly spread?: string;
}

/** How replicas are replaced. */
export interface UpdateConfig extends Extensible {
  readonly parallelism?: number;
  readonly delayNs?: number;
  readonly failureAction?: string;
  readonly monitorNs?: number;
  readonly maxFailureRatio?: number;
  readonly order?: string;
}

/** Upper bounds. */
export interface ResourceLimits extends Extensible {
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly pids?: number;
}

/** What must be available. */
export interface ResourceReservations extends Extensible {
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly pids?: number;
  readonly devices?: readonly DeviceRequest[];
  readonly genericResources?: readonly GenericResource[];
}

/** A resource that users name and count themselves. */
export interface GenericResource extends Extensible {
  readonly discreteResourceSpec?: DiscreteResource;
}

/** How much of a counted resource there must be. */
export interface DiscreteResource extends Extensible {
  readonly kind: string;
  readonly value: number;
}

/** A top-level network. */
export interface Network extends Extensible {
  /** Key in the file. */
  readonly key: string;
  /** Name on the engine. */
  readonly name: string;
  readonly driver?: string;
  readonly driverOpts?: Record<string, string>;
  readonly ipam?: Ipam;
  readonly isExternal: boolean;
  readonly internal?: boolean;
  readonly attachable?: boolean;
  readonly labels?: Record<string, string>;
  readonly enableIpv4?: boolean;
  readonly enableIpv6?: boolean;
}

/** Address management of a network. */
export interface Ipam extends Extensible {
  readonly driver?: string;
  readonly config?: readonly IpamPool[];
  readonly options?: Record<string, string>;
}

/** A range of addresses of a network. */
export interface IpamPool extends Extensible {
  readonly subnet?: string;
  readonly gateway?: string;
  readonly ipRange?: string;
  readonly auxAddresses?: Record<string, string>;
}

/** A top-level volume. */
export interface Volume extends Extensible {
  readonly key: string;
  readonly name: string;
  readonly driver?: string;
  readonly driverOpts?: Record<string, string>;
  readonly isExternal: boolean;
  readonly labels?: Record<string, string>;
}

/** A top-level config or secret. */
export interface FileObject extends Extensible {
  readonly key: string;
  readonly name: string;
  readonly file?: string;
  /** Name of the environment variable that holds the value. */
  readonly environment?: string;
  /** Written inline, or the value of `environment` where it was loaded. */
  readonly content?: string;
  readonly isExternal: boolean;
  readonly labels?: Record<string, string>;
  readonly driver?: string;
  readonly driverOpts?: Record<string, string>;
  readonly templateDriver?: string;
}

/** A top-level model. */
export interface Model extends Extensible {
  readonly key: string;
  readonly name?: string;
  readonly model?: string;
  readonly contextSize?: number;
  readonly runtimeFlags?: readonly string[];
}

// Made from schema/ by test/toolchain/language.ts: npm run language. One file, however long, since it is one language.

/** One application: its services and what they share. Several files may be given; they are merged in order. */
export type ComposeFile = {
  /**
   * Version of the old file format. Has no effect any more; remove it.
   * @deprecated
   */
  readonly version?: string | undefined;

  /** Project name, the prefix of every container, network and volume. The command line and COMPOSE_PROJECT_NAME win over it; without any, the folder's name is used. */
  readonly name?: string | undefined;

  /** Other compose applications that become part of this one. Each is read with its own folder and its own environment. */
  readonly include?: readonly IncludeDefinition[] | undefined;

  /** What runs: one entry per kind of container, by name. */
  readonly services?: { readonly [name: string]: ServiceDefinition | undefined } | undefined;

  /** Networks that services may join, by name. Services that name none join one called "default". */
  readonly networks?: { readonly [name: string]: NetworkDefinition | undefined } | undefined;

  /** Volumes that outlive containers and may be shared between services, by name. */
  readonly volumes?: { readonly [name: string]: VolumeDefinition | undefined } | undefined;

  /** Configuration files that services may ask for, by name. */
  readonly configs?: { readonly [name: string]: ConfigDefinition | undefined } | undefined;

  /** Confidential values that services and builds may ask for, by name. */
  readonly secrets?: { readonly [name: string]: SecretDefinition | undefined } | undefined;

  /** Language models that services may use, by name. */
  readonly models?: { readonly [name: string]: ModelDefinition | undefined } | undefined;
  readonly [extension: `x-${string}`]: unknown;
};

/** How the service's image is built: the path of the build context, or a mapping for more than that. */
type BuildDefinition =
  | string
  | {
      /** Folder, or address of a Git repository or archive, that holds what the build needs. Default: `"."`. */
      readonly context?: string | undefined;

      /** The Dockerfile, relative to the context. Default: `"Dockerfile"`. */
      readonly dockerfile?: string | undefined;

      /** The Dockerfile's text itself. Not together with dockerfile. */
      readonly dockerfile_inline?: string | undefined;

      /** Privileges the build is allowed to use. */
      readonly entitlements?: readonly string[] | undefined;

      /** Build arguments; one without a value takes it from the environment. */
      readonly args?: ListOrMap | undefined;

      /** SSH agents or keys that RUN --mount=type=ssh may use: "default", or an id with a path. */
      readonly ssh?: ListOrMap | undefined;

      /** Labels of the image. */
      readonly labels?: ListOrMap | undefined;

      /** Where the builder may find cached layers. */
      readonly cache_from?: readonly string[] | undefined;

      /** Where the builder leaves layers for later builds. */
      readonly cache_to?: readonly string[] | undefined;

      /** true: every step is run again. Default: `false`. */
      readonly no_cache?: boolean | string | undefined;

      /** Stages whose steps are run again. */
      readonly no_cache_filter?: string | readonly string[] | undefined;

      /** Further contexts by name, for FROM and COPY --from: a folder, an address, an image (docker-image://) or another service (service:NAME). */
      readonly additional_contexts?: ListOrMap | undefined;

      /** Network of the RUN steps. Default: `"default"`. */
      readonly network?: string | undefined;

      /** Whether, or how, the origin of the image is attested. */
      readonly provenance?: string | boolean | undefined;

      /** Whether, or how, the image's parts are listed in an attestation. */
      readonly sbom?: string | boolean | undefined;

      /** true: look for newer base images. Default: `false`. */
      readonly pull?: boolean | string | undefined;

      /** Stage to build; the last one when absent. */
      readonly target?: string | undefined;

      /** Size of /dev/shm in the RUN steps. Default: `"64m"`. */
      readonly shm_size?: number | string | undefined;

      /** Further entries of /etc/hosts in the RUN steps. */
      readonly extra_hosts?: ExtraHosts | undefined;

      /** Isolation technology of the build, where the engine offers several. */
      readonly isolation?: string | undefined;

      /** true: the RUN steps have every capability. Default: `false`. */
      readonly privileged?: boolean | string | undefined;

      /** Top-level secrets that RUN --mount=type=secret may use. */
      readonly secrets?: FileReferences | undefined;

      /** Further names of the image, beside the service's image. */
      readonly tags?: readonly string[] | undefined;

      /** Limits of the RUN steps. */
      readonly ulimits?: Ulimits | undefined;

      /** Platforms to build for. */
      readonly platforms?: readonly string[] | undefined;
      readonly [extension: `x-${string}`]: unknown;
    };

/** A configuration file: its text comes from exactly one of file, environment and content. */
type ConfigDefinition = {
  /** Name to look an external config up by; without it PROJECT_KEY. */
  readonly name?: string | undefined;

  /** The text itself; variables in it are replaced. */
  readonly content?: string | undefined;

  /** Name of the variable that holds the text. */
  readonly environment?: string | undefined;

  /** File that holds the text. */
  readonly file?: string | undefined;

  /** true: the config is kept by the engine already. Default: `false`. */
  readonly external?: External | undefined;

  /** Labels of the config, where the engine keeps configs. */
  readonly labels?: ListOrMap | undefined;

  /** Driver that fills in the text as a template. */
  readonly template_driver?: string | undefined;
  readonly [extension: `x-${string}`]: unknown;
};

/** How many containers the service has, what they may use, and how they are replaced and restarted. */
type DeployDefinition = {
  /** replicated, global (one per node), or the same as jobs that run to their end. Default: `"replicated"`. */
  readonly mode?: string | undefined;

  /** How a cluster finds the replicas: one virtual address (vip), or an address each (dnsrr). */
  readonly endpoint_mode?: string | undefined;

  /** Number of containers of the service. Default: `1`. */
  readonly replicas?: number | string | undefined;

  /** Labels of the service in a cluster, not of its containers. */
  readonly labels?: ListOrMap | undefined;

  /** How replicas are replaced by changed ones. */
  readonly update_config?: Replacement | undefined;

  /** How replicas go back to the previous state when an update failed. */
  readonly rollback_config?: Replacement | undefined;

  /** What each container may use at most, and what must be free for it. */
  readonly resources?:
    | {
        /** Upper bounds. */
        readonly limits?:
          | {
              /** Processors, also in parts. */
              readonly cpus?: number | string | undefined;

              /** Memory: text with a unit. */
              readonly memory?: string | undefined;

              /** Number of processes and threads. */
              readonly pids?: number | string | undefined;
              readonly [extension: `x-${string}`]: unknown;
            }
          | undefined;

        /** What must be available. */
        readonly reservations?:
          | {
              /** Processors, also in parts. */
              readonly cpus?: number | string | undefined;

              /** Memory: text with a unit. */
              readonly memory?: string | undefined;

              /** Devices, by what they can do. */
              readonly devices?: readonly WithAll<DeviceRequest, "capabilities">[] | undefined;

              /** Resources that a cluster's nodes were told to offer. */
              readonly generic_resources?:
                | readonly {
                    /** A resource that is counted in whole pieces. */
                    readonly discrete_resource_spec?:
                      | {
                          /** Name of the resource. */
                          readonly kind?: string | undefined;

                          /** How many of it. */
                          readonly value?: number | string | undefined;
                          readonly [extension: `x-${string}`]: unknown;
                        }
                      | undefined;
                    readonly [extension: `x-${string}`]: unknown;
                  }[]
                | undefined;
              readonly [extension: `x-${string}`]: unknown;
            }
          | undefined;
        readonly [extension: `x-${string}`]: unknown;
      }
    | undefined;

  /** When a container that ended is started again; wins over the service's restart. */
  readonly restart_policy?:
    | {
        /** none, on-failure or any. Default: `"any"`. */
        readonly condition?: string | undefined;

        /** Pause before starting again. Default: `"0s"`. */
        readonly delay?: string | undefined;

        /** Give up after so many attempts; never when absent. */
        readonly max_attempts?: number | string | undefined;

        /** A container that lived this long was started well. */
        readonly window?: string | undefined;
        readonly [extension: `x-${string}`]: unknown;
      }
    | undefined;

  /** On which nodes of a cluster the containers run. */
  readonly placement?:
    | {
        /** Conditions that a node must meet. */
        readonly constraints?: readonly string[] | undefined;

        /** How to spread over the nodes that meet them. */
        readonly preferences?:
          | readonly {
              /** Node label to spread evenly over. */
              readonly spread?: string | undefined;
              readonly [extension: `x-${string}`]: unknown;
            }[]
          | undefined;

        /** Most containers of the service on one node. */
        readonly max_replicas_per_node?: number | string | undefined;
        readonly [extension: `x-${string}`]: unknown;
      }
    | undefined;
  readonly [extension: `x-${string}`]: unknown;
} | null;

/** How a running service follows changes of its sources. */
type DevelopDefinition = {
  /** Rules: what to do when files change. Rules are independent; every one that matches acts. */
  readonly watch?:
    | readonly {
        /** File or folder to watch, with everything below it. */
        readonly path: string;

        /** What a change leads to: build a new image and replace the container; copy the files; restart the container; copy, then restart; copy, then run exec. */
        readonly action: "rebuild" | "sync" | "restart" | "sync+restart" | "sync+exec";

        /** Where the path's files belong in the container; needed by the actions that copy. */
        readonly target?: string | undefined;

        /** Patterns of files below path that are left alone, in the language of .dockerignore. */
        readonly ignore?: string | readonly string[] | undefined;

        /** Patterns of files below path that count; all when absent. */
        readonly include?: string | readonly string[] | undefined;

        /** What sync+exec runs in the container after copying. */
        readonly exec?: HookDefinition | undefined;

        /** true: copy everything once when watching begins. Default: `false`. */
        readonly initial_sync?: boolean | undefined;
        readonly [extension: `x-${string}`]: unknown;
      }[]
    | undefined;
  readonly [extension: `x-${string}`]: unknown;
} | null;

/** How the engine finds out whether the service works. */
type HealthcheckDefinition = {
  /** The check: a list beginning with CMD (run as it is), CMD-SHELL (one text for a shell) or NONE (switch the image's check off); text alone is meant for a shell. */
  readonly test?: string | readonly string[] | undefined;

  /** Time between two checks. Default: `"30s"`. */
  readonly interval?: string | undefined;

  /** A check that takes longer has failed. Default: `"30s"`. */
  readonly timeout?: string | undefined;

  /** Failures in a row that make the container unhealthy. Default: `3`. */
  readonly retries?: number | string | undefined;

  /** Time after the start during which failures do not count. Default: `"0s"`. */
  readonly start_period?: string | undefined;

  /** Time between two checks during start_period. Default: `"5s"`. */
  readonly start_interval?: string | undefined;

  /** true: no check, not even the image's. Default: `false`. */
  readonly disable?: boolean | string | undefined;
  readonly [extension: `x-${string}`]: unknown;
};

/** A command run inside a container at a moment of its life. */
type HookDefinition = {
  /** What to run. */
  readonly command: string | readonly string[] | null;

  /** User to run it as; the container's own when absent. */
  readonly user?: string | undefined;

  /** true: run it with every capability. Default: `false`. */
  readonly privileged?: boolean | string | undefined;

  /** Folder to run it in; the container's own when absent. */
  readonly working_dir?: string | undefined;

  /** Further variables for it. */
  readonly environment?: ListOrMap | undefined;
  readonly [extension: `x-${string}`]: unknown;
};

/** Another compose application: the path of its file, or a mapping for more than that. */
type IncludeDefinition =
  | string
  | {
      /** The file, or several that are merged in order. Relative to the including file. */
      readonly path?: string | readonly string[] | undefined;

      /** Files of variables that the included files are interpolated with; the including application's variables win. Default: `".env"`. */
      readonly env_file?: string | readonly string[] | undefined;

      /** Folder that relative paths of the included files start from; the folder of the first one when absent. */
      readonly project_directory?: string | undefined;
    };

/** A language model served to the application. */
type ModelDefinition = {
  /** Name to show for the model. */
  readonly name?: string | undefined;

  /** Which model: a reference that the model runner can pull. */
  readonly model: string;

  /** Largest number of tokens in the model's context. */
  readonly context_size?: number | undefined;

  /** Arguments handed to the inference engine as they are. */
  readonly runtime_flags?: readonly string[] | undefined;
  readonly [extension: `x-${string}`]: unknown;
};

/** What appears at a path of the container: "[SOURCE:]TARGET[:OPTIONS]", or a mapping. */
type MountDefinition =
  | string
  | {
      /** A path of the host, a volume, memory, a cluster volume, a Windows pipe, or the files of an image. */
      readonly type: "bind" | "volume" | "tmpfs" | "cluster" | "npipe" | "image";

      /** Path on the host, name of the volume, or name of the image. A volume without it is anonymous. */
      readonly source?: string | undefined;

      /** Path in the container. */
      readonly target?: string | undefined;

      /** true: the container cannot write to it. Default: `false`. */
      readonly read_only?: boolean | string | undefined;

      /** How closely host and container must agree, where the platform knows a difference. */
      readonly consistency?: string | undefined;

      /** Further settings of a bind mount. */
      readonly bind?:
        | {
            /** How mounts made below it spread between host and container. Default: `"rprivate"`. */
            readonly propagation?: string | undefined;

            /** true: a missing path is created on the host as a folder; false: it is an error. Default: `true`. */
            readonly create_host_path?: boolean | string | undefined;

            /** Whether mounts below the source come along, and whether read_only applies to them. Default: `"enabled"`. */
            readonly recursive?: "enabled" | "disabled" | "writable" | "readonly" | undefined;

            /** Relabel the source: z to share it between containers, Z for this one alone. */
            readonly selinux?: "z" | "Z" | undefined;
            readonly [extension: `x-${string}`]: unknown;
          }
        | undefined;

      /** Further settings of a volume mount. */
      readonly volume?:
        | {
            /** Labels of a volume that is made for this mount. */
            readonly labels?: ListOrMap | undefined;

            /** true: an empty volume stays empty; false: it is filled with what the image has at the target. Default: `false`. */
            readonly nocopy?: boolean | string | undefined;

            /** Folder inside the volume to mount instead of its root. */
            readonly subpath?: string | undefined;
            readonly [extension: `x-${string}`]: unknown;
          }
        | undefined;

      /** Further settings of a memory mount. */
      readonly tmpfs?:
        | {
            /** Largest size: bytes, or text with a unit. */
            readonly size?: number | string | undefined;

            /** Permission bits of its root, in octal. Default: `"1777"`. */
            readonly mode?: number | string | undefined;
            readonly [extension: `x-${string}`]: unknown;
          }
        | undefined;

      /** Further settings of an image mount. */
      readonly image?:
        | {
            /** Folder inside the image to mount instead of its root. */
            readonly subpath?: string | undefined;
            readonly [extension: `x-${string}`]: unknown;
          }
        | undefined;
      readonly [extension: `x-${string}`]: unknown;
    };

/** A network of the application. Empty: the engine's defaults. */
export type NetworkDefinition = {
  /** Name on the engine, taken as it is; without it PROJECT_KEY. */
  readonly name?: string | undefined;

  /** Driver that makes the network; the engine's default when absent. */
  readonly driver?: string | undefined;

  /** Options of the driver. */
  readonly driver_opts?: DriverOptions | undefined;

  /** How addresses are handed out. */
  readonly ipam?:
    | {
        /** Address management driver. Default: `"default"`. */
        readonly driver?: string | undefined;

        /** Address pools. */
        readonly config?:
          | readonly {
              /** The pool, as address and prefix length. */
              readonly subnet?: string | undefined;

              /** Part of the subnet that addresses are chosen from. */
              readonly ip_range?: string | undefined;

              /** Address of the gateway. */
              readonly gateway?: string | undefined;

              /** Addresses kept free for others, by host name. */
              readonly aux_addresses?: { readonly [name: string]: string | undefined } | undefined;
              readonly [extension: `x-${string}`]: unknown;
            }[]
          | undefined;

        /** Options of the address management driver. */
        readonly options?: { readonly [name: string]: string | undefined } | undefined;
        readonly [extension: `x-${string}`]: unknown;
      }
    | undefined;

  /** true: the network exists already; it is only joined. Default: `false`. */
  readonly external?: External | undefined;

  /** true: no way out of the network. Default: `false`. */
  readonly internal?: boolean | string | undefined;

  /** false: the network has no IPv4 addresses. Default: `true`. */
  readonly enable_ipv4?: boolean | string | undefined;

  /** true: the network has IPv6 addresses as well. Default: `false`. */
  readonly enable_ipv6?: boolean | string | undefined;

  /** true: containers outside the application may join, where the driver needs to be told. Default: `false`. */
  readonly attachable?: boolean | string | undefined;

  /** Labels of the network. */
  readonly labels?: ListOrMap | undefined;
  readonly [extension: `x-${string}`]: unknown;
} | null;

/** A port of the container and where it is published: "[HOST_IP:][HOST:]CONTAINER[/PROTOCOL]" with ranges allowed, or a mapping. */
type PortDefinition =
  | number
  | string
  | {
      /** Name for people to read. */
      readonly name?: string | undefined;

      /** Port in the container. */
      readonly target?: number | string | undefined;

      /** Port on the host, or a range to choose from; the engine chooses when absent. */
      readonly published?: string | number | undefined;

      /** Address of the host to publish on; every address when absent. */
      readonly host_ip?: string | undefined;

      /** tcp, udp or sctp. Default: `"tcp"`. */
      readonly protocol?: string | undefined;

      /** What is spoken on the port, as a hint for tools. */
      readonly app_protocol?: string | undefined;

      /** In a cluster: host publishes on the container's node, ingress on every node. Default: `"ingress"`. */
      readonly mode?: string | undefined;
      readonly [extension: `x-${string}`]: unknown;
    };

/** A container that runs to its end before the service's containers start, for example to migrate a database. */
type PreStartDefinition = {
  /** Image to run it in; the service's own when absent. */
  readonly image?: string | undefined;

  /** What to run; the image's own command when absent. */
  readonly command?: string | readonly string[] | null | undefined;

  /** User to run it as. */
  readonly user?: string | undefined;

  /** true: run it with every capability. Default: `false`. */
  readonly privileged?: boolean | string | undefined;

  /** Folder to run it in. */
  readonly working_dir?: string | undefined;

  /** Further variables for it. */
  readonly environment?: ListOrMap | undefined;

  /** true: once before each replica; false: once for the service. Default: `false`. */
  readonly per_replica?: boolean | string | undefined;
  readonly [extension: `x-${string}`]: unknown;
};

/** A confidential value: it comes from a file or from an environment variable. */
type SecretDefinition = {
  /** Name to look an external secret up by; without it PROJECT_KEY. */
  readonly name?: string | undefined;

  /** Name of the variable that holds the value. */
  readonly environment?: string | undefined;

  /** File that holds the value. */
  readonly file?: string | undefined;

  /** true: the secret is kept by the engine already. Default: `false`. */
  readonly external?: External | undefined;

  /** Labels of the secret, where the engine keeps secrets. */
  readonly labels?: ListOrMap | undefined;

  /** Driver that fetches the value from a store. */
  readonly driver?: string | undefined;

  /** Options of the driver. */
  readonly driver_opts?: DriverOptions | undefined;

  /** Driver that fills in the value as a template. */
  readonly template_driver?: string | undefined;
  readonly [extension: `x-${string}`]: unknown;
};

/** One kind of container: what it runs and what it may see and use. It needs an image, a build or a provider. */
export type ServiceDefinition = {
  /** What to do when source files change while the application runs. */
  readonly develop?: DevelopDefinition | undefined;

  /** Number of containers, resources, and how they are replaced and restarted. */
  readonly deploy?: DeployDefinition | undefined;

  /** Annotations for the low-level runtime. */
  readonly annotations?: ListOrMap | undefined;

  /** false: an attached `up` does not show this service's output. Default: `true`. */
  readonly attach?: boolean | string | undefined;

  /** How the image is built: the path of the build context, or a mapping. */
  readonly build?: BuildDefinition | undefined;

  /** Share and limits of block device input and output. */
  readonly blkio_config?:
    | {
        /** Bytes read per second, by device. */
        readonly device_read_bps?: readonly Throttle[] | undefined;

        /** Reads per second, by device. */
        readonly device_read_iops?: readonly Throttle[] | undefined;

        /** Bytes written per second, by device. */
        readonly device_write_bps?: readonly Throttle[] | undefined;

        /** Writes per second, by device. */
        readonly device_write_iops?: readonly Throttle[] | undefined;

        /** Share compared with other containers, 10 to 1000. Default: `500`. */
        readonly weight?: number | string | undefined;

        /** Share on single devices. */
        readonly weight_device?:
          | readonly {
              /** The device. */
              readonly path?: string | undefined;

              /** Share on it, 10 to 1000. */
              readonly weight?: number | string | undefined;
            }[]
          | undefined;
      }
    | undefined;

  /** Capabilities given to the container beside the engine's usual ones. */
  readonly cap_add?: readonly string[] | undefined;

  /** Capabilities taken from the container. */
  readonly cap_drop?: readonly string[] | undefined;

  /** Control group namespace: the host's or the container's own. */
  readonly cgroup?: "host" | "private" | undefined;

  /** Control group that the container's is made in. */
  readonly cgroup_parent?: string | undefined;

  /** Replaces the image's command. null leaves it; an empty list means none. */
  readonly command?: string | readonly string[] | null | undefined;

  /** Top-level configs that appear as files. */
  readonly configs?: FileReferences | undefined;

  /** Exact name of the container; allows only one replica. */
  readonly container_name?: string | undefined;

  /** Number of processors (Windows). */
  readonly cpu_count?: string | number | undefined;

  /** Share of the processors in percent (Windows). */
  readonly cpu_percent?: string | number | undefined;

  /** Weight against other containers when processors are scarce. Default: `1024`. */
  readonly cpu_shares?: number | string | undefined;

  /** Microseconds of processor time in each cpu_period. */
  readonly cpu_quota?: number | string | undefined;

  /** Length in microseconds of the period that cpu_quota refers to. Default: `100000`. */
  readonly cpu_period?: number | string | undefined;

  /** Period of the real-time scheduler: microseconds, or text with a unit. */
  readonly cpu_rt_period?: number | string | undefined;

  /** Real-time processor time in each period: microseconds, or text with a unit. */
  readonly cpu_rt_runtime?: number | string | undefined;

  /** Number of processors, also in parts; 0 is no limit. */
  readonly cpus?: number | string | undefined;

  /** Processors the container may run on. */
  readonly cpuset?: string | undefined;

  /** Account that a Windows container runs under. */
  readonly credential_spec?:
    | {
        /** Config that holds the specification. */
        readonly config?: string | undefined;

        /** File that holds it, on the engine's machine. */
        readonly file?: string | undefined;

        /** Entry of the Windows registry that holds it. */
        readonly registry?: string | undefined;
        readonly [extension: `x-${string}`]: unknown;
      }
    | undefined;

  /** Services that must be up first, and stop last: a list of names, or a mapping of names to conditions. */
  readonly depends_on?:
    | readonly string[]
    | {
        readonly [name: string]:
          | {
              /** When the dependency counts as met: started, healthy, or ended with success. */
              readonly condition: "service_started" | "service_healthy" | "service_completed_successfully";

              /** true: restart this service when the dependency is restarted or recreated. Default: `false`. */
              readonly restart?: boolean | string | undefined;

              /** false: a missing or failed dependency is only a warning. Default: `true`. */
              readonly required?: boolean | undefined;
              readonly [extension: `x-${string}`]: unknown;
            }
          | undefined;
      }
    | undefined;

  /** Rules for the devices a container may use: kind, major:minor, and rights. */
  readonly device_cgroup_rules?: readonly string[] | undefined;

  /** Devices of the host: "SOURCE[:TARGET[:RIGHTS]]", a CDI name, or a mapping. */
  readonly devices?:
    | readonly (
        | string
        | {
            /** Device on the host. */
            readonly source: string;

            /** Path in the container; the same as on the host when absent. */
            readonly target?: string | undefined;

            /** What is allowed: r read, w write, m make. Default: `"rwm"`. */
            readonly permissions?: string | undefined;
            readonly [extension: `x-${string}`]: unknown;
          }
      )[]
    | undefined;

  /** Addresses of name servers, instead of the engine's. */
  readonly dns?: string | readonly string[] | undefined;

  /** Options of the resolver. */
  readonly dns_opt?: readonly string[] | undefined;

  /** Domains that short host names are tried with. */
  readonly dns_search?: string | readonly string[] | undefined;

  /** Domain part of the container's host name. */
  readonly domainname?: string | undefined;

  /** Replaces the image's entrypoint. null leaves it; an empty list means none. */
  readonly entrypoint?: string | readonly string[] | null | undefined;

  /** Files of variables; later files win, environment wins over all of them. */
  readonly env_file?:
    | string
    | readonly (
        | string
        | {
            /** The file that holds the variables. */
            readonly path: string;

            /** raw: every line is taken literally, without quotes, comments or variables. */
            readonly format?: string | undefined;

            /** false: the file may be missing. Default: `true`. */
            readonly required?: boolean | string | undefined;
          }
      )[]
    | undefined;

  /** Files of labels; labels wins over them. */
  readonly label_file?: string | readonly string[] | undefined;

  /** Variables of the container: a mapping, or a list of "NAME=value". A name without a value takes the one of your environment. */
  readonly environment?: ListOrMap | undefined;

  /** Ports that other services may reach, without publishing them on the host. */
  readonly expose?: readonly (string | number)[] | undefined;

  /** Another service to begin with: its name, or a mapping that also names its file. What this service says wins. */
  readonly extends?:
    | string
    | {
        /** Name of the other service. */
        readonly service: string;

        /** File that holds it; this one when absent. */
        readonly file?: string | undefined;
      }
    | undefined;

  /** Containers outside the application to link to: "CONTAINER[:ALIAS]". */
  readonly external_links?: readonly string[] | undefined;

  /** Further entries of /etc/hosts: "name=address", or a mapping. "host-gateway" stands for the machine the engine runs on. */
  readonly extra_hosts?: ExtraHosts | undefined;

  /** GPUs for the container: "all", or a list of requests. */
  readonly gpus?: string | readonly DeviceRequest[] | undefined;

  /** Further groups of the container's user, by name or number. */
  readonly group_add?: readonly (string | number)[] | undefined;

  /** How the engine finds out whether the service works. */
  readonly healthcheck?: HealthcheckDefinition | undefined;

  /** The container's own host name. */
  readonly hostname?: string | undefined;

  /** Image to run, or the name to give to the one that is built. */
  readonly image?: string | undefined;

  /** true: a tiny init process forwards signals and reaps orphans. */
  readonly init?: boolean | string | undefined;

  /** IPC namespace: private, shareable, host, none, service:NAME or container:NAME. */
  readonly ipc?: string | undefined;

  /** Isolation technology, where the engine offers several. */
  readonly isolation?: string | undefined;

  /** Labels of the containers. */
  readonly labels?: ListOrMap | undefined;

  /** Services reachable under a further name: "SERVICE[:ALIAS]". Services of one network reach each other without it. */
  readonly links?: readonly string[] | undefined;

  /** Where the output goes. */
  readonly logging?:
    | {
        /** Logging driver; the engine's default when absent. */
        readonly driver?: string | undefined;

        /** Options of the driver. */
        readonly options?: { readonly [name: string]: string | number | null | undefined } | undefined;
        readonly [extension: `x-${string}`]: unknown;
      }
    | undefined;

  /** Hardware address on the first network; better set on the network. */
  readonly mac_address?: string | undefined;

  /** Most memory the container may use. */
  readonly mem_limit?: number | string | undefined;

  /** Memory the container is pressed down to when the host runs short. */
  readonly mem_reservation?: number | string | undefined;

  /** How readily the kernel swaps the container's memory out, 0 to 100. */
  readonly mem_swappiness?: number | string | undefined;

  /** Most memory and swap together; -1 is unlimited swap. */
  readonly memswap_limit?: number | string | undefined;

  /** A network namespace instead of networks: none, host, service:NAME or container:NAME. */
  readonly network_mode?: string | undefined;

  /** Models the service uses: a list of names, or a mapping that names the variables. Address and name of each arrive as variables. */
  readonly models?: readonly string[] | { readonly [name: string]: ModelUse | undefined } | undefined;

  /** Networks to join: a list of names, or a mapping with settings. */
  readonly networks?:
    | readonly string[]
    | {
        readonly [name: string]:
          | {
              /** Further names of the service on this network. */
              readonly aliases?: readonly string[] | undefined;

              /** Name of the network interface in the container. */
              readonly interface_name?: string | undefined;

              /** Fixed IPv4 address; the network needs a subnet. */
              readonly ipv4_address?: string | undefined;

              /** Fixed IPv6 address; the network needs a subnet. */
              readonly ipv6_address?: string | undefined;

              /** Link-local addresses. */
              readonly link_local_ips?: readonly string[] | undefined;

              /** Hardware address on this network. */
              readonly mac_address?: string | undefined;

              /** Options handed to the network's driver for this connection. */
              readonly driver_opts?: DriverOptions | undefined;

              /** Networks with higher numbers are joined first; the first one receives mac_address. Default: `0`. */
              readonly priority?: number | undefined;

              /** The network with the highest number provides the default gateway. Default: `0`. */
              readonly gw_priority?: number | undefined;
              readonly [extension: `x-${string}`]: unknown;
            }
          | null
          | undefined;
      }
    | undefined;

  /** true: the kernel does not kill the container when memory runs out. Default: `false`. */
  readonly oom_kill_disable?: boolean | string | undefined;

  /** How likely the kernel kills the container when memory runs out, -1000 (never) to 1000. */
  readonly oom_score_adj?: string | number | undefined;

  /** Process namespace: host, service:NAME or container:NAME; its own when absent. */
  readonly pid?: string | null | undefined;

  /** Most processes and threads; -1 is no limit. */
  readonly pids_limit?: number | string | undefined;

  /** Platform of the image: os/architecture/variant. */
  readonly platform?: string | undefined;

  /** Ports published on the host: "[HOST_IP:][HOST:]CONTAINER[/PROTOCOL]", or mappings. */
  readonly ports?: readonly PortDefinition[] | undefined;

  /** Steps that run to their end, one after another, before the service's containers start. */
  readonly pre_start?: readonly PreStartDefinition[] | undefined;

  /** Commands run in each container right after it started. */
  readonly post_start?: readonly HookDefinition[] | undefined;

  /** Commands run in each container before it is stopped. */
  readonly pre_stop?: readonly HookDefinition[] | undefined;

  /** true: every capability and device of the host. Better add single capabilities. Default: `false`. */
  readonly privileged?: boolean | string | undefined;

  /** The service exists only while one of these profiles is active; always when absent. */
  readonly profiles?: readonly string[] | undefined;

  /** A program that provides the service instead of a container. */
  readonly provider?:
    | {
        /** The program: a path, or the name of a Docker CLI plugin or of a program on PATH. */
        readonly type: string;

        /** Options handed to the program as they are. */
        readonly options?:
          | { readonly [name: string]: string | number | boolean | readonly (string | number | boolean)[] | undefined }
          | undefined;
        readonly [extension: `x-${string}`]: unknown;
      }
    | undefined;

  /** When the image is pulled: always, never, missing (or if_not_present), build (never pull), or again after a day, a week or a time of your choice. Default: `"missing"`. */
  readonly pull_policy?: string | undefined;

  /** Age after which the policy refresh pulls again. */
  readonly pull_refresh_after?: string | undefined;

  /** true: the container's own files cannot be written to. Default: `false`. */
  readonly read_only?: boolean | string | undefined;

  /** When the engine starts an ended container again: no, always, on-failure[:TIMES] or unless-stopped. Default: `"no"`. */
  readonly restart?: string | undefined;

  /** Low-level runtime the engine was told about. */
  readonly runtime?: string | undefined;

  /** Number of containers; deploy.replicas is its other spelling. Default: `1`. */
  readonly scale?: number | string | undefined;

  /** Top-level secrets that appear as files below /run/secrets. */
  readonly secrets?: FileReferences | undefined;

  /** Settings of the security modules: labels, profiles, new privileges. */
  readonly security_opt?: readonly string[] | undefined;

  /** Size of /dev/shm. Default: `"64m"`. */
  readonly shm_size?: number | string | undefined;

  /** true: standard input stays open. Default: `false`. */
  readonly stdin_open?: boolean | string | undefined;

  /** Time between stop_signal and being killed. Default: `"10s"`. */
  readonly stop_grace_period?: string | undefined;

  /** Signal that asks the container to end; the image's, else SIGTERM, when absent. */
  readonly stop_signal?: string | undefined;

  /** Options of the engine's storage driver. */
  readonly storage_opt?: {} | undefined;

  /** Kernel parameters of the container's namespaces. */
  readonly sysctls?: ListOrMap | undefined;

  /** Paths of the container kept in memory: "PATH[:OPTIONS]". */
  readonly tmpfs?: string | readonly string[] | undefined;

  /** true: the container has a terminal. Default: `false`. */
  readonly tty?: boolean | string | undefined;

  /** Limits of the kernel per process: one number, or soft and hard. */
  readonly ulimits?: Ulimits | undefined;

  /** true: the container may talk to the engine, with your registry credentials. Default: `false`. */
  readonly use_api_socket?: boolean | undefined;

  /** User, and group, that the container runs as; the image's when absent. */
  readonly user?: string | undefined;

  /** User namespace: host switches the engine's remapping off. */
  readonly userns_mode?: string | undefined;

  /** Namespace of the host name: host shares the machine's. */
  readonly uts?: string | undefined;

  /** What appears at paths of the container: "[SOURCE:]TARGET[:OPTIONS]", or mappings. */
  readonly volumes?: readonly MountDefinition[] | undefined;

  /** Mount everything that another container mounts: "SERVICE[:ro]" or "container:NAME[:ro]". */
  readonly volumes_from?: readonly string[] | undefined;

  /** Folder the command runs in; the image's when absent. */
  readonly working_dir?: string | undefined;
  readonly [extension: `x-${string}`]: unknown;
};

/** A volume of the application. Empty: the engine's defaults. */
export type VolumeDefinition = {
  /** Name on the engine, taken as it is; without it PROJECT_KEY. */
  readonly name?: string | undefined;

  /** Driver that keeps the data; the engine's default when absent. */
  readonly driver?: string | undefined;

  /** Options of the driver. */
  readonly driver_opts?: DriverOptions | undefined;

  /** true: the volume exists already; it is used, never created or removed. Default: `false`. */
  readonly external?: External | undefined;

  /** Labels of the volume. */
  readonly labels?: ListOrMap | undefined;
  readonly [extension: `x-${string}`]: unknown;
} | null;

type ListOrMap = { readonly [name: string]: string | number | boolean | null | undefined } | readonly string[];

type ExtraHosts = { readonly [name: string]: string | readonly string[] | undefined } | readonly string[];

type FileReferences = readonly (
  | string
  | {
      /** Name of the top-level entry. */
      readonly source?: string | undefined;

      /** Path of the file in the container. A config without it appears as /NAME, a secret as /run/secrets/NAME; a secret's relative path starts at /run/secrets. */
      readonly target?: string | undefined;

      /** Number of the owning user. Default: `"0"`. */
      readonly uid?: string | undefined;

      /** Number of the owning group. Default: `"0"`. */
      readonly gid?: string | undefined;

      /** Permission bits of the file, in octal. Default: `"0444"`. */
      readonly mode?: number | string | undefined;
      readonly [extension: `x-${string}`]: unknown;
    }
)[];

type Ulimits = {
  readonly [name: string]:
    | number
    | string
    | {
        /** The limit in force; a process may raise it up to the hard one. */
        readonly soft: number | string;

        /** The highest value the soft limit may be raised to. */
        readonly hard: number | string;
        readonly [extension: `x-${string}`]: unknown;
      }
    | undefined;
};

type External =
  | boolean
  | string
  | {
      /**
       * Old place of the name; write name beside external instead.
       * @deprecated
       */
      readonly name?: string | undefined;
      readonly [extension: `x-${string}`]: unknown;
    };

type Replacement = {
  /** How many at a time; 0 is all at once. Default: `1`. */
  readonly parallelism?: number | string | undefined;

  /** Pause between two groups. Default: `"0s"`. */
  readonly delay?: string | undefined;

  /** What to do when a replacement fails: pause, continue, or rollback (updates only). Default: `"pause"`. */
  readonly failure_action?: string | undefined;

  /** How long a new container is observed before it counts as well. Default: `"0s"`. */
  readonly monitor?: string | undefined;

  /** Share of failures, 0 to 1, that is put up with. Default: `0`. */
  readonly max_failure_ratio?: number | string | undefined;

  /** Whether the new container starts before or after the old one stops. Default: `"stop-first"`. */
  readonly order?: "start-first" | "stop-first" | undefined;
  readonly [extension: `x-${string}`]: unknown;
};

type DeviceRequest = {
  /** What the device must be able to do. */
  readonly capabilities?: readonly string[] | undefined;

  /** How many devices; "all" takes every one. Not together with device_ids. Default: `"all"`. */
  readonly count?: string | number | undefined;

  /** Exactly these devices, by the driver's identifiers. Not together with count. */
  readonly device_ids?: readonly string[] | undefined;

  /** Device driver that provides them. */
  readonly driver?: string | undefined;

  /** Options handed to the driver as they are. */
  readonly options?: ListOrMap | undefined;
  readonly [extension: `x-${string}`]: unknown;
};

type DriverOptions = { readonly [name: string]: string | number | undefined };

/** A rate limit of one device. */
type Throttle = {
  /** The device. */
  readonly path?: string | undefined;

  /** Bytes, or operations, per second; bytes may have a unit. */
  readonly rate?: number | string | undefined;
};

/** How a model's address and name reach the service. Empty: by variables named after the model. */
type ModelUse = {
  /** Variable that receives the model's address. */
  readonly endpoint_var?: string | undefined;

  /** Variable that receives the model's name. */
  readonly model_var?: string | undefined;
  readonly [extension: `x-${string}`]: unknown;
} | null;

/** A part of which some keys have to be there. */
type WithAll<Part, Key extends keyof Part> = Part & { readonly [Each in Key]-?: Part[Each] };

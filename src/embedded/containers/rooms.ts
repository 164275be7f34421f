import type { MachineFacts } from "../host/machine.ts";
import type { Signs } from "../host/signs.ts";
import type { Images } from "../images/images.ts";
import type { Networks } from "../networks/networks.ts";
import type { Runtimes } from "../runtime/low-level.ts";
import type { HostFacts, SpecFacts } from "../runtime/oci-spec.ts";
import type { SeccompCache } from "../runtime/seccomp-cache.ts";
import type { Paths } from "../store/paths.ts";
import type { Volumes } from "../volumes/volumes.ts";
import type { Containers, ContainerStreams, Restarts } from "./containers.ts";
import type { NewsDesk } from "./news.ts";
import type { Drafts } from "./drafts.ts";
import type { OutOfMemory } from "./out-of-memory.ts";
import type { Register } from "./register.ts";

/** What every verb of containers works with. */
export interface ContainerRooms {
  readonly paths: Paths;
  readonly machine: MachineFacts;
  readonly register: Register;
  readonly drafts: Drafts;
  readonly signs: Signs;
  readonly images: Images;
  readonly volumes: Volumes;
  readonly networks: Networks;
  readonly streams: ContainerStreams;
  readonly publish: Containers["publish"];
  readonly news: NewsDesk;
  readonly restarts: Restarts;
  readonly oom: Pick<OutOfMemory, "look">;
  readonly runtimes: Runtimes;
  readonly seccomp: SeccompCache;
  /** RFC 3339 with nanoseconds. */
  readonly now: () => string;
  /** What the machine can do to keep containers apart. */
  readonly isolation: HostFacts;
  readonly limits: SpecFacts["limits"];
  readonly onFault: (error: unknown) => void;
}

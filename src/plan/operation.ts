import type { ContainerCreateBody, ContainerUpdateBody, EndpointSettings } from "../docker-api/container.ts";
import type { NetworkCreateBody } from "../docker-api/network.ts";
import type { VolumeCreateBody } from "../docker-api/volume.ts";
import type { Build, Service } from "../compose/project.ts";

/**
 * One engine call each, with its finished body. Containers are named, not numbered by id, because a plan is made before
 * they exist; ids of things that do exist are kept where a name could have moved to another container.
 */
export type Operation =
  | {
      readonly kind: "pull-image";
      readonly image: string;
      /** A service that asks for it. */
      readonly service?: string;
      readonly platform?: string;
      /** It may fail: a build follows. */
      readonly optional?: boolean;
    }
  | {
      readonly kind: "build-image";
      readonly image: string;
      readonly service: string;
      /** `classic`: what is asked for is nothing that BuildKit could do, or the engine has none. */
      readonly builder: BuilderKind;
      readonly build: Build;
      /** Where their values are found: the values themselves are in no plan. */
      readonly secrets?: readonly BuildSecret[];
      readonly platform?: string;
      readonly labels: Record<string, string>;
    }
  | { readonly kind: "push-image"; readonly image: string }
  | { readonly kind: "remove-image"; readonly image: string; readonly optional?: boolean }
  | { readonly kind: "create-network"; readonly name: string; readonly body: NetworkCreateBody }
  | {
      readonly kind: "remove-network";
      readonly id: string;
      readonly name: string;
      /** A thing still used by others is left alone with a warning. */
      readonly optional?: boolean;
    }
  | {
      readonly kind: "connect-network";
      readonly network: string;
      readonly container: string;
      readonly endpoint: EndpointSettings;
    }
  | { readonly kind: "disconnect-network"; readonly network: string; readonly container: string }
  | { readonly kind: "create-volume"; readonly name: string; readonly body: VolumeCreateBody }
  | { readonly kind: "remove-volume"; readonly name: string; readonly optional?: boolean }
  | {
      readonly kind: "create-container";
      /** Name it is created under: a temporary one while another container still holds the final name. */
      readonly name: string;
      /** Name it will end with, and by which later steps speak of it. */
      readonly finalName: string;
      readonly service: string;
      /** The container it takes the place of. */
      readonly replaces?: string;
      readonly body: ContainerCreateBody;
      readonly platform?: string;
      /** Placeholders in `body` that only an earlier step can fill. */
      readonly late: readonly LateValue[];
      /** Providers whose variables join its environment. */
      readonly provided?: readonly string[];
    }
  | { readonly kind: "upload-files"; readonly container: string; readonly files: readonly UploadedFile[] }
  | {
      readonly kind: "start-container";
      readonly container: string;
      readonly service: string;
      /** Given where another container has a claim to the name. */
      readonly id?: string;
    }
  | { readonly kind: "unpause-container"; readonly container: string; readonly service: string }
  | { readonly kind: "pause-container"; readonly container: string; readonly service: string }
  | {
      /** Stops and starts in one call: the container does not count as ended in between. */
      readonly kind: "restart-container";
      readonly container: string;
      readonly service: string;
      readonly graceMs?: number;
    }
  | { readonly kind: "kill-container"; readonly container: string; readonly service: string; readonly signal: string }
  | {
      readonly kind: "stop-container";
      readonly id: string;
      readonly name: string;
      readonly service: string;
      readonly graceMs?: number;
      /** Part of a recreation, and told as such. */
      readonly isReplaced?: true;
    }
  | {
      readonly kind: "remove-container";
      readonly id: string;
      readonly name: string;
      readonly service: string;
      readonly withVolumes: boolean;
      readonly force: boolean;
      readonly isReplaced?: true;
    }
  | {
      /** Changes limits and the restart policy of a container that stays. */
      readonly kind: "update-container";
      readonly id: string;
      readonly name: string;
      readonly service: string;
      readonly body: ContainerUpdateBody;
    }
  | { readonly kind: "rename-container"; readonly container: string; readonly name: string; readonly service: string }
  | ({
      readonly kind: "run-hook";
      readonly container: string;
      readonly service: string;
      readonly moment: "post_start" | "pre_stop";
    } & HookCommand)
  | {
      readonly kind: "await-containers";
      readonly service: string;
      readonly containers: readonly string[];
      /** Their ids, where the names may lead to others by then. */
      readonly ids?: readonly string[];
      readonly until: AwaitedState;
      /** False: a failure is told and the wait counts as over. */
      readonly required: boolean;
      readonly timeoutMs?: number;
      /** How often to run the health check beside the engine: its first success counts as healthy. Absent: never. */
      readonly probeEveryMs?: number;
    }
  | {
      /** Looks on for a while: a container that ends or becomes unhealthy in that time fails the step. */
      readonly kind: "monitor-containers";
      readonly service: string;
      readonly containers: readonly string[];
      /** Their ids, where the names may lead to others by then. */
      readonly ids?: readonly string[];
      readonly forMs: number;
    }
  | {
      /** Lets a program of this machine provide a service, or release or pause what it provides. */
      readonly kind: "run-provider";
      readonly service: string;
      readonly verb: "up" | "down" | "stop";
      /** As the file names the program. */
      readonly type: string;
      /** Path of the program. */
      readonly program: string;
      readonly args: readonly string[];
      /** Where it runs. */
      readonly directory: string;
    }
  | {
      /** Lets Docker's program for models get or set up a model. */
      readonly kind: "run-model";
      readonly model: string;
      readonly verb: "pull" | "configure";
      /** Path of the program. */
      readonly program: string;
      readonly args: readonly string[];
      /** Where it runs. */
      readonly directory: string;
    }
  /** Lets time pass between replicas. */
  | { readonly kind: "delay"; readonly service: string; readonly forMs: number };

/** Builders that an engine may have. */
export type BuilderKind = "buildkit" | "classic";

/** A secret that a build may mount, by the name its Dockerfile knows it under. */
export type BuildSecret =
  | { readonly id: string; readonly file: string }
  /** The value of a variable, at the time of the build. */
  | { readonly id: string; readonly environment: string };

/** A command to run in a container. */
export interface HookCommand {
  readonly command: readonly string[];
  readonly user?: string;
  readonly privileged?: boolean;
  readonly workingDir?: string;
  /** `NAME=value`. */
  readonly environment: readonly string[];
}

/** What a wait waits for: nothing is written. */
export type AwaitedState = "running" | "healthy" | "running-or-healthy" | "completed";

/** A text in a body that stands for something known only after an earlier step. */
export type LateValue =
  | { readonly kind: "container-id"; readonly token: string; readonly container: string }
  | { readonly kind: "image-id"; readonly token: string; readonly image: string; readonly platform?: string }
  /** The config hash over a text that itself holds container ids. */
  | { readonly kind: "hash"; readonly token: string; readonly text: string }
  /** The config hash of a service with what providers tell it. */
  | { readonly kind: "service-hash"; readonly token: string; readonly service: Service };

/** A config or secret that is copied into the container before it starts. */
export interface UploadedFile {
  readonly path: string;
  readonly content: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  /** True for secrets: never printed, never in a saved plan's text form. */
  readonly isSecret: boolean;
}

import type { HealthConfig } from "./container.ts";

/** The parts of `GET /images/{name}/json` that compose needs. */
export interface ImageInspect {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Created?: string;
  readonly Architecture?: string;
  readonly Os?: string;
  readonly Variant?: string;
  readonly Size?: number;
  readonly Descriptor?: { readonly digest: string };
  readonly Metadata?: { readonly LastTagTime?: string };
  readonly Config?: {
    readonly Labels?: Record<string, string> | null;
    readonly Env?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly Entrypoint?: readonly string[] | null;
    readonly ExposedPorts?: Record<string, unknown> | null;
    readonly Volumes?: Record<string, unknown> | null;
    readonly User?: string;
    readonly WorkingDir?: string;
    readonly StopSignal?: string;
    readonly Healthcheck?: HealthConfig | null;
  } | null;
}

/** The part of `GET /distribution/{name}/json` that compose needs: what a registry says of an image. */
export interface DistributionInspect {
  readonly Descriptor: { readonly digest: string };
}

/** One row of `GET /images/json`. */
export interface ImageSummary {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  readonly Labels: Record<string, string> | null;
  readonly Created: number;
  readonly Size: number;
}

/** What `POST /images/prune` answers. */
export interface ImagesPruned {
  readonly ImagesDeleted: readonly { readonly Untagged?: string; readonly Deleted?: string }[] | null;
  readonly SpaceReclaimed: number;
}

/** One line of the progress stream of pull, push and build. */
export interface ProgressLine {
  readonly id?: string;
  readonly status?: string;
  readonly progress?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly stream?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message?: string };
  readonly aux?: { readonly ID?: string; readonly Digest?: string };
}

import type { Project, Service } from "../compose/project.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { Draft } from "./draft.ts";
import { imageKey } from "./names.ts";
import type { Plan } from "./plan.ts";

/** What a user can ask of `pull`, as data. */
export interface PullingOptions {
  /** Services whose images to pull; empty or absent: all. */
  readonly services?: readonly string[];
  /** Overrides every service's own policy. */
  readonly policy?: "missing" | "always";
  /** Leaves out images that the project can build. */
  readonly ignoreBuildable?: boolean;
  /** For images whose service names none. */
  readonly platform?: string;
}

/** Pulls images as they were asked for: unlike `up`, also those that are there, unless a policy says otherwise. */
export function pulling(project: Project, snapshot: Snapshot, options: PullingOptions): Plan {
  const draft = new Draft();
  const seen = new Set<string>();
  for (const service of Object.values(project.services)) {
    const { services = [] } = options;
    if (services.length > 0 && !services.includes(service.name)) continue;
    const images = [...(service.image === undefined ? [] : [service.image]), ...mountedImages(service)];
    if (images.length === 0) skip(draft, service.name, "no image to be pulled");
    for (const image of images) {
      const platform = image === service.image ? service.platform : undefined;
      const key = imageKey(image, platform);
      if (seen.has(key)) continue;
      seen.add(key);
      const reason = skipReason(service, image, { isPresent: snapshot.images[key] !== undefined, ...options });
      if (reason !== undefined) skip(draft, image, reason);
      else draft.add({ kind: "pull-image", image, ...onPlatform(platform ?? options.platform) }, "pull");
    }
  }
  return draft.finish({ action: "pull", project: project.name, basis: basisOf(snapshot) });
}

function onPlatform(platform: string | undefined): { readonly platform?: string } {
  return platform === undefined ? {} : { platform };
}

function mountedImages({ volumes = [] }: Service): string[] {
  return volumes.flatMap(({ type, source }) => (type === "image" && source !== undefined ? [source] : []));
}

function skipReason(
  { image: own, build, pullPolicy }: Service,
  image: string,
  {
    isPresent,
    policy = pullPolicy,
    ignoreBuildable = false,
  }: Omit<PullingOptions, "policy"> & {
    readonly isPresent: boolean;
    readonly policy?: string;
  },
): string | undefined {
  if (image === own && build !== undefined && ignoreBuildable) return "image can be built";
  if (policy === "never" || (policy === "build" && image === own)) return `pull_policy ${policy}`;
  const sparesPresent = policy === "missing" || policy === "if_not_present" || policy === "build";
  // The tag that is made to move is looked up in any case: that costs no download when it has not moved.
  return sparesPresent && isPresent && !isLatest(image) ? "image is already present locally" : undefined;
}

function isLatest(image: string): boolean {
  if (image.includes("@")) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest";
}

function skip(draft: Draft, name: string, reason: string): void {
  draft.unchanged({ resource: "image", name, text: `Skipped: ${reason}` });
}

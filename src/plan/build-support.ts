import { isAtLeast } from "../docker-api/version.ts";
import type { Build, Service } from "../compose/project.ts";
import { checkCaches } from "./build-caches.ts";
import type { BuilderKind } from "./operation.ts";
import type { ReportProblem } from "./problem.ts";

/** What there is to build with. */
export interface Builders {
  /** The builder that is to be taken where either will do. */
  readonly preferred: BuilderKind;
  /** The engine's: it tells the age of its BuildKit. */
  readonly apiVersion: string;
  /** Whether results of builds can be left elsewhere than in their image. */
  readonly keepsCaches: boolean;
}

type Asks = (build: Build) => boolean;

/** What only BuildKit can do, by attribute. */
const onlyBuildKit: Readonly<Record<string, Asks>> = {
  additional_contexts: ({ additionalContexts }) => Object.keys(additionalContexts ?? {}).length > 0,
  cache_to: ({ cacheTo = [] }) => cacheTo.length > 0,
  entitlements: ({ entitlements = [] }) => entitlements.length > 0,
  no_cache_filter: ({ noCacheFilter = [] }) => noCacheFilter.length > 0,
  platforms: ({ platforms = [] }) => platforms.length > 1,
  privileged: ({ privileged }) => privileged === true,
  provenance: ({ provenance }) => isAsked(provenance),
  sbom: ({ sbom }) => isAsked(sbom),
  secrets: ({ secrets = [] }) => secrets.length > 0,
  ssh: ({ ssh = [] }) => ssh.length > 0,
};

/** What only the classic builder can do. */
const onlyClassic: Readonly<Record<string, Asks>> = {
  isolation: ({ isolation }) => isolation !== undefined && isolation !== "",
  network: ({ network = "" }) => !["", "default", "none", "host"].includes(network),
};

/** What BuildKit can do since an API version; before that, the classic builder can. */
const newInBuildKit: Readonly<Record<string, Asks>> = {
  extra_hosts: ({ extraHosts = {} }) =>
    Object.values(extraHosts).some((addresses) => addresses.includes("host-gateway")),
  shm_size: ({ shmSizeBytes }) => shmSizeBytes !== undefined,
  ulimits: ({ ulimits }) => Object.keys(ulimits ?? {}).length > 0,
};

/** Engine 23.0, the first whose Dockerfile frontend knows these and named contexts (BuildKit 0.10). */
const apiOfNewerBuildKit = "1.42";

/** Chooses the builder for a service, and tells every attribute that it cannot do: nothing is ever done halfway. */
export function chooseBuilder({ name, build = {} }: Service, builders: Builders, report: ReportProblem): BuilderKind {
  const { preferred, apiVersion, keepsCaches } = builders;
  const isOld = !isAtLeast(apiVersion, apiOfNewerBuildKit);
  const forBuildKit = askedOf(onlyBuildKit, build);
  const forClassic = askedOf(isOld ? { ...onlyClassic, ...newInBuildKit } : onlyClassic, build);
  const tell = (attribute: string, message: string, hint?: string): void => {
    const path = ["services", name, "build", attribute];
    report({ code: "unsupported", path, message, ...(hint === undefined ? {} : { hint }) });
  };
  if (preferred === "classic") {
    const hint = "build on an engine that has BuildKit, and without DOCKER_BUILDKIT=0";
    for (const attribute of forBuildKit) tell(attribute, "needs BuildKit, and the builder is the classic one", hint);
    return "classic";
  }
  if (forBuildKit.length === 0 && forClassic.length > 0) return "classic";
  for (const attribute of forClassic) {
    const why =
      attribute in newInBuildKit
        ? `with BuildKit needs engine API ${apiOfNewerBuildKit}, got ${apiVersion}`
        : needsClassic;
    tell(attribute, `${why}; ${forBuildKit.join(", ")} cannot do without BuildKit`);
  }
  checkCaches(build, keepsCaches, tell);
  checkDockerStore(build, isOld ? apiVersion : undefined, tell);
  return "buildkit";
}

const needsClassic = "needs the classic builder";

/** Refuses what BuildKit can do, but not within a Docker daemon that keeps its images in its own store. */
function checkDockerStore(
  build: Build,
  oldApiVersion: string | undefined,
  tell: (attribute: string, message: string, hint?: string) => void,
): void {
  const store = "the image store of this engine cannot hold it";
  if ((build.platforms ?? []).length > 1)
    tell("platforms", `${store}: an image of several platforms`, "name one platform");
  for (const attribute of ["provenance", "sbom"] as const) {
    if (isAsked(build[attribute]))
      tell(attribute, `${store}: an image with attestations`, "leave it out, or write false");
  }
  if (oldApiVersion !== undefined && onlyBuildKit["additional_contexts"]?.(build) === true) {
    tell("additional_contexts", `needs engine API ${apiOfNewerBuildKit}, got ${oldApiVersion}`);
  }
}

function askedOf(table: Readonly<Record<string, Asks>>, build: Build): string[] {
  return Object.entries(table).flatMap(([attribute, asks]) => (asks(build) ? [attribute] : []));
}

function isAsked(attestation: string | undefined): boolean {
  return attestation !== undefined && attestation !== "" && attestation !== "false";
}

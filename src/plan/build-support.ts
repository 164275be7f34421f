import type { Build, Service } from "../compose/project.ts";
import type { ReportProblem } from "./problem.ts";

/** What the engine's own builder cannot do, by attribute: a build that asks for it is refused, never done halfway. */
const unsupported: Readonly<Record<string, (build: Build) => boolean>> = {
  additional_contexts: ({ additionalContexts }) => Object.keys(additionalContexts ?? {}).length > 0,
  cache_to: ({ cacheTo = [] }) => cacheTo.length > 0,
  entitlements: ({ entitlements = [] }) => entitlements.length > 0,
  no_cache_filter: ({ noCacheFilter = [] }) => noCacheFilter.length > 0,
  platforms: ({ platforms = [] }) => platforms.length > 1,
  privileged: ({ privileged }) => privileged === true,
  provenance: ({ provenance }) => provenance !== undefined && provenance !== "false",
  sbom: ({ sbom }) => sbom !== undefined && sbom !== "false",
  secrets: ({ secrets = [] }) => secrets.length > 0,
  ssh: ({ ssh = [] }) => ssh.length > 0,
};

/** Tells every attribute of a build that needs BuildKit. */
export function checkBuildSupport({ name, build }: Service, report: ReportProblem): void {
  if (build === undefined) return;
  for (const [attribute, isAsked] of Object.entries(unsupported)) {
    if (!isAsked(build)) continue;
    report({
      code: "unsupported",
      path: ["services", name, "build", attribute],
      message: "needs BuildKit; tscompose builds with the engine's classic builder",
      hint: `build it beforehand, then run with --no-build: docker compose build ${name}`,
    });
  }
}

import type { Build, Project, Service } from "../compose/project.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { checkBuildSupport } from "./build-support.ts";
import { Draft } from "./draft.ts";
import { buildLabels } from "./images.ts";
import { imageOf } from "./names.ts";
import { checkBuildPaths } from "./paths.ts";
import type { Plan } from "./plan.ts";
import { ImpossiblePlanError, type Problem } from "./problem.ts";
import { withProxies } from "./proxies.ts";
import type { Environment } from "./spec/files.ts";

/** What a user can ask of `build`, as data. */
export interface BuildingOptions {
  /** Services whose images to build; empty or absent: all. */
  readonly services?: readonly string[];
  /** On top of each service's own; `null` leaves a value to the builder. */
  readonly buildArgs?: Readonly<Record<string, string | null>>;
  readonly noCache?: boolean;
  /** Asks the registry for newer base images. */
  readonly pull?: boolean;
  /** Of the paths that images are built from, those that are not there. */
  readonly absentPaths?: readonly string[];
  /** Arguments for builds that say nothing else. */
  readonly proxies?: Environment;
}

/** Builds images whether they are there or not; images of one name are built once. */
export function building(project: Project, snapshot: Snapshot, options: BuildingOptions): Plan {
  const draft = new Draft();
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const service of Object.values(project.services)) {
    const { services = [] } = options;
    const { build, platform } = service;
    const image = imageOf(project, service);
    if (build === undefined || seen.has(image)) continue;
    if (services.length > 0 && !services.includes(service.name)) continue;
    seen.add(image);
    const wanted: Service & { readonly build: Build } = { ...service, build: withOptions(build, options) };
    const report = (problem: Problem): number => problems.push(problem);
    checkBuildSupport(wanted, report);
    checkBuildPaths(wanted, options.absentPaths ?? [], report);
    const labels = buildLabels(project.name, service);
    const on = { image, ...(platform === undefined ? {} : { platform }) };
    draft.add({ kind: "build-image", ...on, service: service.name, build: wanted.build, labels }, "build");
  }
  if (problems.length > 0) throw new ImpossiblePlanError(problems);
  return draft.finish({ action: "build", project: project.name, basis: basisOf(snapshot) });
}

function withOptions(build: Build, { buildArgs, noCache, pull, proxies }: BuildingOptions): Build {
  return {
    ...withProxies(buildArgs === undefined ? build : { ...build, args: { ...build.args, ...buildArgs } }, proxies),
    ...(noCache === true ? { noCache } : {}),
    ...(pull === true ? { pull } : {}),
  };
}

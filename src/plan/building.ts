import type { Build, Project, Service, SshKey } from "../compose/project.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { buildOperation, contextsOf } from "./build-operation.ts";
import { Draft } from "./draft.ts";
import { imageOf } from "./names.ts";
import type { BuilderKind } from "./operation.ts";
import { checkBuildPaths } from "./paths.ts";
import type { Plan } from "./plan.ts";
import { ImpossiblePlanError, type Problem } from "./problem.ts";
import type { Environment } from "./spec/files.ts";

/** What a user can ask of `build`, as data. */
export interface BuildingOptions {
  /** Services whose images to build; empty or absent: all. */
  readonly services?: readonly string[];
  /** On top of each service's own; `null` leaves a value to the builder. */
  readonly buildArgs?: Readonly<Record<string, string | null>>;
  readonly noCache?: boolean;
  /** Pushes what has a name of its own, under all its names, when it is built. */
  readonly push?: boolean;
  /** Agents and keys on top of each service's own. */
  readonly ssh?: readonly SshKey[];
  /** Attestations for all: as `build.provenance` and `build.sbom` say them. */
  readonly provenance?: string;
  readonly sbom?: string;
  /** Asks the registry for newer base images. */
  readonly pull?: boolean;
  /** Of the paths that images are built from, those that are not there. */
  readonly absentPaths?: readonly string[];
  /** What to build with, where either builder will do; absent: the classic one. */
  readonly builder?: BuilderKind;
  /** Whether the builder can leave results elsewhere than in their image; absent: it cannot. */
  readonly keepsCaches?: boolean;
  /** Values of secrets, and the way to the ssh agent. */
  readonly environment?: Environment;
  /** Arguments for builds that say nothing else. */
  readonly proxies?: Environment;
}

/** Builds images whether they are there or not; images of one name are built once, and what they are made of first. */
export function building(project: Project, snapshot: Snapshot, options: BuildingOptions): Plan {
  const {
    services = [],
    builder: preferred = "classic",
    keepsCaches = false,
    environment = {},
    proxies,
    absentPaths,
  } = options;
  const surroundings = { builders: { preferred, apiVersion: snapshot.apiVersion, keepsCaches }, environment, proxies };
  const draft = new Draft();
  const problems: Problem[] = [];
  const report = (problem: Problem): number => problems.push(problem);
  const steps = new Map<string, readonly number[]>();
  const add = (service: Service, cause: string): readonly number[] => {
    const image = imageOf(project, service);
    const known = steps.get(image);
    if (known !== undefined || service.build === undefined) return known ?? [];
    steps.set(image, []); // who is a context of its own, over however many others, has been told as a mistake
    const wanted = { ...service, build: withOptions(service.build, options) };
    const after = contextsOf(project, wanted).flatMap((each) => add(each, `context of ${service.name}`));
    checkBuildPaths(wanted, { project, absentPaths }, report);
    const step = draft.add(buildOperation(project, wanted, surroundings, report), cause, { after });
    steps.set(image, [step]);
    const names = options.push === true && service.image !== undefined ? [image, ...(wanted.build.tags ?? [])] : [];
    for (const name of new Set(names)) draft.add({ kind: "push-image", image: name }, "--push", { after: [step] });
    return [step];
  };
  for (const service of Object.values(project.services)) {
    if (services.length === 0 || services.includes(service.name)) add(service, "build");
  }
  if (problems.length > 0) throw new ImpossiblePlanError(problems);
  return draft.finish({ action: "build", project: project.name, basis: basisOf(snapshot) });
}

function withOptions(build: Build, options: BuildingOptions): Build {
  const { buildArgs, noCache, pull, ssh = [], provenance = build.provenance, sbom = build.sbom } = options;
  const keys = [...(build.ssh ?? []).filter(({ id }) => !ssh.some((key) => key.id === id)), ...ssh];
  return {
    ...(buildArgs === undefined ? build : { ...build, args: { ...build.args, ...buildArgs } }),
    ...(keys.length === 0 ? {} : { ssh: keys }),
    ...(provenance === undefined ? {} : { provenance }),
    ...(sbom === undefined ? {} : { sbom }),
    ...(noCache === true ? { noCache } : {}),
    ...(pull === true ? { pull } : {}),
  };
}

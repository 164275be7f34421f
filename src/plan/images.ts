import type { Project, Service } from "../compose/project.ts";
import type { ObservedImage, Snapshot } from "../observe/snapshot.ts";
import { buildOperation, type BuildSurroundings, contextsOf } from "./build-operation.ts";
import { defaultPlatform } from "./default-platform.ts";
import type { Draft } from "./draft.ts";
import { imageKey, imageOf, otherImages } from "./names.ts";
import { noInputs, type ReconcileOptions } from "./options.ts";
import { checkBuildPaths } from "./paths.ts";
import type { Guard } from "./plan.ts";
import type { ReportProblem } from "./problem.ts";
import { isDue, pullPolicy } from "./pull-policy.ts";

/** What a plan knows of a service's image. */
export interface PlannedImage {
  readonly reference: string;
  readonly platform?: string;
  /** As it is now; absent: not on the engine. */
  readonly observed?: ObservedImage;
  /** Steps that provide it; none: it is there and stays. */
  readonly steps: readonly number[];
}

/** Images by service. */
export type PlannedImages = Readonly<Record<string, PlannedImage>>;

/** Plans pulls and builds: each image once, pulls before builds. */
export function planImages(
  project: Project,
  snapshot: Snapshot,
  options: ReconcileOptions,
  draft: Draft,
  report: ReportProblem,
): PlannedImages {
  const byKey = new Map<string, Service[]>();
  for (const service of Object.values(project.services)) {
    const key = imageKey(imageOf(project, service), service.platform);
    byKey.set(key, [...(byKey.get(key) ?? []), service]);
  }
  const { apiVersion, images } = snapshot;
  const planned = new Map<string, PlannedImage | undefined>();
  const plan = (key: string, services: readonly Service[]): readonly number[] => {
    if (planned.has(key)) return planned.get(key)?.steps ?? [];
    planned.set(key, undefined); // who is a context of its own, over however many others, has been told as a mistake
    const stepsBefore = (builder: Service): readonly number[] =>
      contextsOf(project, builder).flatMap((context) => {
        const wanted = imageKey(imageOf(project, context), context.platform);
        return plan(wanted, byKey.get(wanted) ?? [context]);
      });
    const about = { apiVersion, project, observed: images[key], options, draft, report, stepsBefore };
    const image = planImage(services, about);
    planned.set(key, image);
    return image.steps;
  };
  for (const [key, services] of byKey) plan(key, services);
  const byService = [...byKey].flatMap(([key, services]) => {
    const image = planned.get(key);
    return image === undefined ? [] : services.map(({ name }) => [name, image] as const);
  });
  return Object.fromEntries(byService);
}

/** Images that services need beside their own, by reference: those of services as planned, absent ones pulled. */
export function planOtherImages(
  project: Project,
  snapshot: Snapshot,
  images: PlannedImages,
  options: ReconcileOptions,
  draft: Draft,
): PlannedImages {
  const on = onPlatform(pullPlatform(options));
  const own = new Map(Object.values(images).map((image) => [image.reference, image]));
  const references = Object.values(project.services).flatMap((service) => otherImages(project, service));
  const planned = [...new Set(references)].map((reference): [string, PlannedImage] => {
    const known = own.get(reference);
    if (known !== undefined) return [reference, known];
    const observed = snapshot.images[reference];
    if (observed !== undefined) return [reference, { reference, observed, steps: [] }];
    return [reference, { reference, steps: [draft.add({ kind: "pull-image", image: reference, ...on }, "missing")] }];
  });
  return Object.fromEntries(planned);
}

interface ImageContext {
  readonly apiVersion: string;
  readonly project: Project;
  readonly observed: ObservedImage | undefined;
  readonly options: ReconcileOptions;
  readonly draft: Draft;
  readonly report: ReportProblem;
  /** Steps that make what a service is built from. */
  readonly stepsBefore: (builder: Service) => readonly number[];
}

function planImage(services: readonly Service[], context: ImageContext): PlannedImage {
  const { project, observed, options, draft, report } = context;
  const [service] = services;
  if (service === undefined) throw new Error("an image without a service");
  const reference = imageOf(project, service);
  const builder = services.find(({ build }) => build !== undefined);
  const about = { reference, ...onPlatform(service.platform) };
  const on = { image: reference, ...onPlatform(service.platform) };

  const pullCause = pullCauseOf(services, context);
  const mustBuild = builder !== undefined && isBuildAsked(builder, options);
  const steps: number[] = [];
  if (pullCause !== undefined && !mustBuild) {
    const optional = builder !== undefined && options.build !== "never";
    const pulled = { ...on, ...onPlatform(service.platform ?? pullPlatform(options)) };
    const pull = { kind: "pull-image", ...pulled, service: service.name, ...(optional ? { optional } : {}) } as const;
    steps.push(draft.add(pull, pullCause));
  }
  if (builder?.build !== undefined && options.build !== "never" && (mustBuild || observed === undefined)) {
    const whenAbsent: Guard[] = steps.length === 0 ? [] : [{ kind: "image-absent", ...on }];
    // What is pulled need not be built: nothing is missed then.
    if (whenAbsent.length === 0)
      checkBuildPaths(builder, { project, absentPaths: options.inputs?.absentPaths }, report);
    const cause = observed === undefined ? "missing" : options.build === "always" ? "--build" : "pull_policy build";
    const buildable = { ...builder, build: builder.build };
    const operation = buildOperation(project, buildable, surroundingsOf(context), report);
    const after = context.stepsBefore(builder);
    steps.push(draft.add({ ...operation, ...on }, cause, { after, afterEnd: steps, when: whenAbsent }));
  }
  if (observed === undefined && steps.length === 0) reportAbsent(services, reference, options, report);
  return { ...about, ...(observed === undefined ? {} : { observed }), steps };
}

function surroundingsOf({ apiVersion, options: { inputs = noInputs } }: ImageContext): BuildSurroundings {
  const { builder: preferred = "classic", keepsCaches = false, environment, proxies } = inputs;
  return { builders: { preferred, apiVersion, keepsCaches }, environment, proxies };
}

/** Nothing is pulled anew for the default platform, but what is pulled is pulled for it. */
function pullPlatform({ inputs = noInputs }: ReconcileOptions): string | undefined {
  return defaultPlatform(inputs.environment);
}

function onPlatform(platform: string | undefined): { readonly platform?: string } {
  return platform === undefined ? {} : { platform };
}

/** Why an image is pulled, or nothing. */
function pullCauseOf(
  services: readonly Service[],
  { observed, options }: Pick<ImageContext, "observed" | "options">,
): string | undefined {
  const { nowMs } = options.inputs ?? noInputs;
  for (const service of services) {
    if (service.image === undefined) continue; // Only ever built: no registry knows it.
    const policy = pullPolicy(options.pull ?? service.pullPolicy);
    const origin = options.pull === undefined ? "pull_policy" : "--pull";
    if (policy.kind === "always") return `${origin} always`;
    if (policy.kind === "never" || policy.kind === "build") continue;
    if (observed === undefined) return "missing";
    if (policy.kind === "every" && isDue(policy, observed, nowMs)) return `${origin} ${policy.text}`;
  }
  return undefined;
}

function isBuildAsked(service: Service, options: ReconcileOptions): boolean {
  if (options.build === "always") return true;
  return options.build === undefined && (options.pull ?? service.pullPolicy) === "build";
}

function reportAbsent(
  services: readonly Service[],
  reference: string,
  options: ReconcileOptions,
  report: ReportProblem,
): void {
  const at = ["services", services[0]?.name ?? ""];
  if (services.some(({ build }) => build !== undefined)) {
    report({
      code: "not-found",
      path: [...at, "build"],
      message: `image "${reference}" is not on the engine and --no-build forbids building it`,
      hint: "leave out --no-build",
    });
    return;
  }
  report({
    code: "not-found",
    path: [...at, "image"],
    message: `"${reference}" is not on the engine and pull policy ${options.pull ?? services[0]?.pullPolicy} forbids pulling it`,
    hint:
      options.pull === undefined ? "have it pulled all the same: --pull missing" : `leave out --pull ${options.pull}`,
  });
}

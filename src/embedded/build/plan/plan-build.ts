import type { BuildRequest, NamedContext } from "../build.ts";
import { didYouMean } from "../dockerfile/did-you-mean.ts";
import { DockerfileError, at } from "../dockerfile/dockerfile-error.ts";
import { type Dockerfile, readTrigger } from "../dockerfile/read-dockerfile.ts";
import { applyInstruction } from "./apply-instruction.ts";
import { globalArgs, proxyArgs } from "./build-args.ts";
import { type Platform, readPlatform, shownPlatform } from "./platform.ts";
import type { Scope } from "./scope.ts";
import { type StageDraft, copyOf, emptyImage, imageFrom, variablesOf } from "./stage-draft.ts";
import { StageGraph, type StageNode, instructionsOf, originsOf } from "./stage-graph.ts";
import { stepName } from "./step-name.ts";
import type { BaseImage, ContextStep, Step } from "./steps.ts";

/** Everything that has to be done, before any of it is. */
export interface PlannedBuild {
  /** The stage that was asked for: its file system and its configuration. */
  readonly target: StageDraft;
  readonly platform: Platform;
  readonly epoch: number | undefined;
}

/** What a plan is made of. */
export interface PlanParts {
  readonly dockerfile: Dockerfile;
  readonly request: BuildRequest;
  /** Of this machine. */
  readonly buildPlatform: Platform;
  /** Finds or brings an image. Throws a {@link DockerfileError}. */
  readonly baseImage: (reference: string, platform: Platform) => Promise<BaseImage>;
}

/**
 * Makes the graph of steps of a Dockerfile's target and all that it needs. Nothing is carried out but the look-up of base
 * images, of which the configuration decides about the rest. Throws a {@link DockerfileError}.
 */
export async function planBuild(parts: PlanParts): Promise<PlannedBuild> {
  const { dockerfile, request, buildPlatform } = parts;
  const platform = request.platform === undefined ? buildPlatform : readPlatform(request.platform);
  const args = globalArgs(
    dockerfile.globalArgs,
    {
      buildPlatform,
      targetPlatform: platform,
      target: request.target || dockerfile.stages.at(-1)?.name || "",
      buildArgs: request.buildArgs,
    },
    dockerfile.escape,
  );
  const planner = new Planner(parts, { platform, args });
  const target = await planner.plan(request.target ?? "");
  return { target, platform, epoch: epochOf(request, args) };
}

interface Facts {
  readonly platform: Platform;
  readonly args: ReadonlyMap<string, string>;
}

class Planner {
  readonly #parts: PlanParts;
  readonly #facts: Facts;
  readonly #graph: StageGraph;
  readonly #images = new Map<string, Promise<BaseImage>>();
  readonly #sources = new Map<string, Step>();
  readonly #contexts = new Map<string, ContextStep>();

  constructor(parts: PlanParts, facts: Facts) {
    this.#parts = parts;
    this.#facts = facts;
    this.#graph = new StageGraph(parts.dockerfile, { args: facts.args, contexts: parts.request.namedContexts });
  }

  async plan(name: string): Promise<StageDraft> {
    const target = this.#graph.target(name);
    const reachable = await this.#resolve(target);
    for (const node of this.#graph.nodes) {
      if (reachable.has(node)) node.draft = await this.#draft(node);
    }
    if (target.draft === undefined) throw new Error("the target stage was not planned");
    return target.draft;
  }

  /** Finds all base images, as long as their triggers ask for more stages. */
  async #resolve(target: StageNode): Promise<ReadonlySet<StageNode>> {
    const resolved = new Set<StageNode>();
    for (;;) {
      const reachable = this.#graph.reachableFrom(target);
      const fresh = [...reachable].filter((node) => !resolved.has(node));
      if (fresh.length === 0) return reachable;
      await Promise.all(fresh.map((node) => this.#resolveBase(node)));
      for (const node of fresh) resolved.add(node);
    }
  }

  async #resolveBase(node: StageNode): Promise<void> {
    const { stage, base, replacement } = node;
    if (base !== undefined) {
      node.triggers = base.stage.instructions.flatMap((instruction) =>
        instruction.kind === "ONBUILD" ? [readTrigger(instruction.expression, stage)] : [],
      );
      return;
    }
    const wanted = replacement === undefined ? this.#baseReference(node) : referenceOf(replacement);
    if (wanted === undefined) return;
    const image = await this.#image(wanted, node.platform ?? this.#facts.platform, stage.location);
    node.image = image;
    if (replacement === undefined) {
      node.triggers = (image.document.config?.OnBuild ?? []).map((trigger) => readTrigger(trigger, stage));
    }
  }

  /** The image that a stage begins with; `undefined` for none or a folder. */
  #baseReference({ baseName }: StageNode): string | undefined {
    if (baseName === "scratch") return undefined;
    const context = this.#parts.request.namedContexts.get(baseName);
    return context === undefined ? baseName : referenceOf(context);
  }

  #image(reference: string, platform: Platform, location: DockerfileError["location"]): Promise<BaseImage> {
    const key = `${shownPlatform(platform)} ${reference}`;
    const known = this.#images.get(key);
    if (known !== undefined) return known;
    const found = this.#parts.baseImage(reference, platform).catch((error: unknown) => {
      if (!(error instanceof DockerfileError)) throw error;
      const hint = didYouMean(reference, this.#graph.names(), { isCaseSensitive: true });
      throw new DockerfileError(`${error.message}${hint}`, location);
    });
    this.#images.set(key, found);
    return found;
  }

  async #draft(node: StageNode): Promise<StageDraft> {
    const { stage, base } = node;
    const instructions = instructionsOf(node);
    const { noCache } = this.#parts.request;
    const skipsCache = noCache === true || (noCache !== false && noCache.includes(stage.name));
    const draft: StageDraft = {
      stage,
      shownName: node.shownName,
      platform: base?.draft?.platform ?? node.platform ?? this.#facts.platform,
      step: { kind: "scratch" },
      image: base?.draft === undefined ? emptyImage(node.platform ?? this.#facts.platform) : copyOf(base.draft.image),
      env: new Map(base?.draft?.env),
      args: [...(base?.draft?.args ?? [])],
      hasCommand: false,
      isWorkingFolderSet: base?.draft?.isWorkingFolderSet ?? false,
      shown: 0,
      total: totalOf(node),
      skipsCache,
    };
    this.#begin(node, draft);
    for (const [name, value] of variablesOf(draft.image.config.Env ?? [])) draft.env.set(name, value);
    const scope = await this.#scope(node);
    for (const instruction of instructions) {
      at(instruction.location, () => applyInstruction(draft, instruction, scope));
    }
    return draft;
  }

  #begin({ base, image, stage, replacement, baseName }: StageNode, draft: StageDraft): void {
    const { OnBuild: _done, ...config } = draft.image.config;
    draft.image.config = config;
    if (base?.draft !== undefined) {
      draft.step = base.draft.step;
      return;
    }
    if (image !== undefined) {
      const { OnBuild: _ofBase, ...inherited } = imageFrom(image.document).config;
      Object.assign(draft.image, imageFrom(image.document), { config: inherited });
      draft.step = {
        kind: "image",
        image,
        name: stepName(draft, `FROM ${image.reference}`),
        location: stage.location,
      };
      return;
    }
    const name = replacement === undefined ? baseName : stage.name;
    const context = replacement ?? this.#parts.request.namedContexts.get(baseName);
    if (context?.kind === "folder") draft.step = this.#context(name);
  }

  async #scope(node: StageNode): Promise<Scope> {
    const { dockerfile, request } = this.#parts;
    const sources = new Map<string, Step>();
    for (const instruction of instructionsOf(node)) {
      for (const from of originsOf(instruction)) {
        sources.set(from, await this.#source(from, node, instruction.location));
      }
    }
    return {
      escape: dockerfile.escape,
      request,
      globalArgs: this.#facts.args,
      context: this.#context(""),
      source: (from) => sources.get(from) ?? { kind: "scratch" },
      proxies: proxyArgs(request.buildArgs),
      epoch: epochOf(request, this.#facts.args),
    };
  }

  async #source(from: string, node: StageNode, location: DockerfileError["location"]): Promise<Step> {
    const origin = this.#graph.origin(from, node);
    if (origin.kind === "stage") return origin.node.draft?.step ?? { kind: "scratch" };
    if (origin.kind === "context" && origin.context.kind === "folder") return this.#context(origin.name);
    const reference = origin.kind === "image" ? origin.reference : (referenceOf(origin.context) ?? "");
    const platform = node.platform ?? this.#facts.platform;
    const image = await this.#image(reference, platform, location);
    const key = `${shownPlatform(platform)} ${reference}`;
    const known = this.#sources.get(key);
    if (known !== undefined) return known;
    const step: Step = { kind: "image", image, name: `FROM ${image.reference}`, location };
    this.#sources.set(key, step);
    return step;
  }

  #context(name: string): ContextStep {
    const known = this.#contexts.get(name);
    if (known !== undefined) return known;
    const shown = name === "" ? "[internal] load build context" : `[context ${name}] load from client`;
    const step: ContextStep = { kind: "context", context: name, name: shown, location: undefined };
    this.#contexts.set(name, step);
    return step;
  }
}

function referenceOf(context: NamedContext): string | undefined {
  switch (context.kind) {
    case "folder":
      return undefined;
    case "image":
      return context.reference;
    case "stored-image":
      return context.id;
  }
}

/** How many steps of a stage people will see. */
function totalOf(node: StageNode): number {
  const isShown = new Set(["ADD", "COPY", "RUN", "WORKDIR"]);
  const own = node.stage.instructions.filter(({ kind }) => isShown.has(kind)).length;
  const ofBase = node.image !== undefined && node.base === undefined ? 1 : 0;
  return ofBase + own + node.triggers.length;
}

/** `SOURCE_DATE_EPOCH`, seconds since 1970. Throws a {@link DockerfileError} for what is no number. */
function epochOf({ buildArgs }: BuildRequest, args: ReadonlyMap<string, string>): number | undefined {
  const text = buildArgs["SOURCE_DATE_EPOCH"] ?? args.get("SOURCE_DATE_EPOCH") ?? "";
  if (text === "") return undefined;
  if (/^-?\d{1,12}$/.test(text)) return Number(text);
  throw new DockerfileError(`invalid SOURCE_DATE_EPOCH: ${JSON.stringify(text)}: seconds since 1970 are wanted`);
}

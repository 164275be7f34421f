import type { NamedContext } from "../build.ts";
import { didYouMean } from "../dockerfile/did-you-mean.ts";
import { DockerfileError, at } from "../dockerfile/dockerfile-error.ts";
import { expand } from "../dockerfile/expand.ts";
import type { Instruction, Stage } from "../dockerfile/instruction.ts";
import type { Dockerfile } from "../dockerfile/read-dockerfile.ts";
import { type Platform, readPlatform } from "./platform.ts";
import type { BaseImage } from "./steps.ts";
import type { StageDraft } from "./stage-draft.ts";

/** A stage with what it stands upon. */
export interface StageNode {
  readonly stage: Stage;
  readonly index: number;
  readonly shownName: string;
  /** The stage above that it begins with. */
  readonly base: StageNode | undefined;
  /** Its variables replaced. */
  readonly baseName: string;
  readonly platform: Platform | undefined;
  /** A further context that takes the stage's place. */
  readonly replacement: NamedContext | undefined;
  /** What the base's `ONBUILD` adds in front. */
  triggers: readonly Instruction[];
  image?: BaseImage;
  draft?: StageDraft;
}

/** What `--from` and `from=` can mean. */
export type Origin =
  | { readonly kind: "stage"; readonly node: StageNode }
  | { readonly kind: "context"; readonly name: string; readonly context: NamedContext }
  | { readonly kind: "image"; readonly reference: string };

/** All stages of a Dockerfile by number and name. */
export class StageGraph {
  readonly nodes: readonly StageNode[];
  readonly #contexts: ReadonlyMap<string, NamedContext>;

  /** Throws a {@link DockerfileError} for bases and platforms that cannot be read. */
  constructor(
    { stages, escape }: Dockerfile,
    {
      args,
      contexts,
    }: { readonly args: ReadonlyMap<string, string>; readonly contexts: ReadonlyMap<string, NamedContext> },
  ) {
    this.#contexts = contexts;
    const nodes: StageNode[] = [];
    for (const [index, stage] of stages.entries()) {
      const word = (text: string): string => at(stage.location, () => expand(text, args, { escape }).text);
      const baseName = word(stage.base);
      if (baseName === "") throw new DockerfileError(`base name (${stage.base}) should not be blank`, stage.location);
      const replacement = stage.name === "" ? undefined : contexts.get(stage.name);
      nodes.push({
        stage,
        index,
        shownName: stages.length === 1 ? "" : stage.name || `stage-${index}`,
        base: replacement === undefined ? nodes.findLast((node) => node.stage.name === baseName) : undefined,
        baseName,
        platform: stage.platform === "" ? undefined : at(stage.location, () => readPlatform(word(stage.platform))),
        replacement,
        triggers: [],
      });
    }
    this.nodes = nodes;
  }

  /** The stage to be built. Throws a {@link DockerfileError} for a name that no stage has. */
  target(name: string): StageNode {
    const node =
      name === "" ? this.nodes.at(-1) : (this.#named(name) ?? this.nodes[/^\d+$/.test(name) ? Number(name) : -1]);
    if (node !== undefined) return node;
    const hint = didYouMean(name, this.names(), { isCaseSensitive: true });
    throw new DockerfileError(`target stage ${JSON.stringify(name)} could not be found${hint}`);
  }

  names(): string[] {
    return this.nodes.map(({ stage, index }) => stage.name || `stage-${index}`);
  }

  /** What a name of `--from` means to an instruction of a stage. Throws a {@link DockerfileError}. */
  origin(from: string, user: StageNode): Origin {
    const found = /^[+-]?\d+$/.test(from) ? this.#numbered(Number(from)) : this.#named(from);
    if (found !== undefined) {
      if (found.index < user.index) return { kind: "stage", node: found };
      throw new DockerfileError(
        `cannot copy from stage ${JSON.stringify(from)}, it needs to be defined before current stage ` +
          JSON.stringify(user.shownName),
      );
    }
    const context = this.#contexts.get(from.toLowerCase()) ?? this.#contexts.get(from);
    return context === undefined ? { kind: "image", reference: from } : { kind: "context", name: from, context };
  }

  /** A stage with everything that it needs. */
  reachableFrom(target: StageNode): ReadonlySet<StageNode> {
    const reached = new Set<StageNode>();
    const visit = (node: StageNode): void => {
      if (reached.has(node)) return;
      reached.add(node);
      if (node.base !== undefined) visit(node.base);
      for (const instruction of instructionsOf(node)) {
        for (const from of originsOf(instruction)) {
          const origin = at(instruction.location, () => this.origin(from, node));
          if (origin.kind === "stage") visit(origin.node);
        }
      }
    };
    visit(target);
    return reached;
  }

  #named(name: string): StageNode | undefined {
    return this.nodes.findLast(({ stage }) => stage.name !== "" && stage.name === name.toLowerCase());
  }

  #numbered(index: number): StageNode {
    const found = this.nodes[index];
    if (found === undefined) throw new DockerfileError(`invalid stage index ${index}`);
    return found;
  }
}

/** A stage's instructions, those of its base's `ONBUILD` first. */
export function instructionsOf({ triggers, stage, replacement }: StageNode): readonly Instruction[] {
  return replacement === undefined ? [...triggers, ...stage.instructions] : [];
}

/** Names behind `--from` and `from=`. */
export function originsOf(instruction: Instruction): readonly string[] {
  if (instruction.kind === "COPY") return instruction.from === "" ? [] : [instruction.from];
  if (instruction.kind !== "RUN") return [];
  return instruction.mounts.flatMap(({ from }) => (from === "" || from === "scratch" ? [] : [from]));
}

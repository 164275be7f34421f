import { randomBytes } from "node:crypto";
import type { ListedContainer } from "./ps.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../errors.ts";
import { label } from "../observe/labels.ts";
import type { Plan, Step } from "../plan/plan.ts";

/** What a container had written beside its volumes, as an image of the engine. */
export interface KeptLayer {
  readonly service: string;
  /** Of the container, counted from 1. */
  readonly number: number;
  /** The tag by which the project that it was taken of holds it. */
  readonly image: string;
}

/** A project's name has no dot. */
const repository = "tscompose-snapshot";

function newTag(project: string): string {
  return `${repository}:${project}.${randomBytes(4).toString("hex")}`;
}

/** Keeps what a container that has stopped wrote beside its volumes. */
export async function keepLayer(container: ListedContainer, project: string, engine: Engine): Promise<KeptLayer> {
  const { id, service, number = 1 } = container;
  const image = newTag(project);
  await engine.commitContainer(id, { reference: image, changes: [], pause: false });
  return { service, number, image };
}

/** Holds layers for another project, so that they outlive the one that they were taken of. */
export async function holdLayers(
  layers: readonly KeptLayer[],
  project: string,
  engine: Engine,
): Promise<readonly KeptLayer[]> {
  return Promise.all(
    layers.map(async (layer) => {
      const image = newTag(project);
      await engine.tagImage(layer.image, image);
      return { ...layer, image };
    }),
  );
}

/** The same plan, but containers that it makes begin with what was kept of them. */
export function withLayers(plan: Plan, layers: readonly KeptLayer[]): Plan {
  const layerOf = ({ operation }: Step): KeptLayer | undefined => {
    if (operation.kind !== "create-container") return undefined;
    const number = Number(operation.body.Labels?.[label.containerNumber] ?? 1);
    return layers.find((layer) => layer.service === operation.service && layer.number === number);
  };
  const steps = plan.steps.map((step): Step => {
    const { operation } = step;
    const layer = layerOf(step);
    if (operation.kind !== "create-container" || layer === undefined) return step;
    return { ...step, operation: { ...operation, body: { ...operation.body, Image: layer.image } } };
  });
  return { ...plan, steps };
}

/** Removes layers that no container stands on; the others go with their project. */
export async function removeLayers(images: readonly string[], engine: Engine): Promise<void> {
  await Promise.all(images.map((image) => removeUnused(image, engine)));
}

/** All that a project holds, whoever took it. */
export async function layersOf(project: string, engine: Engine): Promise<readonly string[]> {
  const rows = await engine.listImages({ reference: [repository] });
  // Podman puts the name of a registry before it that is none.
  const tags = rows.flatMap(({ RepoTags }) => RepoTags ?? []).map((tag) => tag.replace(/^localhost\//, ""));
  return tags.filter((tag) => tag.startsWith(`${repository}:${project}.`));
}

async function removeUnused(image: string, engine: Engine): Promise<void> {
  try {
    await engine.removeImage(image);
  } catch (error) {
    if (!(error instanceof EngineError && (error.code === "conflict" || error.code === "not-found"))) throw error;
  }
}

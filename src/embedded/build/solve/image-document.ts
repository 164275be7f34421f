import type { ImageConfig } from "../../images/images.ts";
import type { ImageDocument, ImageHistory } from "../../images/image-document.ts";
import type { ResultLayer } from "../cache/build-cache.ts";
import type { StageDraft } from "../plan/stage-draft.ts";

/** Keys of a configuration in the order that Docker writes them. */
const configKeys = [
  ..."User ExposedPorts Env Entrypoint Cmd Volumes WorkingDir Labels StopSignal ArgsEscaped Healthcheck".split(" "),
  ..."OnBuild Shell".split(" "),
];

/** What an image's configuration is written of. */
export interface DocumentParts {
  readonly target: StageDraft;
  readonly layers: readonly ResultLayer[];
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970 that no time is later than. */
  readonly epoch: number | undefined;
}

/** The configuration of a built image. Equal layers make an equal configuration, and so the same image. */
export function imageDocument({ target, layers, labels, epoch }: DocumentParts): ImageDocument {
  const { image } = target;
  const history = clamped(datedHistory(image.history, layers), epoch);
  const created = history.findLast((entry) => entry.created !== undefined)?.created;
  const document: ImageDocument = {
    architecture: image.architecture,
    ...(image.author === "" ? {} : { author: image.author }),
    config: ordered({ ...image.config, ...labelsOf(image.config, labels) }),
    ...(created === undefined ? {} : { created }),
    history,
    os: image.os,
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    ...(image.variant === "" ? {} : { variant: image.variant }),
  };
  return document;
}

function labelsOf(config: ImageConfig, labels: Readonly<Record<string, string>>): Pick<ImageConfig, "Labels"> {
  if (Object.keys(labels).length === 0) return {};
  return { Labels: { ...config.Labels, ...labels } };
}

/** What is not said is left out; names are sorted, as Go does it. */
function ordered(config: ImageConfig): ImageConfig {
  const all: Readonly<Record<string, unknown>> = { ...config };
  return Object.fromEntries(
    configKeys.flatMap((key) => {
      const value = all[key];
      if (isEmpty(value)) return [];
      const isByName = key === "ExposedPorts" || key === "Volumes" || key === "Labels";
      return [[key, isByName ? sorted(value as object) : value]];
    }),
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Gives every entry its time, as BuildKit does it: that of its layer, or of the one before. Layers that the history of a
 * base image does not know get entries at the end.
 */
function datedHistory(entries: readonly ImageHistory[], layers: readonly ResultLayer[]): ImageHistory[] {
  const known = entries.filter(({ empty_layer: isEmptyLayer }) => isEmptyLayer !== true).length;
  const missing = layers.slice(known).map(({ createdAt, description }): ImageHistory => ({
    created: createdAt,
    created_by: description,
    comment: "buildkit.exporter.image.v0",
  }));
  let layer = 0;
  const withLayers = [...entries, ...missing].map((entry) => {
    if (entry.empty_layer === true) return entry;
    const { createdAt } = layers[layer] ?? {};
    layer += 1;
    return entry.created === undefined && createdAt !== undefined ? { ...entry, created: createdAt } : entry;
  });
  return filledIn(withLayers).map(inOrder);
}

/** Entries without a layer take the time of the first new one, or of the one before. */
function filledIn(entries: readonly ImageHistory[]): ImageHistory[] {
  const firstUndated = entries.findIndex(({ created }) => created === undefined);
  const before = firstUndated < 0 ? entries.length : firstUndated;
  const next = entries.find(({ created }, index) => index > before && created !== undefined)?.created;
  let time = next ?? entries.findLast(({ created }) => created !== undefined)?.created;
  let hasUndated = false;
  return entries.map((entry) => {
    if (entry.created !== undefined) {
      if (hasUndated) time = entry.created;
      return entry;
    }
    hasUndated = true;
    return time === undefined ? entry : { ...entry, created: time };
  });
}

function inOrder({ created, author, created_by, comment, empty_layer: isEmptyLayer }: ImageHistory): ImageHistory {
  return {
    ...(created === undefined ? {} : { created }),
    ...(created_by ? { created_by } : {}),
    ...(author ? { author } : {}),
    ...(comment ? { comment } : {}),
    ...(isEmptyLayer === true ? { empty_layer: true } : {}),
  };
}

/** No time is later than the epoch. */
function clamped(history: readonly ImageHistory[], epoch: number | undefined): ImageHistory[] {
  if (epoch === undefined) return [...history];
  const latest = new Date(epoch * 1000).toISOString().replace(".000Z", "Z");
  return history.map((entry) =>
    entry.created === undefined || Date.parse(entry.created) > epoch * 1000 ? { ...entry, created: latest } : entry,
  );
}

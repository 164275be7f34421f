import type { ImageConfig } from "../../images/images.ts";
import type { ImageDocument } from "../../images/image-document.ts";
import type { Stage } from "../dockerfile/instruction.ts";
import type { Platform } from "./platform.ts";
import type { Step } from "./steps.ts";

/** An entry of an image's history, of which the time is not known yet. */
export interface HistoryDraft {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** The configuration of an image that is being written. */
export interface ImageDraft {
  readonly architecture: string;
  readonly variant: string;
  readonly os: string;
  author: string;
  config: ImageConfig & { readonly ArgsEscaped?: boolean };
  history: HistoryDraft[];
}

/** A stage as far as its instructions have been read: what the next one starts from. */
export interface StageDraft {
  readonly stage: Stage;
  /** For people: `build`, `stage-1`; empty when there is one stage only. */
  readonly shownName: string;
  readonly platform: Platform;
  step: Step;
  readonly image: ImageDraft;
  /** What commands get: that of the image, and arguments. */
  env: Map<string, string>;
  /** Arguments declared so far, for the history. */
  readonly args: { readonly key: string; readonly value: string | undefined }[];
  hasCommand: boolean;
  isWorkingFolderSet: boolean;
  /** Steps shown so far, of all that will be. */
  shown: number;
  total: number;
  readonly skipsCache: boolean;
}

const comment = "buildkit.dockerfile.v0";

/** Notes an instruction in the image's history. */
export function note(
  { image }: StageDraft,
  createdBy: string,
  { hasLayer = false }: { readonly hasLayer?: boolean } = {},
): void {
  image.history.push({ created_by: createdBy, comment, ...(hasLayer ? {} : { empty_layer: true }) });
}

/** The image that `FROM scratch` begins with. */
export function emptyImage({ architecture, variant, os }: Platform): ImageDraft {
  return {
    architecture,
    variant,
    os,
    author: "",
    config: { Env: [`PATH=${defaultPath}`], WorkingDir: "/" },
    history: [],
  };
}

/** Where programs are looked for when an image does not say it. */
export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The image that `FROM` another one begins with. */
export function imageFrom(document: ImageDocument): ImageDraft {
  const config = document.config ?? {};
  const env = config.Env ?? [];
  const hasPath = env.some((line) => line.startsWith("PATH="));
  return {
    architecture: document.architecture,
    variant: document.variant ?? "",
    os: document.os,
    author: document.author ?? "",
    config: { ...config, Env: hasPath ? env : [...env, `PATH=${defaultPath}`] },
    history: [...(document.history ?? [])],
  };
}

/** A copy to go on from: another stage begins where this one ended. */
export function copyOf(image: ImageDraft): ImageDraft {
  return { ...image, history: [...image.history] };
}

/** Names and values of `KEY=value` lines. */
export function variablesOf(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.map((line) => {
      const equals = line.indexOf("=");
      return equals < 0 ? [line, ""] : [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

import type { ImageDocument } from "../../images/image-document.ts";
import type { Digest } from "../../images/digest.ts";
import type { SourceLocation } from "../build.ts";
import type { Mount } from "../dockerfile/mount-flag.ts";

/**
 * What makes a file system, or a folder to take files from: the nodes of a build's graph, made before anything is done.
 * Plain data: what is not reached from the target is never carried out.
 */
export type Step = ImageStep | ScratchStep | ContextStep | DownloadStep | GitStep | FileStep | CommandStep | MergeStep;

interface Shown {
  /** As people see it. */
  readonly name: string;
  readonly location: SourceLocation | undefined;
}

/** A base image, already found. */
export interface BaseImage {
  readonly id: Digest;
  /** Complete: `docker.io/library/busybox:latest` */
  readonly reference: string;
  readonly document: ImageDocument;
}

/** `FROM` an image. */
export interface ImageStep extends Shown {
  readonly kind: "image";
  readonly image: BaseImage;
}

/** `FROM scratch` */
export interface ScratchStep {
  readonly kind: "scratch";
}

/** A folder of the client. */
export interface ContextStep extends Shown {
  readonly kind: "context";
  /** Of a further context; empty for the build's own. */
  readonly context: string;
}

/** `ADD https://…`: a folder with one file. */
export interface DownloadStep extends Shown {
  readonly kind: "download";
  readonly url: string;
  readonly fileName: string;
  readonly checksum: string;
}

/** `ADD` of a git repository: a folder with its files. */
export interface GitStep extends Shown {
  readonly kind: "git";
  readonly remote: string;
  readonly ref: string;
  readonly folder: string;
  readonly keepsGitFolder: boolean;
  readonly checksum: string;
}

/** `COPY`, `ADD`, `WORKDIR`: changes of files, made by the builder itself. */
export interface FileStep extends Shown {
  readonly kind: "files";
  readonly base: Step;
  readonly actions: readonly FileAction[];
  readonly skipsCache: boolean;
}

/** One change of files. */
export type FileAction =
  | { readonly kind: "folder"; readonly path: string; readonly owner: string; readonly mtimeSeconds?: number }
  | CopyAction;

/** Files of one place to another. */
export interface CopyAction {
  readonly kind: "copy";
  /** A step's result, or a file whose content is in the Dockerfile. */
  readonly from: Step | { readonly kind: "document"; readonly fileName: string; readonly content: string };
  /** From the root of where it is taken. */
  readonly source: string;
  /** Absolute; a slash at the end means a folder. */
  readonly destination: string;
  /** `user:group`, names or numbers; empty to keep the file's own. */
  readonly owner: string;
  /** Octal or symbolic; empty to keep the file's own. */
  readonly mode: string;
  readonly excludes: readonly string[];
  /** With `--parents`: what is taken, below of the source. */
  readonly includes: readonly string[];
  /** Must be there. */
  readonly required: readonly string[];
  /** Of a folder its content goes into the destination; links at the source are followed, wildcards understood. */
  readonly isLocal: boolean;
  readonly unpacks: boolean;
}

/** `RUN` */
export interface CommandStep extends Shown {
  readonly kind: "command";
  readonly base: Step;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** For the command, but no reason to run it anew. */
  readonly proxies: ReadonlyMap<string, string>;
  readonly workingFolder: string;
  readonly user: string;
  readonly mounts: readonly CommandMount[];
  readonly network: string;
  readonly isPrivileged: boolean;
  readonly skipsCache: boolean;
}

/** Something mounted for a command. */
export interface CommandMount extends Omit<Mount, "from"> {
  /** Of a bind or a cache: what is mounted. */
  readonly from: Step | { readonly kind: "document"; readonly fileName: string; readonly content: string } | undefined;
}

/** `COPY --link`: a layer made on its own lies upon another file system. */
export interface MergeStep extends Shown {
  readonly kind: "merge";
  readonly base: Step;
  readonly upper: FileStep;
}

/** The steps that a step needs the results of. */
export function inputsOf(step: Step): readonly Step[] {
  switch (step.kind) {
    case "image":
    case "scratch":
    case "context":
    case "download":
    case "git":
      return [];
    case "files":
      return [step.base, ...step.actions.flatMap((action) => (action.kind === "copy" ? stepOf(action.from) : []))];
    case "command":
      return [step.base, ...step.mounts.flatMap(({ from }) => (from === undefined ? [] : stepOf(from)))];
    case "merge":
      return [step.base, step.upper];
  }
}

/** A step and all that it needs, each once. */
export function reachedFrom(step: Step, reached: Set<Step> = new Set()): ReadonlySet<Step> {
  if (reached.has(step)) return reached;
  reached.add(step);
  for (const input of inputsOf(step)) reachedFrom(input, reached);
  return reached;
}

/** The step that something is taken from; none for a document. */
export function stepOf(from: CopyAction["from"]): readonly Step[] {
  return from.kind === "document" ? [] : [from];
}

/** All that a folder holds, as it is. */
export function wholeFolder(from: Step, source = "/"): CopyAction {
  return {
    kind: "copy",
    from,
    source: source.startsWith("/") ? source : `/${source}`,
    destination: "/",
    owner: "",
    mode: "",
    excludes: [],
    includes: [],
    required: [],
    isLocal: true,
    unpacks: false,
  };
}

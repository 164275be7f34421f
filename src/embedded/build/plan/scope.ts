import type { BuildRequest } from "../build.ts";
import type { Step } from "./steps.ts";

/** What instructions need to know beside their stage. */
export interface Scope {
  /** The Dockerfile's escape character. */
  readonly escape: string;
  readonly request: BuildRequest;
  /** Arguments in front of the first `FROM`, and those that every build has. */
  readonly globalArgs: ReadonlyMap<string, string>;
  /** The build's own context. */
  readonly context: Step;
  /** What `--from` means: a stage above by name or number, a further context or an image. */
  readonly source: (from: string) => Step;
  /** Proxies of build arguments: for every command, whether it declares them or not. */
  readonly proxies: ReadonlyMap<string, string>;
  /** Seconds since 1970 that times of files and images are limited to; `undefined` for none. */
  readonly epoch: number | undefined;
}

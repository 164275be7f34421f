import type { SourceLocation } from "../build.ts";
import type { MountFlag } from "./mount-flag.ts";

/** An instruction as it is written: variables are not replaced yet. The discriminant is its word. */
export type Instruction =
  | AddInstruction
  | ArgInstruction
  | CopyInstruction
  | EnvInstruction
  | ExposeInstruction
  | HealthcheckInstruction
  | LabelInstruction
  | MaintainerInstruction
  | OnbuildInstruction
  | ProgramInstruction
  | RunInstruction
  | ShellInstruction
  | StopsignalInstruction
  | UserInstruction
  | VolumeInstruction
  | WorkdirInstruction;

interface Written {
  readonly location: SourceLocation;
  /** The instruction's line, continued ones put together. */
  readonly code: string;
}

/** A program with its arguments, or a line for the shell. */
export interface CommandLine {
  /** Written as a JSON list. */
  readonly isList: boolean;
  /** Of a line for the shell the only word is the line. */
  readonly words: readonly string[];
}

/** `CMD` and `ENTRYPOINT`. */
export interface ProgramInstruction extends Written, CommandLine {
  readonly kind: "CMD" | "ENTRYPOINT";
}

/** `RUN` */
export interface RunInstruction extends Written, CommandLine {
  readonly kind: "RUN";
  readonly heredocs: readonly { readonly name: string; readonly content: string; readonly isChomped: boolean }[];
  readonly mounts: readonly MountFlag[];
  readonly network: "default" | "none" | "host";
  readonly security: "sandbox" | "insecure";
}

/** What `COPY` and `ADD` share. */
export interface Transfer {
  readonly sources: readonly string[];
  /** Files whose contents are here-documents. */
  readonly documents: readonly { readonly name: string; readonly content: string; readonly isExpanded: boolean }[];
  readonly destination: string;
  readonly chown: string;
  readonly chmod: string;
  readonly isLinked: boolean;
  readonly excludes: readonly string[];
}

/** `COPY` */
export interface CopyInstruction extends Written, Transfer {
  readonly kind: "COPY";
  readonly from: string;
  readonly keepsParents: boolean;
}

/** `ADD` */
export interface AddInstruction extends Written, Transfer {
  readonly kind: "ADD";
  readonly keepsGitFolder: boolean | undefined;
  readonly checksum: string;
  /** Whether archives are unpacked; by default local ones are. */
  readonly unpacks: boolean | undefined;
}

/** `name=value` */
export interface Pair {
  readonly key: string;
  readonly value: string;
  /** Written with a blank in the place of `=`, as long ago. */
  readonly isOldForm: boolean;
}

/** `ENV` */
export interface EnvInstruction extends Written {
  readonly kind: "ENV";
  readonly pairs: readonly Pair[];
}

/** `LABEL` */
export interface LabelInstruction extends Written {
  readonly kind: "LABEL";
  readonly pairs: readonly Pair[];
}

/** `ARG` */
export interface ArgInstruction extends Written {
  readonly kind: "ARG";
  readonly declarations: readonly { readonly key: string; readonly value: string | undefined }[];
}

/** `EXPOSE` */
export interface ExposeInstruction extends Written {
  readonly kind: "EXPOSE";
  readonly ports: readonly string[];
}

/** `HEALTHCHECK`; durations in nanoseconds, 0 for what is not said. */
export interface HealthcheckInstruction extends Written {
  readonly kind: "HEALTHCHECK";
  readonly health: {
    readonly Test: readonly string[];
    readonly Interval: number;
    readonly Timeout: number;
    readonly StartPeriod: number;
    readonly StartInterval: number;
    readonly Retries: number;
  };
}

/** `MAINTAINER` */
export interface MaintainerInstruction extends Written {
  readonly kind: "MAINTAINER";
  readonly name: string;
}

/** `ONBUILD` */
export interface OnbuildInstruction extends Written {
  readonly kind: "ONBUILD";
  /** The instruction to be carried out later, with its here-documents. */
  readonly expression: string;
}

/** `SHELL` */
export interface ShellInstruction extends Written {
  readonly kind: "SHELL";
  readonly words: readonly string[];
}

/** `STOPSIGNAL` */
export interface StopsignalInstruction extends Written {
  readonly kind: "STOPSIGNAL";
  readonly signal: string;
}

/** `USER` */
export interface UserInstruction extends Written {
  readonly kind: "USER";
  readonly user: string;
}

/** `VOLUME` */
export interface VolumeInstruction extends Written {
  readonly kind: "VOLUME";
  readonly paths: readonly string[];
}

/** `WORKDIR` */
export interface WorkdirInstruction extends Written {
  readonly kind: "WORKDIR";
  readonly path: string;
}

/** `FROM` and all instructions up to the next one. */
export interface Stage {
  /** As it is written, variables and all. */
  readonly base: string;
  /** Lower case; empty for a stage without a name. */
  readonly name: string;
  readonly platform: string;
  readonly code: string;
  readonly location: SourceLocation;
  readonly instructions: readonly Instruction[];
}

import { UsageError } from "../errors.ts";
import type { Output } from "./io.ts";
import type { Environment, GlobalFlags } from "./project-options.ts";

/** How to show what happens: decided once per run. */
export interface Display {
  readonly progress: "tty" | "plain" | "json" | "quiet";
  /** Colour is per stream: a pipe gets none even when the other stream is a terminal. */
  readonly colorsOn: (output: Output) => boolean;
}

const progressWords = ["auto", "tty", "plain", "json", "quiet", "none"] as const;
const ansiWords = ["auto", "never", "always"] as const;

/** Reads `--progress` and `--ansi`, then `COMPOSE_PROGRESS`, `COMPOSE_ANSI` and `NO_COLOR`, then looks at the terminal. */
export function decideDisplay(flags: GlobalFlags, environment: Environment, stderr: Output): Display {
  const progress = flags.progress ?? word("COMPOSE_PROGRESS", environment, progressWords);
  const ansi = decideAnsi(flags, environment);
  if (progress === "tty" && ansi === "never")
    throw new UsageError("--progress tty needs ANSI codes: drop --ansi never");
  if (progress === "plain" && ansi === "always")
    throw new UsageError("--progress plain has no ANSI codes: drop --ansi always");
  const isDumb = environment["TERM"] === "dumb";
  return {
    progress: resolveProgress(progress, stderr.isTTY && ansi !== "never" && !isDumb),
    colorsOn: (output) => ansi === "always" || (ansi === "auto" && output.isTTY && !isDumb),
  };
}

function decideAnsi(flags: GlobalFlags, environment: Environment): (typeof ansiWords)[number] {
  if (flags.noAnsi === true) return "never";
  if (flags.ansi !== undefined) return flags.ansi;
  if ((environment["NO_COLOR"] ?? "") !== "") return "never";
  return word("COMPOSE_ANSI", environment, ansiWords);
}

function resolveProgress(progress: (typeof progressWords)[number], isLive: boolean): Display["progress"] {
  if (progress === "auto") return isLive ? "tty" : "plain";
  return progress === "none" ? "quiet" : progress;
}

function word<Word extends string>(
  name: string,
  environment: Environment,
  words: readonly ["auto", ...Word[]],
): "auto" | Word {
  const text = environment[name] ?? "";
  if (text === "") return "auto";
  const found = words.find((each) => each === text);
  if (found === undefined) throw new UsageError(`${name}: expected one of ${words.join(", ")}, got "${text}"`);
  return found;
}

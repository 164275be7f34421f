import { Command, InvalidArgumentError, Option } from "commander";

/** Flags that may be given with a value, but only by `=`: what follows is an operand. */
const withOwnValue = new WeakSet<Option>();

/**
 * commander with the flag habits of Docker's command line: `--no-x` is a flag of its own (`noX`), not the opposite of
 * `--x`, and a flag without a value can be written `--x=true` or `--x=false`. A flag that is
 * declared as `--x[=<value>]` takes a value only so.
 */
export class GoFlagCommand extends Command {
  override createCommand(name?: string): Command {
    return new GoFlagCommand(name);
  }

  override createOption(flags: string, description?: string): Option {
    const [switchFlags = "", value] = flags.split("[=");
    const option = new Option(switchFlags, description);
    option.negate = false;
    if (value !== undefined) withOwnValue.add(option);
    if (value !== undefined) option.flags = flags;
    return option;
  }

  override parseOptions(args: string[]): ReturnType<Command["parseOptions"]> {
    const parsed = super.parseOptions(args);
    const [first, ...rest] = parsed.unknown;
    const belongsToSubCommand = this.commands.length > 0 && parsed.operands.length > 0;
    if (first === undefined || belongsToSubCommand || !this.#isSwitchWithValue(first)) return parsed;
    const tail = this.parseOptions(rest);
    return { operands: [...parsed.operands, ...tail.operands], unknown: tail.unknown };
  }

  /** Takes `--x=true` and `--x=false` where `--x` has no value of its own. */
  #isSwitchWithValue(arg: string): boolean {
    const [, flag, value = ""] = /^(--[^=]+)=(.*)$/s.exec(arg) ?? [];
    const option = this.options.find(({ long }) => long === flag);
    if (option === undefined || !option.isBoolean()) return false;
    const isSwitch = /^(true|false|t|f|1|0)$/i.test(value);
    if (!isSwitch && !withOwnValue.has(option)) return false;
    this.setOptionValueWithSource(option.attributeName(), isSwitch ? /^[t1]/i.test(value) : value, "cli");
    return true;
  }
}

/** Collects the values of a flag that may be repeated. commander's own `<value...>` would swallow what follows. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** Reads a whole number. */
export function integer(value: string): number {
  if (!/^[+-]?\d+$/.test(value)) throw new InvalidArgumentError("expected a whole number");
  return Number(value);
}

/** Reads one of several words. */
export function oneOf<Word extends string>(...words: readonly Word[]): (value: string) => Word {
  return (value) => {
    const word = words.find((each) => each === value);
    if (word === undefined) throw new InvalidArgumentError(`expected one of ${words.join(", ")}`);
    return word;
  };
}

/** Reads how progress is to be shown. */
export const progressKind: (value: string) => "auto" | "tty" | "plain" | "json" | "quiet" | "none" = oneOf(
  "auto",
  "tty",
  "plain",
  "json",
  "quiet",
  "none",
);

import { Command, InvalidArgumentError, Option } from "commander";

/**
 * commander with the flag habits of Docker's command line: `--no-x` is a flag of its own (`noX`), not the opposite of
 * `--x`, and a flag without a value can be written `--x=true` or `--x=false`.
 */
export class GoFlagCommand extends Command {
  override createCommand(name?: string): Command {
    return new GoFlagCommand(name);
  }

  override createOption(flags: string, description?: string): Option {
    const option = new Option(flags, description);
    option.negate = false;
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
    const [, flag, value = ""] = /^(--[^=]+)=(true|false|t|f|1|0)$/i.exec(arg) ?? [];
    const option = this.options.find(({ long }) => long === flag);
    if (option === undefined || !option.isBoolean()) return false;
    this.setOptionValueWithSource(option.attributeName(), /^[t1]/i.test(value), "cli");
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

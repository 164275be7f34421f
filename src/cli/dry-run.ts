import { TscomposeError } from "../errors.ts";
import type { Session } from "./session.ts";

/** Refuses `--dry-run` where there is no plan to show: to ignore it would be to do what the user wanted only to see. */
export function refuseDryRun({ flags }: Session, command: string): void {
  if (flags.dryRun !== true) return;
  throw new TscomposeError({
    code: "unsupported",
    message: `${command} --dry-run: what ${command} does cannot be told without doing it`,
  });
}

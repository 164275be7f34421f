import type { Execution } from "../execute/execute.ts";
import { TscomposeError } from "../errors.ts";

/** Turns the failed steps of an execution into one error: all causes, each with its own hint, and what was left undone. */
export function checkExecution({ outcome, steps }: Execution): void {
  if (outcome === "succeeded") return;
  if (outcome === "interrupted") {
    throw new TscomposeError({ code: "interrupted", message: "interrupted: what was done so far stays" });
  }
  const errors = steps.flatMap((result) => (result.kind === "failed" ? [result.error] : []));
  const skipped = steps.filter(({ kind }) => kind === "skipped").length;
  const [only] = errors;
  if (errors.length === 1 && only !== undefined && skipped === 0) throw only;
  const hints = errors.flatMap(({ hint }) => (hint === undefined ? [] : [hint]));
  throw new TscomposeError({
    code: "operation-failed",
    message: [
      ...errors.map(({ message }) => message),
      ...(skipped === 0
        ? []
        : [`${skipped} step${skipped === 1 ? "" : "s"} that came after ${skipped === 1 ? "was" : "were"} skipped`]),
    ].join("\n"),
    ...(hints.length === 0 ? {} : { hint: [...new Set(hints)].join("\n") }),
    cause: only,
  });
}

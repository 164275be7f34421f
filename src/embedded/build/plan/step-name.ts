import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import { expand } from "../dockerfile/expand.ts";
import type { StageDraft } from "./stage-draft.ts";

/** `[build 2/3] COPY a b`: counts the step. */
export function stepName(draft: StageDraft, text: string): string {
  if (draft.total === 0) return text;
  draft.shown += 1;
  const width = String(draft.total).length;
  const stage = draft.shownName === "" ? "" : `${draft.shownName} `;
  return `[${stage}${String(draft.shown).padStart(width)}/${draft.total}] ${text}`;
}

/** An instruction with its variables replaced, its word in capitals. */
export function shownCode(
  code: string,
  variables: ReadonlyMap<string, string>,
  options: { readonly escape: string; readonly keepsQuotes?: boolean; readonly keepsUnset?: boolean },
): string {
  return replaced(code, variables, options).replace(/^\S+/, (word) => word.toUpperCase());
}

function replaced(
  code: string,
  variables: ReadonlyMap<string, string>,
  options: { readonly escape: string; readonly keepsQuotes?: boolean; readonly keepsUnset?: boolean },
): string {
  try {
    return expand(code, variables, options).text;
  } catch (error) {
    if (error instanceof DockerfileError) return code;
    throw error;
  }
}

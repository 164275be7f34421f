import { label } from "../observe/labels.ts";
import type { Path } from "../compose/source.ts";
import type { Problem } from "./problem.ts";

/** A network or volume, as the files name it. */
export interface Declared {
  readonly kind: "network" | "volume";
  readonly key: string;
  readonly name: string;
}

/** What is external has to be there. */
export function missing({ kind, key, name }: Declared): Problem {
  const path: Path = [`${kind}s`, key, "external"];
  const message = `the engine has no ${kind} "${name}"`;
  return { code: "not-found", path, message, hint: `create it: docker ${kind} create ${name}` };
}

/** What somebody else has made is used, which had better be known. */
export function foreignRemark({ kind, key, name }: Declared, labels: Readonly<Record<string, string>>): string {
  const owner = labels[label.project];
  const made = owner === undefined ? "was not made by compose" : `belongs to project "${owner}"`;
  return `${kind}s.${key}: "${name}" ${made} and is used as it is; say \`external: true\` if that is meant`;
}

/**
 * Rules of the language by place, compiled from patterns such as `services.*.ports`: `*` is any key or list index.
 * A walk over a tree steps through the table beside it, so that finding a rule costs one look-up per level.
 */
export interface PathTable<Rule> {
  readonly rule?: Rule;
  readonly next: ReadonlyMap<string, PathTable<Rule>>;
}

/** Compiles `{ "services.*.ports": rule }`. */
export function pathTable<Rule>(rules: Readonly<Record<string, Rule>>): PathTable<Rule> {
  const root: Draft<Rule> = { next: new Map() };
  for (const [pattern, rule] of Object.entries(rules)) {
    const end = pattern.split(".").reduce((table, part) => enter(table, part), root);
    end.rule = rule;
  }
  return root;
}

/** Steps from a table, or from outside of it, to what it says about one key or index below. */
export function below<Rule>(table: PathTable<Rule> | undefined, part: string | number): PathTable<Rule> | undefined {
  if (table === undefined) return undefined;
  return (typeof part === "string" ? table.next.get(part) : undefined) ?? table.next.get("*");
}

interface Draft<Rule> {
  rule?: Rule;
  readonly next: Map<string, Draft<Rule>>;
}

function enter<Rule>(table: Draft<Rule>, part: string): Draft<Rule> {
  const known = table.next.get(part);
  if (known !== undefined) return known;
  const fresh: Draft<Rule> = { next: new Map() };
  table.next.set(part, fresh);
  return fresh;
}

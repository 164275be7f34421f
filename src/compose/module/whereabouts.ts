import type { Placer } from "../plant.ts";
import type { Location } from "../source.ts";
import { type Expression, type Literal, type Member, outlineOf, type Stretch } from "./literals.ts";

/** Where a value of a module was written, as far as its text tells. */
export interface Whereabouts {
  readonly at: Location;
  /** The same of what it holds, and the place of its name; what was not written out is where its holder is. */
  inside(key: string | number): { readonly keyAt: Location; readonly value: Whereabouts };
}

/** Where the values are that a module exports by default. */
export function whereaboutsIn(text: string, place: Placer): Whereabouts {
  const { exported, declared } = outlineOf(text);
  const about = (at: Location, expressions: readonly Expression[]): Whereabouts => ({
    at,
    inside(key) {
      const member = memberOf(expressions, String(key));
      if (member === undefined) return { keyAt: at, value: about(at, []) };
      const { start, end } = member.value;
      return { keyAt: placeOf(member.key), value: about(place(start, end), [member.value]) };
    },
  });
  const placeOf = ({ start, end }: Stretch): Location => place(start, end);
  const memberOf = (expressions: readonly Expression[], key: string): Member | undefined => {
    const seen = new Set<Expression>();
    const search = (expression: Expression): Member | undefined => {
      if (seen.has(expression)) return undefined;
      seen.add(expression);
      return firstOf(expression.literals, inLiteral) ?? firstOf(expression.names, (name) => searchDeclared(name));
    };
    const searchDeclared = (name: string): Member | undefined => {
      const expression = declared(name);
      return expression === undefined ? undefined : search(expression);
    };
    const inLiteral = ({ members, others }: Literal): Member | undefined =>
      members.get(key) ?? firstOf(others, (other) => search(other));
    return firstOf(expressions, search);
  };
  return exported === undefined ? about(place(0), []) : about(placeOf(exported), [exported]);
}

function firstOf<Item, Found>(items: Iterable<Item>, find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

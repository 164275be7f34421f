import { isMap, isSeq, LineCounter, type Node, type Pair, parseDocument, type Scalar } from "yaml";

/** An attribute that is written in a file. */
export interface Place {
  /** `services.web.ports[0].mode`. */
  readonly name: string;
  /** `line:column` of its key and of its value: either may be told. */
  readonly key: string;
  readonly value: string;
}

/** Where a text has the attributes of a row. */
export function placesOf(text: string, row: string): readonly Place[] {
  const lines = new LineCounter();
  const root = parseDocument(text, { lineCounter: lines, merge: true }).contents;
  const placeAt = (node: Node | null): string => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
    return `${line}:${col}`;
  };
  const find = (node: Node | null, place: Place, [part, ...rest]: readonly string[]): readonly Place[] => {
    if (part === undefined) return [place];
    if (isMap(node)) {
      const pairs = (node.items as Pair<Scalar<string>, Node | null>[]).filter(
        ({ key }) => part === "*" || key.value === part,
      );
      return pairs.flatMap(({ key, value }) => {
        const name = place.name === "" ? key.value : `${place.name}.${key.value}`;
        return find(value, { name, key: placeAt(key), value: placeAt(value) }, rest);
      });
    }
    if (!isSeq(node) || part !== "*") return [];
    return (node.items as Node[]).flatMap((item, index) =>
      find(item, { name: `${place.name}[${index}]`, key: placeAt(item), value: placeAt(item) }, rest),
    );
  };
  return find(root, { name: "", key: "1:1", value: "1:1" }, row.split("."));
}

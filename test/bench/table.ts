import type { Result } from "./bench.ts";

const begin = "<!-- figures: npm run bench -- --out docs/performance.json -->";
const end = "<!-- end of figures -->";

/** A page whose figures are these: what stands between its two marks is written anew. Throws when a mark is missing. */
export function withFigures(page: string, { date, machine, results }: Figures): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the page has no ${from === -1 ? begin : end}`);
  const parts = [begin, `Measured on ${date}: ${machine}.`, tableOf(results).join("\n"), page.slice(to)];
  return page.slice(0, from) + parts.join("\n\n");
}

/** What the page tells. */
interface Figures {
  readonly date: string;
  readonly machine: string;
  readonly results: readonly Result[];
}

function tableOf(results: readonly Result[]): readonly string[] {
  return [
    "| work | tscompose | docker compose | ratio | at most | of the floor | at most | embedded engine |",
    "| --- | --: | --: | --: | --: | --: | --: | --: |",
    ...results.map(rowOf),
  ];
}

function rowOf({ row, metric, unit, figures, ofPeer, ofFloor }: Result): string {
  const of = (name: string): Result["figures"][number] | undefined =>
    figures.find(({ contestant }) => contestant === name);
  const ours = of("tscompose");
  const told = (name: string): string => {
    const figure = of(name);
    if (figure === undefined) return "";
    const digits = figure.median < 10 ? 1 : 0;
    return `${figure.median.toFixed(digits)} / ${figure.p95.toFixed(digits)} ${unit}`;
  };
  const ratio = (name: string): string => {
    const theirs = of(name);
    if (ours === undefined || theirs === undefined || theirs.median === 0) return "";
    return (ours.median / theirs.median).toFixed(2);
  };
  const what = metric === "time" ? row : `${row}: ${metric}`;
  const cells = [
    what,
    told("tscompose"),
    told("docker compose"),
    ratio("docker compose"),
    String(ofPeer ?? ""),
    ratio("floor"),
    String(ofFloor ?? ""),
    told("tscompose, embedded engine"),
  ];
  return `| ${cells.join(" | ")} |`;
}

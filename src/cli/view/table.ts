/** How wide the columns of a table are at least, and how far they stand apart. */
export interface TableStyle {
  readonly minWidth: number;
  readonly padding: number;
}

/** The look of `ps`, `images` and everything else that takes a template. */
export const denseTable: TableStyle = { minWidth: 10, padding: 3 };
/** The look of `ls` and other plain lists. */
export const wideTable: TableStyle = { minWidth: 20, padding: 3 };

/**
 * Aligns tab-separated cells the way Go's tabwriter does, so that scripts that cut columns keep working: a column is a
 * run of lines that all have a cell there, and the last cell of a line is never padded.
 */
export function alignTabs(text: string, { minWidth, padding }: TableStyle): string {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const widths = lines.map((): number[] => []);

  const measure = (from: number, to: number, column: number): void => {
    for (let start = from; start < to; start++) {
      const end = endOfColumn(lines, start, to, column);
      if (end === start) continue;
      const widest = Math.max(...lines.slice(start, end).map((cells) => lengthOf(cells[column] ?? "") + padding));
      for (let line = start; line < end; line++) widths[line]?.push(Math.max(minWidth, widest));
      measure(start, end, column + 1);
      start = end - 1;
    }
  };
  measure(0, lines.length, 0);

  return lines
    .map((cells, line) => cells.map((cell, column) => padEnd(cell, widths[line]?.[column] ?? 0)).join(""))
    .join("\n");
}

/** A table of plain cells under a header, one line each, ending in a line end. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  style: TableStyle,
): string {
  return alignTabs([header, ...rows].map((cells) => `${cells.join("\t")}\n`).join(""), style);
}

function endOfColumn(lines: readonly (readonly string[])[], start: number, to: number, column: number): number {
  let end = start;
  while (end < to && column < (lines[end]?.length ?? 0) - 1) end++;
  return end;
}

function padEnd(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - lengthOf(cell)));
}

/** In code points, as Go counts runes: `padEnd` would count an emoji twice. */
function lengthOf(text: string): number {
  return /^[\0-\x7f]*$/.test(text) ? text.length : Array.from(text).length;
}

import type { Paint } from "./paint.ts";

/** One thing that is being worked on, as it looks at one moment. */
export interface Row {
  readonly name: string;
  readonly text: string;
  readonly state: "working" | "done" | "failed" | "skipped";
  readonly elapsedMs: number;
}

/** What a frame is drawn with. */
export interface FrameStyle {
  readonly heading: string;
  /** How many things there will be in all. */
  readonly total: number;
  readonly columns: number;
  /** Most lines that fit: things already done give way first. */
  readonly rows: number;
  readonly paint: Paint;
  /** Counts frames: turns the spinner. */
  readonly tick: number;
}

const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/** Draws the state of all rows: `[+] Running 1/2` and a line for each, times at the right edge. */
export function drawFrame(rows: readonly Row[], style: FrameStyle): readonly string[] {
  const { heading, total, paint } = style;
  const done = rows.filter(({ state }) => state !== "working").length;
  const shown = fitting(rows, style.rows - 2);
  const width = Math.min(Math.floor(style.columns / 2), Math.max(0, ...shown.map(({ name }) => name.length)));
  const hidden = rows.length - shown.length;
  return [
    paint.blue(`[+] ${heading} ${done}/${Math.max(total, rows.length)}`),
    ...shown.map((row) => drawRow(row, width, style)),
    ...(hidden > 0 ? [paint.dim(` … ${hidden} more`)] : []),
  ];
}

/** What does not fit is left out: first what is done, oldest first. */
function fitting(rows: readonly Row[], most: number): readonly Row[] {
  let surplus = rows.length - Math.max(1, most);
  if (surplus <= 0) return rows;
  const kept = rows.filter(({ state }) => state !== "done" || surplus-- <= 0);
  return kept.slice(0, Math.max(1, most));
}

function drawRow({ name, text, state, elapsedMs }: Row, width: number, { columns, paint, tick }: FrameStyle): string {
  const [mark, color] = look(state, tick);
  const time = `${(elapsedMs / 1000).toFixed(1)}s`;
  const room = Math.max(0, columns - width - time.length - 8);
  return ` ${paint[color](mark)} ${fit(name, width)}  ${paint[color](fit(text, room))}  ${paint.blue(time)}`;
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text.padEnd(width);
}

function look(state: Row["state"], tick: number): readonly [mark: string, color: keyof Paint] {
  switch (state) {
    case "working":
      return [spinner[tick % spinner.length] ?? "", "blue"];
    case "done":
      return ["✔", "green"];
    case "failed":
      return ["✘", "red"];
    case "skipped":
      return ["-", "yellow"];
  }
}

import type { Result } from "./bench.ts";

const peer = "docker compose";
const ours = "tscompose";

const left = 300;
const scale = 360;
const rowHeight = 26;

/**
 * A bar for each row: our median over the peer's, whose own is the line at 1. The mark on a bar is its goal, the thin line
 * reaches to the 95th percentile.
 */
export function chartOf(results: readonly Result[]): string {
  const bars = results.flatMap((result, index) => {
    const of = (name: string): Result["figures"][number] | undefined =>
      result.figures.find(({ contestant }) => contestant === name);
    const [us, them] = [of(ours), of(peer)];
    return us === undefined || them === undefined || them.median === 0
      ? []
      : [{ index, result, ratio: us.median / them.median, worst: us.p95 / them.median }];
  });
  const height = results.length * rowHeight + 50;
  const x = (ratio: number): number => left + Math.min(ratio, 1.6) * scale;
  const drawn = bars.map(({ index, result: { row, metric, ofPeer }, ratio, worst }) => {
    const y = 30 + index * rowHeight;
    const isMet = ofPeer === undefined || ratio <= ofPeer;
    const label = metric === "time" ? row : `${row}: ${metric}`;
    return [
      `<text x="${left - 8}" y="${y + 14}" text-anchor="end">${escape(label)}</text>`,
      `<rect x="${left}" y="${y + 3}" width="${(x(ratio) - left).toFixed(1)}" height="14" class="${isMet ? "met" : "missed"}"/>`,
      `<path d="M${x(ratio).toFixed(1)} ${y + 10}H${x(worst).toFixed(1)}" class="worst"/>`,
      ...(ofPeer === undefined ? [] : [`<path d="M${x(ofPeer)} ${y}v20" class="goal"/>`]),
      `<text x="${Math.max(x(worst), x(ratio)) + 6}" y="${y + 14}" class="value">${ratio.toFixed(2)}</text>`,
    ].join("\n");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + 1.8 * scale} ${height}" font-family="sans-serif" font-size="12">
<style>
  svg { background: #fff; } text { fill: #222; } .value { fill: #555; }
  .met { fill: #2b7a4b; } .missed { fill: #c0662b; } .goal { stroke: #111; stroke-width: 2; } .worst { stroke: #888; }
  .peer { stroke: #999; stroke-dasharray: 4 3; }
</style>
<text x="${x(1)}" y="16" text-anchor="middle">docker compose = 1</text>
<path d="M${x(1)} 22V${height - 16}" class="peer"/>
${drawn.join("\n")}
</svg>
`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

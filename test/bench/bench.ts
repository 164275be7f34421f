// tscompose beside Docker Compose, and beside the engine calls that no tool can do without: the same engine, turn by turn.
//   node test/bench/bench.ts [--rounds N] [--only TEXT] [--out FILE.json]
// Beside FILE.json it writes FILE.svg, and the figures into FILE.md where that is.
// Needs Docker Compose (see test/support/tool.ts), the engine at DOCKER_HOST with busybox; root for the embedded engine.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { parseArgs } from "node:util";
import { engineAddress, EngineApi } from "../support/engine-api.ts";
import { dockerCompose, tscompose } from "../support/tool.ts";
import { runBehindPeer } from "./behind-peer.ts";
import { chartOf } from "./chart.ts";
import { benchEngine } from "./embedded.ts";
import { type Figure, interleave } from "./measure.ts";
import { type Row, rows, type Sides } from "./rows.ts";
import { withFigures } from "./table.ts";

/** One metric of one row. */
export interface Result {
  readonly row: string;
  readonly metric: string;
  readonly unit: string;
  readonly ofPeer?: number;
  readonly ofFloor?: number;
  readonly figures: readonly Figure[];
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    only: { type: "string", default: "" },
    out: { type: "string" },
  },
});

if (dockerCompose === undefined) throw new Error("Docker Compose is not here: there is nothing to compare with");
await using stack = new AsyncDisposableStack();
const embeddedAddress = process.env["TSCOMPOSE_BENCH_EMBEDDED"] ?? (await startEmbedded(stack));
const status = await runBehindPeer(dockerCompose, { TSCOMPOSE_BENCH_EMBEDDED: embeddedAddress });
if (status !== undefined) {
  await stack.disposeAsync();
  process.exit(status);
}
const sides: Sides = {
  ours: { name: "tscompose", tool: tscompose, address: engineAddress },
  peer: { name: "docker compose", tool: dockerCompose, address: engineAddress },
  ...(embeddedAddress !== "" && {
    embedded: { name: "tscompose, embedded engine", tool: tscompose, address: embeddedAddress },
  }),
};

const results: Result[] = [];
for (const row of rows.filter(({ name }) => name.includes(values.only))) {
  const found = await measure(row, Math.max(3, Math.ceil(Number(values.rounds) * row.share)));
  for (const result of found) console.log(describe(result));
  results.push(...found);
}
if (values.out !== undefined) {
  const { Version } = (await new EngineApi().get("/version")) as { Version: string };
  const machine = `${cpus().length} cores, Linux ${release()}, Node ${process.versions.node}, Docker Engine ${Version}`;
  const date = new Date().toISOString().slice(0, 10);
  const beside = (extension: string): string => `${values.out?.replace(/\.json$/, "")}${extension}`;
  await writeFile(beside(".json"), `${JSON.stringify({ date, machine, results }, null, 2)}\n`);
  await writeFile(beside(".svg"), chartOf(results));
  if (existsSync(beside(".md"))) {
    const page = await readFile(beside(".md"), "utf8");
    await writeFile(beside(".md"), withFigures(page, { date, machine, results }));
  }
}

/** Its address; none where it cannot run. */
async function startEmbedded(cleaning: AsyncDisposableStack): Promise<string> {
  return process.getuid?.() === 0 ? cleaning.use(await benchEngine()).address : "";
}

async function measure(row: Row, rounds: number): Promise<Result[]> {
  await using leftovers = new AsyncDisposableStack();
  const figures = await interleave(await row.enter(sides, leftovers), rounds);
  return Object.entries(row.metrics).map(([metric, rest]) => ({
    row: row.name,
    metric,
    ...rest,
    figures: figures.filter((each) => each.metric === metric),
  }));
}

function describe({ row, metric, unit, figures, ofPeer, ofFloor }: Result): string {
  const of = (name: string): number | undefined => figures.find(({ contestant }) => contestant === name)?.median;
  const ratio = (name: string, goal?: number): string => {
    const [ours = 0, theirs] = [of("tscompose"), of(name)];
    if (theirs === undefined || theirs === 0) return "";
    return `  ${(ours / theirs).toFixed(2)} of ${name}${goal === undefined ? "" : ` (at most ${goal})`}`;
  };
  const each = figures.map(({ contestant, median, p95 }) => `${contestant} ${median.toFixed(1)}/${p95.toFixed(1)}`);
  return `${row}: ${metric} [${unit}, median/p95 of ${figures[0]?.samples.length}]  ${each.join(", ")}${ratio("docker compose", ofPeer)}${ratio("floor", ofFloor)}`;
}

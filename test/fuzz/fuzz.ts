// `npm run fuzz [-- --seconds 60 --seed 1 --corpus DIR]`: mutated compose files against the loader. A finding is a crash, a
// hang, or a mistake told without a place; each is kept in test-results/fuzz as files to try again.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { Texts } from "../support/load-texts.ts";
import { mutate, randomFrom } from "./mutate.ts";
import { seeds } from "./seeds.ts";

/** What the worker says of one input. */
export interface Verdict {
  readonly kind: "accepted" | "refused" | "finding";
  readonly text: string;
}

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    corpus: { type: "string", multiple: true, default: [] },
  },
});
const hangMs = 5_000;
const results = join(import.meta.dirname, "../../test-results/fuzz");
const random = randomFrom(Number(values.seed));
const corpus = await seeds(values.corpus);
const deadline = performance.now() + Number(values.seconds) * 1000;
const count = { accepted: 0, refused: 0, finding: 0 };
let worker = startWorker();

for (let round = 0; performance.now() < deadline; round++) {
  const override = random() < 0.3 ? { "override.yaml": mutate(corpus, random) } : {};
  const input = { "compose.yaml": mutate(corpus, random), ...override };
  const verdict = await judge(input);
  count[verdict.kind]++;
  if (verdict.kind === "finding") keep(round, input, verdict.text);
}
await worker.terminate();
console.log(`fuzz: seed ${values.seed}, ${corpus.length} seeds, ${count.accepted} accepted, ${count.refused} refused`);
console.log(`${count.accepted + count.refused} passed, ${count.finding} failed`);
process.exit(count.finding === 0 ? 0 : 1);

function judge(input: Texts): Promise<Verdict> {
  return new Promise((resolve) => {
    const settle = (verdict: Verdict): void => {
      clearTimeout(timer);
      // Not all listeners at once: the worker has some of its own.
      worker.removeAllListeners("message").removeAllListeners("error");
      resolve(verdict);
    };
    const restart = (text: string): void => {
      void worker.terminate();
      settle({ kind: "finding", text });
      worker = startWorker();
    };
    const timer = setTimeout(() => restart(`no answer within ${hangMs} ms`), hangMs);
    worker.once("message", settle);
    worker.once("error", (error) => restart(`the loader took its thread down: ${error}`));
    worker.postMessage(input);
  });
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 512 } });
}

function keep(round: number, input: Texts, text: string): void {
  mkdirSync(results, { recursive: true });
  for (const [name, content] of Object.entries(input)) {
    writeFileSync(join(results, `${values.seed}-${round}-${name}`), content);
  }
  writeFileSync(join(results, `${values.seed}-${round}.txt`), `${text}\n`);
  console.log(`fuzz: finding ${values.seed}-${round}: ${text.split("\n")[0]}`);
}

import { run } from "./run.ts";

/** Writes rules, in the order in which they are given. */
export interface NftWriter {
  /** Resolves when the kernel has the rules. Rejects, with none of these applied, when they are refused. */
  apply(text: string): Promise<void>;
}

interface Waiting {
  readonly text: string;
  readonly settle: PromiseWithResolvers<void>;
}

/** Makes a writer: what is given while a transaction runs goes into the next one together. */
export function createNftWriter(): NftWriter {
  let waiting: Waiting[] = [];
  let isWriting = false;

  async function write(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await writeBatch(batch);
    }
    isWriting = false;
  }

  return {
    apply(text) {
      const settle = Promise.withResolvers<void>();
      waiting.push({ text, settle });
      if (!isWriting) void write();
      return settle.promise;
    },
  };
}

/** One transaction for all; when that is refused one for each, so that only the wrong one fails. */
async function writeBatch(batch: readonly Waiting[]): Promise<void> {
  try {
    await nft(batch.map(({ text }) => text).join("\n"));
    for (const { settle } of batch) settle.resolve();
    return;
  } catch (error) {
    if (batch.length === 1) return batch[0]?.settle.reject(error);
  }
  for (const each of batch) await writeBatch([each]);
}

async function nft(text: string): Promise<void> {
  if (text.trim() !== "") await run("nft", ["-f", "-"], { input: `${text}\n` });
}

/** All rules of the host, as nft's JSON: see libnftables-json(5). */
export async function readRuleset(): Promise<unknown> {
  const { stdout } = await run("nft", ["--json", "--terse", "list", "ruleset"]);
  return JSON.parse(stdout) as unknown;
}

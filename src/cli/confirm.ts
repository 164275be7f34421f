import { createInterface } from "node:readline";
import type { Io } from "./io.ts";

/** Asks a question that only `y` or `yes` answers with yes; an input that ends says no. */
export async function confirm(question: string, { stdin, stderr }: Io): Promise<boolean> {
  stderr.write(`${question} [yN] `);
  const lines = createInterface({ input: stdin });
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line);
  } finally {
    lines.close();
  }
  stderr.write("\n");
  return false;
}

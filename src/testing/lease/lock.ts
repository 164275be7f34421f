import { DatabaseSync } from "node:sqlite";

/** Whoever holds the lock does little with it: who waits longer waits for somebody who is stuck. */
const patienceMs = 20_000;

/**
 * Does something while nobody else of this machine does, who locks the same file. The lock is the file system's own, taken
 * by way of SQLite, since Node has no other call for it: it goes with the process, however that ends. Blocks while it waits,
 * so it is for processes that have nothing else to do.
 */
export async function withLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const database = new DatabaseSync(path, { timeout: patienceMs });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return await work();
  } finally {
    database.close();
  }
}

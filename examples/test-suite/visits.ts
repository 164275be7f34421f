import { Client } from "pg";
import { createClient } from "redis";

/** Where the service finds what it needs: `DB_URL` and `CACHE_URL` of `stack.env`, or of `tscompose env`. */
export interface Places {
  readonly DB_URL?: string;
  readonly CACHE_URL?: string;
}

/** Counts the visits of pages: every one is kept in PostgreSQL, the number is cached in Redis. */
export interface Visits extends AsyncDisposable {
  record(page: string): Promise<void>;
  count(page: string): Promise<number>;
}

export async function openVisits({ DB_URL, CACHE_URL }: Readonly<Record<string, string>> & Places): Promise<Visits> {
  const database = new Client({ connectionString: DB_URL });
  const cache = createClient(CACHE_URL === undefined ? {} : { url: CACHE_URL });
  await Promise.all([database.connect(), cache.connect()]);
  const keyOf = (page: string): string => `visits:${page}`;
  return {
    async record(page) {
      await database.query("INSERT INTO visits (page) VALUES ($1)", [page]);
      await cache.del(keyOf(page));
    },
    async count(page) {
      const known = await cache.get(keyOf(page));
      if (known !== null) return Number(known);
      const { rows } = await database.query("SELECT count(*)::int AS n FROM visits WHERE page = $1", [page]);
      await cache.set(keyOf(page), String(rows[0].n));
      return rows[0].n;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([database.end(), cache.close()]);
    },
  };
}

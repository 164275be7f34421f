import { connect } from "./postgres.ts";
import type { Address, Connection, Row } from "./postgres.ts";

export interface NewEntry {
  readonly name: string;
  readonly message: string;
}

export interface Entry extends NewEntry {
  readonly id: number;
  readonly writtenAt: string;
}

export interface Guestbook {
  count(): Promise<number>;
  list(): Promise<readonly Entry[]>;
  sign(entry: NewEntry): Promise<Entry>;
  close(): void;
}

/** The entries in the database, over one connection that is made when it is needed and again when it broke. */
export function openGuestbook(address: Address): Guestbook {
  let connection: Promise<Connection> | undefined;
  const forget = (): void => void (connection = undefined);

  async function query(sql: string, parameters: readonly string[] = []): Promise<readonly Row[]> {
    connection ??= connect(address, forget);
    const open = await connection.catch((error: unknown) => {
      forget();
      throw error;
    });
    return open.query(sql, parameters);
  }

  return {
    count: async () => Number((await query("SELECT count(*) AS n FROM entries"))[0]?.["n"]),
    list: async () => (await query(`SELECT ${columns} FROM entries ORDER BY id DESC LIMIT 100`)).map(toEntry),
    sign: async ({ name, message }) => {
      const [row] = await query(`INSERT INTO entries (name, message) VALUES ($1, $2) RETURNING ${columns}`, [
        name,
        message,
      ]);
      return toEntry(row ?? {});
    },
    close: () => void connection?.then((open) => open.close()),
  };
}

/** The entry in a request's body, or what is wrong with it. */
export function parseEntry(text: string): NewEntry | string {
  const fields = parseObject(text);
  if (fields === undefined) return "expected a JSON object with name and message";
  const name = String(fields["name"] ?? "").trim();
  const message = String(fields["message"] ?? "").trim();
  if (name === "" || name.length > 80) return "a name has 1 to 80 characters";
  if (message === "" || message.length > 1000) return "a message has 1 to 1000 characters";
  return { name, message };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const columns = `id, name, message, to_json(written_at) #>> '{}' AS written_at`;

function toEntry(row: Row): Entry {
  return {
    id: Number(row["id"]),
    name: row["name"] ?? "",
    message: row["message"] ?? "",
    writtenAt: row["written_at"] ?? "",
  };
}

// A small PostgreSQL client: one connection, queries with parameters, values as text. It speaks protocol 3.0 and logs in
// by SCRAM-SHA-256 (https://www.postgresql.org/docs/current/protocol.html), which is all that this example needs;
// a real project takes the package `pg`.
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createConnection } from "node:net";
import type { Socket } from "node:net";

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export type Row = Readonly<Record<string, string | null>>;

export interface Connection {
  /** Parameters stand as $1, $2, ... in the query; they travel apart from it, so nothing has to be escaped. */
  query(sql: string, parameters?: readonly string[]): Promise<readonly Row[]>;
  close(): void;
}

export async function connect(address: Address, onClose: () => void): Promise<Connection> {
  const socket = createConnection(address.port, address.host);
  await once(socket, "connect");
  socket.once("close", onClose);
  const messages = readMessages(socket);
  socket.write(
    withLength(
      Buffer.concat([
        int32(196_608),
        text("user"),
        text(address.user),
        text("database"),
        text(address.database),
        text(""),
      ]),
    ),
  );
  await logIn(socket, messages, address.password);

  let last: Promise<unknown> = untilReady(messages); // one query at a time: each begins when the one before has ended
  return {
    query: (sql, parameters = []) => {
      const result = last.then(() => {
        socket.write(queryMessages(sql, parameters));
        return untilReady(messages);
      });
      last = result.catch((error: unknown) => {
        if (!(error instanceof QueryError)) throw error;
      });
      last.catch(() => {}); // whoever queries next hears of it
      return result;
    },
    close: () => socket.end(message("X")),
  };
}

/** The database understood us and said no; the connection is still good. */
export class QueryError extends Error {}

interface Message {
  readonly kind: string;
  readonly body: Buffer;
}

type Messages = AsyncGenerator<Message, never>;

async function* readMessages(socket: Socket): Messages {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = 1 + rest.readInt32BE(1);
      yield { kind: String.fromCharCode(rest[0] ?? 0), body: rest.subarray(5, end) };
      rest = rest.subarray(end);
    }
  }
  throw new Error("the database closed the connection");
}

async function next(messages: Messages): Promise<Message> {
  const { value } = await messages.next();
  if (value.kind === "E") throw new QueryError(errorText(value.body));
  return value;
}

async function untilReady(messages: Messages): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let names: readonly string[] = [];
  let failure: QueryError | undefined;
  for (;;) {
    const { value } = await messages.next();
    switch (value.kind) {
      case "T":
        names = columnNames(value.body);
        break;
      case "D":
        rows.push(Object.fromEntries(columnValues(value.body).map((column, index) => [names[index] ?? "", column])));
        break;
      case "E":
        failure = new QueryError(errorText(value.body));
        break;
      case "Z":
        if (failure !== undefined) throw failure;
        return rows;
    }
  }
}

function queryMessages(sql: string, parameters: readonly string[]): Buffer {
  const values = parameters.flatMap((parameter) => [int32(Buffer.byteLength(parameter)), Buffer.from(parameter)]);
  return Buffer.concat([
    message("P", text(""), text(sql), int16(0)),
    message("B", text(""), text(""), int16(0), int16(parameters.length), ...values, int16(0)),
    message("D", Buffer.from("P"), text("")),
    message("E", text(""), int32(0)),
    message("S"),
  ]);
}

async function logIn(socket: Socket, messages: Messages, password: string): Promise<void> {
  const request = await authentication(messages);
  if (request.code === 0) return;
  if (request.code !== 10 || !request.data.includes("SCRAM-SHA-256"))
    throw new Error("the database wants a password in a way not known here");

  // The steps and their names are those of RFC 5802 and 7677.
  const clientFirst = `n=,r=${randomBytes(18).toString("base64")}`;
  const initial = Buffer.from(`n,,${clientFirst}`);
  socket.write(message("p", text("SCRAM-SHA-256"), int32(initial.length), initial));

  const serverFirst = (await authentication(messages)).data.toString();
  const { r: nonce = "", s: salt = "", i: iterations = "" } = attributes(serverFirst);
  const salted = pbkdf2Sync(password.normalize("NFKC"), Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
  const clientKey = hmac(salted, "Client Key");
  const clientFinal = `c=biws,r=${nonce}`;
  const exchange = `${clientFirst},${serverFirst},${clientFinal}`;
  const signature = hmac(createHash("sha256").update(clientKey).digest(), exchange);
  const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
  socket.write(message("p", Buffer.from(`${clientFinal},p=${Buffer.from(proof).toString("base64")}`)));

  const { v: verifier = "" } = attributes((await authentication(messages)).data.toString());
  const expected = hmac(hmac(salted, "Server Key"), exchange);
  const given = Buffer.from(verifier, "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new Error("the database does not know the password either");
  await authentication(messages);
}

async function authentication(messages: Messages): Promise<{ readonly code: number; readonly data: Buffer }> {
  const { body } = await next(messages);
  return { code: body.readInt32BE(0), data: body.subarray(4) };
}

const hmac = (key: Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();
const attributes = (list: string): Readonly<Record<string, string>> =>
  Object.fromEntries(list.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));

const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const int32 = (value: number): Buffer =>
  Buffer.from([value >> 24, value >> 16, value >> 8, value].map((byte) => byte & 255));
const withLength = (body: Buffer): Buffer => Buffer.concat([int32(body.length + 4), body]);
const message = (kind: string, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from(kind), withLength(Buffer.concat(parts))]);

function columnNames(body: Buffer): readonly string[] {
  const names: string[] = [];
  for (let at = 2; at < body.length;) {
    const end = body.indexOf(0, at);
    names.push(body.toString("utf8", at, end));
    at = end + 19; // the zero, then 18 bytes about the column's table and type
  }
  return names;
}

function columnValues(body: Buffer): readonly (string | null)[] {
  const values: (string | null)[] = [];
  for (let at = 2; at < body.length;) {
    const length = body.readInt32BE(at);
    values.push(length < 0 ? null : body.toString("utf8", at + 4, at + 4 + length));
    at += 4 + Math.max(length, 0);
  }
  return values;
}

function errorText(body: Buffer): string {
  const fields = body.toString().split("\0");
  return fields.find((field) => field.startsWith("M"))?.slice(1) ?? "unknown error of the database";
}

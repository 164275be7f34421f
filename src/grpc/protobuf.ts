/**
 * Protocol Buffers, as much as BuildKit's API takes: proto3 messages by tables of fields. Written by the encoding guide
 * (https://protobuf.dev/programming-guides/encoding/); unknown fields are skipped, absent ones have their zero value.
 */
export interface Message<Shape> {
  encode(value: Partial<Shape>): Uint8Array;
  /** Throws `MalformedMessageError` for bytes that are no such message. */
  decode(bytes: Uint8Array): Shape;
}

/** Bytes that are not what they should be. */
export class MalformedMessageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MalformedMessageError";
  }
}

/** One field: its number, and how a value of it is written and read. */
export interface Field<Value> {
  readonly number: number;
  zero(): Value;
  /** Writes tag and value; nothing for the zero value. */
  write(value: Value, out: Writer): void;
  /** The value after one more occurrence of the field. */
  read(reader: Reader, wire: number, before: Value): Value;
}

/** A message by the names of its fields. */
export function message<Shape extends object>(fields: {
  readonly [Name in keyof Shape]-?: Field<Shape[Name]>;
}): Message<Shape> {
  const entries = Object.entries<Field<unknown>>(fields);
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, field }]));
  return {
    encode(value) {
      const out = new Writer();
      const given = value as Readonly<Record<string, unknown>>;
      for (const [name, field] of entries) {
        const each = given[name];
        if (each !== undefined) field.write(each, out);
      }
      return out.finish();
    },
    decode(bytes) {
      const value: Record<string, unknown> = Object.fromEntries(entries.map(([name, field]) => [name, field.zero()]));
      const reader = new Reader(bytes);
      while (!reader.isAtEnd) {
        const tag = reader.length();
        const known = byNumber.get(tag >>> 3);
        if (known === undefined) reader.skip(tag & 7);
        else value[known.name] = known.field.read(reader, tag & 7, value[known.name]);
      }
      return value as Shape;
    },
  };
}

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;
const fixed32 = 5;

/** `string` */
export function text(number: number): Field<string> {
  return {
    number,
    zero: () => "",
    write: (value, out) => value !== "" && out.bytes(number, Buffer.from(value)),
    read: (reader, wire) => Buffer.from(reader.bytes(wire)).toString(),
  };
}

/** `bytes`; what is read shares the memory of the message. */
export function bytes(number: number): Field<Uint8Array> {
  return {
    number,
    zero: () => new Uint8Array(),
    write: (value, out) => value.length > 0 && out.bytes(number, value),
    read: (reader, wire) => reader.bytes(wire),
  };
}

/** `bool` */
export function flag(number: number): Field<boolean> {
  return {
    number,
    zero: () => false,
    write: (value, out) => value && out.varint(number, 1n),
    read: (reader, wire) => reader.varint(wire) !== 0n,
  };
}

/** `int32`, `int64`, `uint32` and enums whose values fit a number: others cannot be read. */
export function integer(number: number): Field<number> {
  return {
    number,
    zero: () => 0,
    write: (value, out) => value !== 0 && out.varint(number, value),
    read(reader, wire) {
      const value = Number(BigInt.asIntN(64, reader.varint(wire)));
      if (!Number.isSafeInteger(value)) throw new MalformedMessageError(`field ${number}: ${value} is too large`);
      return value;
    },
  };
}

/** `int64` of any size: nanoseconds since 1970. */
export function bigInteger(number: number): Field<bigint> {
  return {
    number,
    zero: () => 0n,
    write: (value, out) => value !== 0n && out.varint(number, value),
    read: (reader, wire) => BigInt.asIntN(64, reader.varint(wire)),
  };
}

/** A message in a message. */
export function nested<Shape>(number: number, type: Message<Shape>): Field<Shape | undefined> {
  return {
    number,
    zero: () => undefined,
    write: (value, out) => value !== undefined && out.bytes(number, type.encode(value)),
    read: (reader, wire) => type.decode(reader.bytes(wire)),
  };
}

/** `repeated` texts, bytes or messages: what is never packed. */
export function repeated<Shape>(number: number, type: Message<Shape>): Field<readonly Shape[]>;
export function repeated(number: number, type: "text"): Field<readonly string[]>;
export function repeated(number: number, type: "bytes"): Field<readonly Uint8Array[]>;
export function repeated(
  number: number,
  type: Message<unknown> | "text" | "bytes",
): Field<readonly unknown[]> | Field<readonly string[]> | Field<readonly Uint8Array[]> {
  if (type === "text")
    return listOf<string>(
      number,
      (value) => Buffer.from(value),
      (value) => Buffer.from(value).toString(),
    );
  if (type === "bytes") return listOf<Uint8Array>(number, identity, identity);
  return listOf<object>(
    number,
    (value) => type.encode(value),
    (value) => type.decode(value) as object,
  );
}

/** `map<string, V>` with texts or bytes as values. */
export function map(number: number, type: "text"): Field<Readonly<Record<string, string>>>;
export function map(number: number, type: "bytes"): Field<Readonly<Record<string, Uint8Array>>>;
export function map(
  number: number,
  type: "text" | "bytes",
): Field<Readonly<Record<string, string>>> | Field<Readonly<Record<string, Uint8Array>>> {
  return type === "text" ? mapOf(number, text(2)) : mapOf(number, bytes(2));
}

function identity(value: Uint8Array): Uint8Array {
  return value;
}

function listOf<Value>(
  number: number,
  encode: (value: Value) => Uint8Array,
  decode: (bytes: Uint8Array) => Value,
): Field<readonly Value[]> {
  return {
    number,
    zero: () => [],
    write: (values, out) => {
      for (const value of values) out.bytes(number, encode(value));
    },
    read(reader, wire, before) {
      // It is this message's own: a new one for every value would take the square of the time.
      (before as Value[]).push(decode(reader.bytes(wire)));
      return before;
    },
  };
}

function mapOf<Value>(number: number, values: Field<Value>): Field<Readonly<Record<string, Value>>> {
  const entry = message<{ readonly key: string; readonly value: Value }>({ key: text(1), value: values });
  return {
    number,
    zero: () => ({}),
    write: (value, out) => {
      for (const [key, each] of Object.entries<Value>(value)) out.bytes(number, entry.encode({ key, value: each }));
    },
    read: (reader, wire, before) => {
      const { key, value } = entry.decode(reader.bytes(wire));
      // Not assigned: a key may be `__proto__`.
      return Object.defineProperty(before, key, { value, enumerable: true, writable: true, configurable: true });
    },
  };
}

/** Gathers the pieces of a message. */
export class Writer {
  readonly #pieces: Uint8Array[] = [];

  varint(field: number, value: bigint | number): void {
    this.#pieces.push(varintOf(field << 3), varintOf(value));
  }

  bytes(field: number, value: Uint8Array): void {
    this.#pieces.push(varintOf((field << 3) | lengthDelimited), varintOf(value.length), value);
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }
}

function varintOf(value: bigint | number): Uint8Array {
  if (typeof value === "number" && value >= 0) return naturalOf(value);
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(left));
}

/** Most numbers are lengths and tags: they need no arithmetic of 64 bits. */
function naturalOf(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value);
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
  return Uint8Array.of(...bytes, left);
}

/** Takes a message apart. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(from: Uint8Array) {
    this.#bytes = from;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(wire: number): bigint {
    expectWire(wire, varint);
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new MalformedMessageError("the message ends within a number");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new MalformedMessageError("a number of more than 64 bits");
  }

  bytes(wire: number): Uint8Array {
    expectWire(wire, lengthDelimited);
    return this.#take(this.length());
  }

  /** A length or a tag: of 32 bits. */
  length(): number {
    const value = this.varint(varint);
    if (value > 0xffff_ffffn) throw new MalformedMessageError("a length of more than 32 bits");
    return Number(value);
  }

  skip(wire: number): void {
    if (wire === varint) this.varint(wire);
    else if (wire === lengthDelimited) this.bytes(wire);
    else if (wire === fixed64) this.#take(8);
    else if (wire === fixed32) this.#take(4);
    else throw new MalformedMessageError(`unknown wire type ${wire}`);
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new MalformedMessageError("the message ends within a field");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

function expectWire(found: number, expected: number): void {
  if (found !== expected) throw new MalformedMessageError(`wire type ${found} in the place of ${expected}`);
}

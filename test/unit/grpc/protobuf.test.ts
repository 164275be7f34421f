import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bigInteger,
  bytes,
  flag,
  integer,
  MalformedMessageError,
  map,
  message,
  nested,
  repeated,
  text,
} from "../../../src/grpc/protobuf.ts";

interface Sample {
  readonly name: string;
  readonly data: Uint8Array;
  readonly isSet: boolean;
  readonly size: number;
  readonly time: bigint;
  readonly inner: Inner | undefined;
  readonly list: readonly string[];
  readonly inners: readonly Inner[];
  readonly attrs: Readonly<Record<string, string>>;
}
interface Inner {
  readonly id: number;
}

const inner = message<Inner>({ id: integer(1) });
const sample = message<Sample>({
  name: text(1),
  data: bytes(2),
  isSet: flag(3),
  size: integer(4),
  time: bigInteger(5),
  inner: nested(6, inner),
  list: repeated(7, "text"),
  inners: repeated(8, inner),
  attrs: map(16, "text"),
});

describe("a message", () => {
  test("is written tag by tag, as the encoding guide says", () => {
    const written = sample.encode({ name: "ä", data: Uint8Array.of(1), isSet: true, size: -1, list: ["a", ""] });
    expect(Buffer.from(written).toString("hex")).toBe("0a02c3a4120101180120ffffffffffffffffff013a01613a00");
  });

  test("is read back as it was written", () => {
    const inners = fc.record({ id: fc.maxSafeInteger() });
    const samples = fc.record({
      name: fc.string({ unit: "grapheme" }),
      data: fc.uint8Array(),
      isSet: fc.boolean(),
      size: fc.maxSafeInteger(),
      time: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      inner: fc.option(inners, { nil: undefined }),
      list: fc.array(fc.string()),
      inners: fc.array(inners),
      attrs: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
    });
    fc.assert(
      fc.property(samples, (value) => {
        const read = sample.decode(sample.encode(value));
        expect({ ...read, data: [...read.data] }).toEqual({ ...value, data: [...value.data] });
      }),
    );
  });

  test("has a list and a map of many without copying them for each", () => {
    const many = 100_000;
    const list = Array.from({ length: many }, (_, index) => `value ${index}`);
    const attrs = Object.fromEntries(list.map((each) => [each, each]));
    const read = sample.decode(sample.encode({ list, attrs }));
    expect(read.list.length).toBe(many);
    expect(Object.keys(read.attrs).length).toBe(many);
    // A key as every other, and not a new prototype.
    const odd = sample.decode(sample.encode({ attrs: Object.fromEntries([["__proto__", "x"]]) })).attrs;
    expect(Object.entries(odd)).toEqual([["__proto__", "x"]]);
    expect(sample.decode(new Uint8Array()).list).toEqual([]);
  });

  test("has zero values for what is not in it, and skips what is not known", () => {
    const read = sample.decode(
      Uint8Array.of(0xf8, 0x01, 0x05, 0xf9, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd, 0x01, 0, 0, 0, 0),
    );
    expect(read).toEqual(sample.decode(new Uint8Array()));
    expect(read).toMatchObject({ name: "", isSet: false, size: 0, time: 0n, inner: undefined, list: [], attrs: {} });
  });

  test("of arbitrary bytes is read or refused, and nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (given) => {
        try {
          sample.decode(given);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
    );
  });

  test.for([
    ["a length beyond the end", [0x0a, 0x05, 0x61]],
    ["a number without end", [0x20, ...Array.from({ length: 11 }, () => 0xff)]],
    ["a text where a number is expected", [0x22, 0x00]],
    ["a number that is too large to be told", [0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ] as const)("with %s is refused", ([, given]) => {
    expect(() => sample.decode(Uint8Array.from(given))).toThrow(MalformedMessageError);
  });
});

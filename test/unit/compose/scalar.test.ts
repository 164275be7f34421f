import { describe, expect, test } from "vitest";
import { printScalar, resolvePlain } from "../../../src/compose/scalar.ts";
import type { ScalarType } from "../../../src/compose/tree.ts";

const at = { file: "compose.yaml", line: 1, column: 1 };

/** As Docker Compose 2.40.3 resolves and prints them. */
const scalars: readonly (readonly [string, ScalarType, string])[] = [
  ["", "null", ""],
  ["~", "null", ""],
  ["NULL", "null", ""],
  ["TRUE", "bool", "true"],
  ["yes", "string", "yes"],
  ["on", "string", "on"],
  ["5", "int", "5"],
  ["+5", "int", "5"],
  ["014", "int", "12"],
  ["0o14", "int", "12"],
  ["0O17", "int", "15"],
  ["-0o17", "int", "-15"],
  ["0x1F", "int", "31"],
  ["0x_1F", "int", "31"],
  ["0b11", "int", "3"],
  ["1_000", "int", "1000"],
  ["18446744073709551615", "int", "18446744073709551615"],
  ["-9223372036854775809", "float", "-9.223372036854776e+18"],
  ["99999999999999999999", "float", "1e+20"],
  ["089", "float", "89"],
  ["1.10", "float", "1.1"],
  ["1.0", "float", "1"],
  [".5", "float", "0.5"],
  ["1e6", "float", "1e+06"],
  ["123456.0", "float", "123456"],
  ["1234567.5", "float", "1.2345675e+06"],
  ["0.0001", "float", "0.0001"],
  ["0.00001", "float", "1e-05"],
  ["-0.0", "float", "-0"],
  [".inf", "float", "+Inf"],
  ["-.INF", "float", "-Inf"],
  [".NaN", "float", "NaN"],
  ["1e400", "string", "1e400"],
  ["1:30", "string", "1:30"],
  ["1.2.3", "string", "1.2.3"],
  ["2020-01-02", "timestamp", "2020-01-02"],
  ["2020-01-02T03:04:05Z", "timestamp", "2020-01-02T03:04:05Z"],
  ["2020-13-01", "string", "2020-13-01"],
  ["2020-02-30", "string", "2020-02-30"],
  ["constructor", "string", "constructor"],
];

describe("plain scalars", () => {
  test.each(scalars)("%j is of type %s and prints as %j", (text, type, printed) => {
    const meaning = resolvePlain(text);
    expect(meaning.type).toBe(type);
    expect(printScalar({ kind: "scalar", at, text, ...meaning })).toBe(printed);
  });
});

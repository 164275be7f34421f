import type { ScalarTree, ScalarType } from "./tree.ts";

/** What a plain YAML scalar means to Go's decoder, which `docker compose` uses. */
export interface Meaning {
  readonly type: ScalarType;
  readonly value: ScalarTree["value"];
}

const words: Readonly<Record<string, Meaning>> = {
  ...meanings("null", null, ["", "~", "null", "Null", "NULL"]),
  ...meanings("bool", true, ["true", "True", "TRUE"]),
  ...meanings("bool", false, ["false", "False", "FALSE"]),
  ...meanings("float", Infinity, [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"]),
  ...meanings("float", -Infinity, ["-.inf", "-.Inf", "-.INF"]),
  ...meanings("float", NaN, [".nan", ".NaN", ".NAN"]),
};

const floatForm = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const timestampForm = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d*)?(Z|[-+]\d\d:\d\d)?)?$/;
const integerForms: readonly (readonly [RegExp, string])[] = [
  [/^([-+]?)0[xX]([\da-fA-F]+)$/, "0x"],
  [/^([-+]?)0[bB]([01]+)$/, "0b"],
  [/^([-+]?)0[oO]?([0-7]+)$/, "0o"],
  [/^([-+]?)(0|[1-9]\d*)$/, ""],
];

/** What every number, date and word begins with, or is. */
const mayMeanMore = /^[-+.\d~tTfFnN]|^$/;

/** Resolves an unquoted scalar: `yes` is text, `0o14` and `014` are 12, `1_000` is 1000, `2020-01-01` a timestamp. */
export function resolvePlain(text: string): Meaning {
  if (!mayMeanMore.test(text)) return { type: "string", value: text };
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word !== undefined) return word;
  if (!/^[-+.\d]/.test(text)) return { type: "string", value: text };
  if (isTimestamp(text)) return { type: "timestamp", value: text };
  const plain = text.replaceAll("_", "");
  const integer = resolveInteger(plain);
  if (integer !== undefined) return { type: "int", value: integer };
  if (floatForm.test(plain) && Number.isFinite(Number(plain))) return { type: "float", value: Number(plain) };
  return { type: "string", value: text };
}

/** Text of a scalar as Go prints its value: `1.10` is `1.1`, `1e6` is `1e+06`, `014` is `12`, `TRUE` is `true`. */
export function printScalar({ type, value, text }: ScalarTree): string {
  if (type === "null") return "";
  if (type === "float" && typeof value === "number") return printFloat(value);
  if (type === "string" || type === "timestamp") return text;
  return String(value);
}

/** A float as Go's `%v` prints it: exponents from six digits before the point on. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const [mantissa = "0", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 6) {
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

function meanings(type: ScalarType, value: Meaning["value"], spellings: readonly string[]): Record<string, Meaning> {
  return Object.fromEntries(spellings.map((text) => [text, { type, value }]));
}

function resolveInteger(text: string): number | bigint | undefined {
  for (const [form, prefix] of integerForms) {
    const [, sign, digits] = form.exec(text) ?? [];
    if (digits === undefined) continue;
    const magnitude = BigInt(prefix + digits);
    // Past 64 bits Go falls back to a float.
    if (magnitude > (sign === "-" ? 2n ** 63n : 2n ** 64n - 1n)) return undefined;
    const whole = sign === "-" ? -magnitude : magnitude;
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  }
  return undefined;
}

/** Go refuses dates that do not exist, which stay text then. */
function isTimestamp(text: string): boolean {
  if (!timestampForm.test(text)) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/\D+/).map(Number);
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth && hour < 24 && minute < 60 && second < 60;
}

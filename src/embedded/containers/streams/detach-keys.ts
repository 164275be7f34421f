import { badRequest } from "../../api/http-error.ts";

const usual = "ctrl-p,ctrl-q";
const controls: Readonly<Record<string, number>> = { "@": 0, "[": 27, "\\": 28, "]": 29, "^": 30, _: 31 };

/** Bytes of a sequence as `--detach-keys` writes it: `ctrl-p,ctrl-q`. Throws 400 for what is none. */
export function detachKeys(text: string | null): Uint8Array {
  return Uint8Array.from((text || usual).split(","), (key) => byteOf(key, text ?? ""));
}

function byteOf(key: string, text: string): number {
  if (/^[\x21-\x7e]$/.test(key)) return key.charCodeAt(0);
  const [, letter = ""] = /^ctrl-([a-z@[\\\]^_])$/.exec(key) ?? [];
  const byte = controls[letter] ?? letter.charCodeAt(0) - 96;
  if (Number.isNaN(byte)) throw badRequest(`Invalid detach keys (${text}) provided`);
  return byte;
}

/** Looks for the sequence in what is typed, however it is cut. */
export class DetachWatch {
  readonly #keys: Uint8Array;
  #matched = 0;

  constructor(keys: Uint8Array) {
    this.#keys = keys;
  }

  /** What may be passed on of these bytes, and whether the sequence was complete; keys of a broken one are passed on. */
  take(bytes: Uint8Array): { readonly passed: Uint8Array; readonly isDetached: boolean } {
    const passed: number[] = [];
    for (const byte of bytes) {
      if (byte !== this.#keys[this.#matched]) {
        passed.push(...this.#keys.subarray(0, this.#matched));
        this.#matched = 0;
      }
      if (byte === this.#keys[this.#matched]) this.#matched += 1;
      else passed.push(byte);
      if (this.#matched === this.#keys.length) return { passed: Uint8Array.from(passed), isDetached: true };
    }
    return { passed: Uint8Array.from(passed), isDetached: false };
  }
}

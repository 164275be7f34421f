import type { Engine } from "../engine/engine.ts";
import { UsageError } from "../errors.ts";

/** The keys that leave a process running, when nothing else is asked for. */
export const defaultDetachKeys = "ctrl-p,ctrl-q";

/** Reads a key sequence as Docker writes it: single characters and `ctrl-` with a letter or one of `@[\]^_`, by commas. */
export function parseDetachKeys(text: string): readonly number[] {
  return text.split(",").map((key) => {
    const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1];
    if (control !== undefined) return control.toUpperCase().charCodeAt(0) - 64;
    if (Array.from(key).length === 1) return key.charCodeAt(0);
    throw new UsageError(`detach keys: expected a character or ctrl-<letter>, got "${key}"`, defaultDetachKeys);
  });
}

/** The keys to look for: those asked for, else those of Docker's configuration, else Docker's own. */
export async function chosenDetachKeys(
  asked: string | undefined,
  engine: Pick<Engine, "detachKeys">,
): Promise<{ readonly detachKeys: string }> {
  return { detachKeys: asked ?? (await engine.detachKeys()) ?? defaultDetachKeys };
}

/** Passes keys on until the sequence is typed; keys that may be its beginning wait for the next one. */
export class DetachFilter {
  readonly #keys: readonly number[];
  #matched = 0;

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  /** What to pass on of a piece of input, and whether the sequence is complete. */
  pass(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly isDetached: boolean } {
    const passed: number[] = [];
    for (const byte of bytes) {
      if (byte !== this.#keys[this.#matched]) {
        passed.push(...this.#keys.slice(0, this.#matched));
        this.#matched = 0;
      }
      if (byte === this.#keys[this.#matched]) this.#matched++;
      else passed.push(byte);
      if (this.#matched === this.#keys.length) return { bytes: Uint8Array.from(passed), isDetached: true };
    }
    return { bytes: Uint8Array.from(passed), isDetached: false };
  }
}

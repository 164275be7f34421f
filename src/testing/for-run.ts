import { compose, type ComposeOptions, type ComposeSource } from "./compose.ts";
import type { ShapeOf } from "./shape.ts";

/** What test runners call before and after a whole run, under the names that they look for. */
export interface RunHooks {
  /** vitest (`globalSetup`). */
  readonly setup: () => Promise<void>;
  readonly teardown: () => Promise<void>;
  /** node:test (`--test-global-setup`), and jest by its `globalSetup` and `globalTeardown`. */
  readonly globalSetup: () => Promise<void>;
  readonly globalTeardown: () => Promise<void>;
}

/**
 * Keeps a shared stack up for a whole test run, also while none of its files needs it. Tests lease the same stack by
 * `compose` with the same file, the same options and `shared: true`.
 *
 * ```ts
 * export const { setup, teardown } = forRun("compose.yaml"); // a file that globalSetup of vitest names
 * ```
 */
export function forRun<const File extends ComposeSource>(
  file: File,
  options: ComposeOptions<ShapeOf<File>> = {},
): RunHooks {
  let held: AsyncDisposable | undefined;
  const setup = async (): Promise<void> => {
    held ??= await compose<ComposeSource>(file, { ...options, shared: true });
  };
  const teardown = async (): Promise<void> => {
    const ending = held;
    held = undefined;
    await ending?.[Symbol.asyncDispose]();
  };
  return { setup, teardown, globalSetup: setup, globalTeardown: teardown };
}

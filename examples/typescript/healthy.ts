/** A probe that is asked often, so that nobody waits for it. */
export function healthy(command: string): {
  readonly test: string;
  readonly interval: string;
  readonly retries: number;
} {
  return { test: command, interval: "100ms", retries: 50 };
}

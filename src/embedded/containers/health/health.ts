import type { ContainerStateBody, HealthConfig } from "../../../docker-api/container.ts";

/** What a container's health is: plain data, as inspect shows it. */
export type Health = NonNullable<ContainerStateBody["Health"]>;

/** One answer of a probe. */
export type ProbeResult = NonNullable<Health["Log"]>[number];

/** How a container is probed; times in milliseconds. */
export interface HealthPlan {
  /** A program and its arguments. */
  readonly command: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** So many failures in a row make it unhealthy. */
  readonly retries: number;
  /** So long after the start failures do not count, and probes come at another interval. */
  readonly startPeriodMs: number;
  readonly startIntervalMs: number;
}

const keptResults = 5;
const ms = 1e6;

/** Reads a health check, with Docker's defaults; `undefined` for none. `shell` runs what is no program but a line. */
export function healthPlan(
  check: HealthConfig | undefined,
  shell: readonly string[] | undefined,
): HealthPlan | undefined {
  const [kind, ...words] = check?.Test ?? [];
  if (check === undefined || kind === undefined || kind === "NONE") return undefined;
  const isShell = kind === "CMD-SHELL";
  const command = isShell ? [...(shell?.length ? shell : ["/bin/sh", "-c"]), words.join(" ")] : words;
  if (!isShell && kind !== "CMD") return undefined;
  return {
    command,
    intervalMs: (check.Interval || 30_000 * ms) / ms,
    timeoutMs: (check.Timeout || 30_000 * ms) / ms,
    retries: check.Retries || 3,
    startPeriodMs: (check.StartPeriod ?? 0) / ms,
    startIntervalMs: (check.StartInterval || 5000 * ms) / ms,
  };
}

/** Of a container that has just started; what earlier probes said is kept. */
export function beginning(before: Health | undefined): Health {
  return { Status: "starting", FailingStreak: 0, Log: before?.Log ?? [] };
}

/** What a probe's answer makes of a container's health. `sinceStartMs` is when the probe began. */
export function afterProbe(
  { Status, FailingStreak, Log = [] }: Health,
  result: ProbeResult,
  { plan, sinceStartMs }: { readonly plan: HealthPlan; readonly sinceStartMs: number },
): Health {
  const log = [...Log, result].slice(-keptResults);
  if (result.ExitCode === 0) return { Status: "healthy", FailingStreak: 0, Log: log };
  const isForgiven = Status === "starting" && sinceStartMs < plan.startPeriodMs;
  const streak = isForgiven ? FailingStreak : FailingStreak + 1;
  const isTooMuch = !isForgiven && streak >= plan.retries;
  return { Status: isTooMuch ? "unhealthy" : Status, FailingStreak: streak, Log: log };
}

/** Milliseconds between two probes. */
export function intervalOf({ Status }: Health, plan: HealthPlan, sinceStartMs: number): number {
  const isStarting = Status === "starting" && sinceStartMs < plan.startPeriodMs;
  return isStarting ? plan.startIntervalMs : plan.intervalMs;
}

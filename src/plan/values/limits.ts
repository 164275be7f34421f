import type { Service, Ulimit } from "../../compose/project.ts";
import type { Path } from "../../compose/source.ts";
import type { ReportProblem } from "../problem.ts";
import { atLeast, checker, type CheckValue, type Rule } from "./rule.ts";
import { limitName, processorList } from "./words.ts";

/** What a service may use: bounds that engines themselves have. */
export function checkLimits(service: Service, report: ReportProblem): void {
  const check = checker(["services", service.name], report);
  checkMemory(service, check);
  checkProcessors(service, check);
  check(["shm_size"], service.shmSizeBytes, atLeast(0, "at least 0"));
  for (const [name, limit] of Object.entries(service.ulimits ?? {})) checkUlimit(name, limit, check);
}

const mebibyte = 1024 * 1024;

/** The least that a container needs to be started at all. */
const leastMemory: Rule<number> = {
  expected: "at least 6m",
  holds: (bytes) => bytes <= 0 || bytes >= 6 * mebibyte,
};

function checkMemory(service: Service, check: CheckValue): void {
  const { limits, reservations } = service.deploy?.resources ?? {};
  const limit = either(
    [["deploy", "resources", "limits", "memory"], limits?.memoryBytes],
    [["mem_limit"], service.memLimitBytes],
  );
  const reservation = either(
    [["deploy", "resources", "reservations", "memory"], reservations?.memoryBytes],
    [["mem_reservation"], service.memReservationBytes],
  );
  check(...limit, leastMemory);
  check(...reservation, leastMemory);
  const [, bytes = 0] = limit;
  if (bytes > 0)
    check(...reservation, { expected: `no more than the limit, ${bytes} bytes`, holds: (least) => least <= bytes });
  check(["memswap_limit"], service.memswapLimitBytes, {
    expected: bytes > 0 ? `at least mem_limit, ${bytes} bytes, or -1` : "a mem_limit beside it",
    holds: (total) => total <= 0 || (bytes > 0 && total >= bytes),
  });
  check(["mem_swappiness"], service.memSwappiness, {
    expected: "0 to 100, or -1",
    holds: (value) => value >= -1 && value <= 100,
  });
}

type Placed = [at: Path, value: number | undefined];

/** Of two spellings, the first counts where it is used. */
function either(first: Placed, second: Placed): Placed {
  return first[1] === undefined ? second : first;
}

function checkProcessors(service: Service, check: CheckValue): void {
  check(
    ...either(
      [["deploy", "resources", "limits", "cpus"], service.deploy?.resources?.limits?.cpus],
      [["cpus"], service.cpus],
    ),
    atLeast(0, "at least 0"),
  );
  check(["cpuset"], service.cpuset, processorList);
  check(["cpu_shares"], service.cpuShares, atLeast(0, "at least 0"));
  check(["cpu_period"], service.cpuPeriod, {
    expected: "1000 to 1000000, that is 1ms to 1s",
    holds: (microseconds) => microseconds <= 0 || (microseconds >= 1000 && microseconds <= 1_000_000),
  });
  check(["cpu_quota"], service.cpuQuota, {
    expected: "at least 1000, that is 1ms",
    holds: (microseconds) => microseconds <= 0 || microseconds >= 1000,
  });
}

function checkUlimit(name: string, { single = 0, soft = single, hard = single }: Ulimit, check: CheckValue): void {
  check(["ulimits", name], name, limitName);
  const bound = (value: number): number => (value === -1 ? Infinity : value);
  check(["ulimits", name], soft, {
    expected: `soft to be no more than hard, ${hard}`,
    holds: () => bound(soft) <= bound(hard),
  });
}

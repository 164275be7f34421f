import type { Healthcheck, Mount, Service } from "../../compose/project.ts";
import type { Path } from "../../compose/source.ts";
import type { ReportProblem } from "../problem.ts";
import { checker, type CheckValue, oneOf, oneOfOrContainer, type Rule } from "./rule.ts";
import * as words from "./words.ts";

/** What a service is, does and may do. */
export function checkService(service: Service, report: ReportProblem): void {
  const check = checker(["services", service.name], report);
  checkIdentity(service, check);
  checkLife(service, check);
  checkRights(service, check);
  checkPlaces(service, check);
}

function checkIdentity(service: Service, check: CheckValue): void {
  check(["container_name"], service.containerName, words.containerName);
  check(["hostname"], service.hostname, words.hostName);
  if (Object.hasOwn(service.environment ?? {}, "")) {
    check(["environment"], "=", { expected: "a name for every variable", holds: () => false });
  }
}

function checkLife(service: Service, check: CheckValue): void {
  check(["restart"], service.restart, words.restartPolicy);
  const { condition, maxAttempts } = service.deploy?.restartPolicy ?? {};
  check(["deploy", "restart_policy", "condition"], condition, words.restartCondition);
  if (condition !== undefined && condition !== "on-failure" && words.restartCondition.holds(condition)) {
    check(["deploy", "restart_policy", "max_attempts"], maxAttempts, {
      expected: "nothing, since engines count only with condition on-failure",
      holds: (count) => count === 0,
    });
  }
  check(["stop_signal"], service.stopSignal, words.signal);
  if (service.healthcheck !== undefined) checkHealth(service.healthcheck, check);
}

const shortestProbe: Rule<number> = {
  expected: "at least 1ms",
  // Zero leaves it to the image, or to the engine.
  holds: (nanoseconds) => nanoseconds === 0 || nanoseconds >= 1e6,
};

function checkHealth({ intervalNs, timeoutNs, startPeriodNs, startIntervalNs }: Healthcheck, check: CheckValue): void {
  const inMilliseconds = (at: string, value: number | undefined): void =>
    check(["healthcheck", at], value, shortestProbe);
  inMilliseconds("interval", intervalNs);
  inMilliseconds("timeout", timeoutNs);
  inMilliseconds("start_period", startPeriodNs);
  inMilliseconds("start_interval", startIntervalNs);
}

function checkRights(service: Service, check: CheckValue): void {
  each(["cap_add"], service.capAdd, words.capability, check);
  each(["cap_drop"], service.capDrop, words.capability, check);
  each(["security_opt"], service.securityOpt, words.securityOption, check);
  each(["device_cgroup_rules"], service.deviceCgroupRules, words.deviceRule, check);
  check(["ipc"], service.ipc, oneOfOrContainer("none", "private", "shareable", "host"));
  check(["pid"], service.pid, oneOfOrContainer("host", "private"));
  check(["uts"], service.uts, oneOf("host", "private"));
  check(["isolation"], service.isolation, oneOf("default", "process", "hyperv"));
}

function checkPlaces(service: Service, check: CheckValue): void {
  check(["working_dir"], service.workingDir, words.absolutePath);
  for (const [index, text] of (service.tmpfs ?? []).entries()) {
    check(["tmpfs", index], text.split(":")[0], words.mountTarget);
  }
  for (const [index, mount] of (service.volumes ?? []).entries()) checkMount(mount, ["volumes", index], check);
}

function checkMount({ target, consistency, bind, volume, image }: Mount, at: Path, check: CheckValue): void {
  check([...at, "target"], target, words.mountTarget);
  check([...at, "consistency"], consistency, oneOf("default", "consistent", "cached", "delegated"));
  check([...at, "bind", "propagation"], bind?.propagation, propagation);
  check([...at, "volume", "subpath"], volume?.subpath, words.innerPath);
  check([...at, "image", "subpath"], image?.subpath, words.innerPath);
}

const propagation = oneOf("private", "rprivate", "shared", "rshared", "slave", "rslave");

function each(at: Path, values: readonly string[] | undefined, rule: Rule<string>, check: CheckValue): void {
  for (const [index, value] of (values ?? []).entries()) check([...at, index], value, rule);
}

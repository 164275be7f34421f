import type { IpamPool, Network, Project, Service, Volume } from "../../compose/project.ts";
import { type Problem, ImpossiblePlanError, type ReportProblem } from "../problem.ts";
import { imageOf } from "../names.ts";
import { checkLimits } from "./limits.ts";
import { checkNetworking } from "./networking.ts";
import { checker, type Rule } from "./rule.ts";
import { checkService } from "./service.ts";
import { isInSubnet } from "./subnet.ts";
import { imageReference, ipAddress, platform, subnet, volumeName } from "./words.ts";

/**
 * Values that files may hold, since Docker Compose prints them as they are, but that no engine takes: told at once, with
 * their places, before an engine is asked for anything. Throws `ImpossiblePlanError`.
 */
export function expectUsableValues(project: Project): void {
  refuseWhatIsTold((report) => {
    for (const service of Object.values(project.services)) {
      checkImage(service, project, report);
      checkService(service, report);
      checkNetworking(service, project, report);
      checkLimits(service, report);
    }
    for (const network of Object.values(project.networks)) checkNetwork(network, report);
    for (const volume of Object.values(project.volumes)) checkVolume(volume, report);
  });
}

/** The same for what is only about images. */
export function expectUsableImages(project: Project): void {
  refuseWhatIsTold((report) => {
    for (const service of Object.values(project.services)) checkImage(service, project, report);
  });
}

function refuseWhatIsTold(tell: (report: ReportProblem) => void): void {
  const problems: Problem[] = [];
  tell((problem) => void problems.push(problem));
  if (problems.length > 0) throw new ImpossiblePlanError(problems);
}

function checkImage(service: Service, project: Project, report: ReportProblem): void {
  const { name, image, build, platform: asked, preStart = [] } = service;
  const check = checker(["services", name], report);
  check(["image"], image, imageReference);
  if (image === undefined && build !== undefined) check(["image"], imageOf(project, service), defaultImage);
  check(["platform"], asked, platform);
  for (const [index, hook] of preStart.entries()) check(["pre_start", index, "image"], hook.image, imageReference);
}

/** What a build makes is named after project and service. */
const defaultImage: Rule<string> = {
  ...imageReference,
  hint: 'name it yourself, in lower case: add "image: NAME"',
};

function checkNetwork({ key, isExternal, ipam }: Network, report: ReportProblem): void {
  // Somebody else's way of giving addresses has rules of its own.
  if (isExternal || (ipam?.driver !== undefined && ipam.driver !== "default")) return;
  for (const [index, pool] of (ipam?.config ?? []).entries()) {
    checkPool(pool, ["networks", key, "ipam", "config", index], report);
  }
}

function checkPool(pool: IpamPool, at: readonly (string | number)[], report: ReportProblem): void {
  const check = checker(at, report);
  check(["subnet"], pool.subnet, subnet);
  check(["ip_range"], pool.ipRange, subnet);
  check(["gateway"], pool.gateway, ipAddress);
  for (const [name, address] of Object.entries(pool.auxAddresses ?? {})) {
    check(["aux_addresses", name], address, ipAddress);
  }
  if (pool.subnet === undefined || !subnet.holds(pool.subnet)) return;
  const { subnet: within, gateway } = pool;
  if (gateway !== undefined && !ipAddress.holds(gateway)) return;
  check(["gateway"], gateway, { expected: `an address in ${within}`, holds: (address) => isInSubnet(address, within) });
}

function checkVolume({ key, name, isExternal, driver = "local" }: Volume, report: ReportProblem): void {
  if (!isExternal && driver === "local") checker(["volumes", key], report)(["name"], name, volumeName);
}

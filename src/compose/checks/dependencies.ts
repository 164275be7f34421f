import { own } from "../own.ts";
import type { Project, Service } from "../project.ts";
import type { Path } from "../source.ts";
import { didYouMean } from "../validator/did-you-mean.ts";
import type { Check, Mistake } from "./teller.ts";

/**
 * Services depend on services that exist and are active; optional ones may be inactive. What other attributes imply is
 * told as what was written: the dependency that follows from it stands at the same place, and is not told again.
 */
export const checkDependencies: Check = (service, project, tell) => {
  for (const { name, path, verb } of needsOf(service)) {
    const mistake = mistakeOf(name, verb, project);
    if (mistake !== undefined) tell(path, mistake);
  }
  for (const [name, { required }] of Object.entries(service.dependsOn ?? {})) {
    if (!required && own(project.disabledServices, name) !== undefined) continue;
    const mistake = mistakeOf(name, "depends on", project, ', or write "required: false"');
    if (mistake !== undefined) tell(["depends_on", name], mistake);
  }
};

/** A service that another one cannot be without. */
interface Need {
  readonly name: string;
  readonly path: Path;
  readonly verb: string;
}

function needsOf({ links = [], volumesFrom = [], ...service }: Service): readonly Need[] {
  const { networkMode: network_mode, ipc, pid, uts, cgroup } = service;
  const shared = Object.entries({ network_mode, ipc, pid, uts, cgroup }).flatMap(([attribute, text = ""]): Need[] => {
    if (!text.startsWith("service:")) return [];
    const name = text.slice("service:".length);
    return [{ name, path: [attribute], verb: `shares the ${attribute.replace("_mode", "")} of` }];
  });
  const linked = links.map((text, index): Need => {
    return { name: text.split(":", 1)[0] ?? text, path: ["links", index], verb: "links to" };
  });
  const mounted = volumesFrom.flatMap((text, index): Need[] => {
    const [name = ""] = text.split(":", 1);
    return name === "container" ? [] : [{ name, path: ["volumes_from", index], verb: "takes volumes from" }];
  });
  return [...linked, ...shared, ...mounted];
}

function mistakeOf(
  name: string,
  verb: string,
  { services, disabledServices }: Project,
  otherwise = "",
): Mistake | undefined {
  if (own(services, name) !== undefined) return undefined;
  const similar = didYouMean(name, Object.keys(services));
  const [profile] = own(disabledServices, name)?.profiles ?? [];
  const hint =
    profile === undefined
      ? similar && `did you mean "${similar}"?`
      : `activate its profile with "--profile ${profile}"${otherwise}`;
  return { code: "undefined-service", message: `service ${verb} undefined service "${name}"`, hint };
}

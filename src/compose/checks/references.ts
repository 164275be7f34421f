import { own } from "../own.ts";
import type { FileReference, Project, Service } from "../project.ts";
import type { Path } from "../source.ts";
import { didYouMean } from "../validator/did-you-mean.ts";
import type { Check, Tell } from "./teller.ts";

/** Everything a service refers to by name has to exist. */
export const checkReferences: Check = (service, project, tell) => {
  checkContexts(service, project, tell);
  const expect = (kind: string, known: Readonly<Record<string, unknown>>, name: string, path: Path): void => {
    if (own(known, name) !== undefined) return;
    const similar = didYouMean(name, Object.keys(known));
    const hint = similar === undefined ? `define it below "${kind}s:"` : `did you mean "${similar}"?`;
    tell(path, { code: `undefined-${kind}`, message: `service refers to undefined ${kind} "${name}"`, hint });
  };
  for (const name of Object.keys(service.networks ?? {})) expect("network", project.networks, name, ["networks", name]);
  for (const [index, { type, source }] of (service.volumes ?? []).entries()) {
    if (type === "volume" && source !== undefined) expect("volume", project.volumes, source, ["volumes", index]);
  }
  const files = (references: readonly FileReference[] = [], path: Path, kind: "config" | "secret"): void => {
    for (const [index, { source }] of references.entries()) expect(kind, project[`${kind}s`], source, [...path, index]);
  };
  files(service.build?.secrets, ["build", "secrets"], "secret");
  files(service.configs, ["configs"], "config");
  files(service.secrets, ["secrets"], "secret");
  for (const name of Object.keys(service.models ?? {})) expect("model", project.models, name, ["models", name]);
};

function checkContexts({ build }: Service, project: Project, tell: Tell): void {
  for (const [context, source] of Object.entries(build?.additionalContexts ?? {})) {
    if (!source.startsWith("service:")) continue;
    const target = source.slice("service:".length);
    const path = ["build", "additional_contexts", context];
    const service = own(project.services, target) ?? own(project.disabledServices, target);
    if (service === undefined) {
      tell(path, { code: "undefined-service", message: `context refers to unknown service "${target}"` });
    } else if (service.build === undefined) {
      const hint = `give "${target}" a build, or use a path`;
      tell(path, { code: "not-buildable", message: `context refers to service "${target}", which is not built`, hint });
    }
  }
}

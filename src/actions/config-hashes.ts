import type { Project } from "../compose/project.ts";
import { digest, serviceHashText } from "../plan/config-hash.ts";
import { onDefaultPlatform } from "../plan/default-platform.ts";
import { checkActiveServices } from "./select-containers.ts";

/** Config hashes of named services, or of all with `*`; apart from the rest of `config`, which needs no cryptography. */
export function hashesOf(
  project: Project,
  asked: string,
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  const { services } = onDefaultPlatform(project, environment);
  const names = asked === "*" ? Object.keys(services) : asked.split(",");
  checkActiveServices(project, names, "--hash: ");
  const wanted = names.sort().flatMap((name) => services[name] ?? []);
  return wanted.map((service) => `${service.name} ${digest(serviceHashText(service))}`);
}

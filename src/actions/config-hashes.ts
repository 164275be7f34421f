import type { Project } from "../compose/project.ts";
import { UsageError } from "../errors.ts";
import { digest, serviceHashText } from "../plan/config-hash.ts";
import { onDefaultPlatform } from "../plan/default-platform.ts";

/** Config hashes of named services, or of all with `*`; apart from the rest of `config`, which needs no cryptography. */
export function hashesOf(
  project: Project,
  asked: string,
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  const { services } = onDefaultPlatform(project, environment);
  const names = asked === "*" ? Object.keys(services) : asked.split(",");
  return names.sort().map((name) => {
    const service = services[name];
    if (service === undefined) throw new UsageError(`no such service: ${name}`);
    return `${name} ${digest(serviceHashText(service))}`;
  });
}

import type { Service } from "../compose/project.ts";

/** How long a container may take to stop: as asked for, else as the file says now, else as it was made with. */
export function graceOf(
  service: Pick<Service, "stopGracePeriodNs"> | undefined,
  askedMs?: number,
): { readonly graceMs?: number } {
  const ofFile = service?.stopGracePeriodNs;
  const graceMs = askedMs ?? (ofFile === undefined ? undefined : Math.trunc(ofFile / 1e9) * 1000);
  return graceMs === undefined ? {} : { graceMs };
}

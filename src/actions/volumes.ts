import type { Context } from "../context.ts";
import type { VolumeInfo } from "../docker-api/volume.ts";
import { label } from "../observe/labels.ts";
import { findContainers, type Subject } from "./select-containers.ts";

/** Lists the volumes of a project by name; with services, those that their containers use. */
export async function volumes(
  subject: Subject,
  { services = [] }: { readonly services?: readonly string[] },
  { engine }: Context,
): Promise<readonly VolumeInfo[]> {
  const [all, containers] = await Promise.all([
    engine.listVolumes({ label: [`${label.project}=${subject.name.toLowerCase()}`] }),
    services.length === 0 ? [] : findContainers(engine, subject, services),
  ]);
  const used = new Set(containers.flatMap(({ Mounts = [] }) => Mounts.map(({ Name }) => Name)));
  return all
    .filter(({ Name }) => services.length === 0 || used.has(Name))
    .toSorted((a, b) => (a.Name < b.Name ? -1 : 1));
}

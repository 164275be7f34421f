import type { Project, Volume } from "../compose/project.ts";
import type { ObservedVolume, Snapshot } from "../observe/snapshot.ts";
import { label } from "../observe/labels.ts";
import { volumeHash } from "./config-hash.ts";
import { foreignRemark, missing } from "./declared.ts";
import { volumeDifferences } from "./differences/volume.ts";
import type { ReportProblem } from "./problem.ts";

/** What is to be done about a volume. */
export type VolumeDecision =
  | { readonly kind: "keep"; readonly volume: Volume }
  | { readonly kind: "create"; readonly volume: Volume; readonly cause: string }
  | { readonly kind: "recreate"; readonly volume: Volume; readonly cause: string };

/** Decisions by the key in the file. */
export type VolumeDecisions = ReadonlyMap<string, VolumeDecision>;

/** Decides about every volume of a project; what holds data is only replaced when that was asked for. */
export function decideVolumes(
  project: Project,
  snapshot: Snapshot,
  {
    mayRecreate,
    remark,
    report,
  }: { readonly mayRecreate: boolean; readonly remark: (text: string) => void; readonly report: ReportProblem },
): VolumeDecisions {
  const decisions = new Map<string, VolumeDecision>();
  for (const [key, volume] of Object.entries(project.volumes)) {
    const observed = snapshot.volumes.find(({ name }) => name === volume.name);
    if (volume.isExternal && observed === undefined) {
      report(missing({ kind: "volume", ...volume }));
      continue;
    }
    if (!volume.isExternal && observed !== undefined && !observed.isOwned)
      remark(foreignRemark({ kind: "volume", ...volume }, observed.labels));
    const changes = volume.isExternal || observed === undefined ? [] : changesOf(volume, observed);
    if (observed === undefined) decisions.set(key, { kind: "create", volume, cause: "missing" });
    else if (changes.length === 0) decisions.set(key, { kind: "keep", volume });
    else if (mayRecreate) decisions.set(key, { kind: "recreate", volume, cause: changes.join(", ") });
    else {
      decisions.set(key, { kind: "keep", volume });
      remark(
        `volumes.${key}: ${changes.join(", ")}; "${volume.name}" is kept as it is, replacing it would lose its data`,
      );
    }
  }
  return decisions;
}

/** A volume that is not as the file says: only a new one, without the data, would be. */
export interface DivergedVolume {
  readonly name: string;
  /** Down to the field. */
  readonly changes: readonly string[];
}

/** Volumes that hold data and differ from the file: whoever has a say is to be asked. */
export function divergedVolumes({ volumes }: Project, snapshot: Snapshot): DivergedVolume[] {
  return Object.values(volumes).flatMap((volume) => {
    const observed = snapshot.volumes.find(({ name }) => name === volume.name);
    const changes = volume.isExternal || observed === undefined ? [] : changesOf(volume, observed);
    return changes.length === 0 ? [] : [{ name: volume.name, changes }];
  });
}

function changesOf(volume: Volume, observed: ObservedVolume): readonly string[] {
  const hash = observed.labels[label.configHash];
  if (!observed.isOwned || hash === undefined || hash === volumeHash(volume)) return [];
  return volumeDifferences(volume, observed);
}

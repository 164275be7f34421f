import type { Project } from "../compose/project.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import type { PlannedImages } from "./images.ts";
import type { NetworkDecisions } from "./networks.ts";
import type { ReconcileOptions } from "./options.ts";
import type { ReportProblem } from "./problem.ts";
import type { VolumeDecisions } from "./volumes.ts";

/** What decisions about containers rest on. */
export interface Planning {
  readonly project: Project;
  readonly snapshot: Snapshot;
  readonly options: ReconcileOptions;
  /** By service. */
  readonly images: PlannedImages;
  /** Images mounted as volumes, or run by hooks, by reference. */
  readonly otherImages: PlannedImages;
  readonly networks: NetworkDecisions;
  readonly volumes: VolumeDecisions;
  /** Steps that have services provided by programs, by service. */
  readonly providers: ReadonlyMap<string, number>;
  /** Steps after which models are there, by model. */
  readonly models: ReadonlyMap<string, number>;
  readonly report: ReportProblem;
  readonly remark: (text: string) => void;
}

import type { Volume } from "../../compose/project.ts";
import type { ObservedVolume } from "../../observe/snapshot.ts";
import { compare, compareMaps } from "./compare.ts";
import { ownLabelsOnly } from "./labels.ts";

/** What of a volume's definition is no longer true on the engine, in the words of the file. */
export function volumeDifferences(volume: Volume, { info, labels, driver }: ObservedVolume): string[] {
  const found = [
    ...compare("driver", driver, volume.driver ?? "local"),
    ...compareMaps("driver_opts", info.Options, volume.driverOpts),
    ...compareMaps("labels", ownLabelsOnly(labels), volume.labels),
  ];
  return found.length > 0 ? found : ["definition changed"];
}

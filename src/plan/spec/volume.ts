import type { VolumeCreateBody } from "../../docker-api/volume.ts";
import type { Volume } from "../../compose/project.ts";
import { composeVersion, label } from "../../observe/labels.ts";
import { volumeHash } from "../config-hash.ts";
import { defined } from "./defined.ts";

/** Body that creates a volume of a project. */
export function volumeBody(volume: Volume, projectName: string): VolumeCreateBody {
  return defined({
    Name: volume.name,
    Driver: volume.driver,
    DriverOpts: volume.driverOpts,
    Labels: {
      ...volume.labels,
      [label.configHash]: volumeHash(volume),
      [label.project]: projectName,
      [label.version]: composeVersion,
      [label.volume]: volume.key,
    },
  });
}

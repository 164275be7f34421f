import type Docker from "dockerode";
import type { VolumeInfo } from "../../docker-api/volume.ts";
import { told, toldOrMissing } from "../answer.ts";
import type { Engine } from "../engine.ts";
import type { Api } from "./api.ts";

type VolumeVerbs = Pick<Engine, "listVolumes" | "inspectVolume" | "createVolume" | "removeVolume">;

/** What is done with volumes. */
export function volumeVerbs({ docker, transport }: Api): VolumeVerbs {
  const volume = (name: string): Docker.Volume => docker.getVolume(encodeURIComponent(name));
  return {
    async listVolumes(filters) {
      const asked = docker.listVolumes({ filters: JSON.stringify(filters) });
      return (await told<{ readonly Volumes: readonly VolumeInfo[] | null }>("listing volumes", asked)).Volumes ?? [];
    },

    inspectVolume: (name) => toldOrMissing(`inspecting volume ${name}`, volume(name).inspect()),

    createVolume(body) {
      // dockerode keeps only the name of the answer.
      const asked = transport.ask({ method: "POST", path: "/volumes/create", body });
      return told(`creating volume ${body.Name ?? ""}`.trimEnd(), asked);
    },

    removeVolume: (name, { force = false } = {}) => told(`removing volume ${name}`, volume(name).remove({ force })),
  };
}

import type { VolumeInfo } from "../../docker-api/volume.ts";
import { told, toldOrMissing } from "../answer.ts";
import type { Engine } from "../engine.ts";
import type { Api } from "./api.ts";

type VolumeVerbs = Pick<Engine, "listVolumes" | "inspectVolume" | "createVolume" | "removeVolume">;

/** What is done with volumes. */
export function volumeVerbs({ docker, transport }: Api): VolumeVerbs {
  const pathOf = (name: string): string => `/volumes/${encodeURIComponent(name)}`;
  return {
    async listVolumes(filters) {
      const asked = transport.ask({ method: "GET", path: "/volumes", query: { filters } });
      return (await told<{ readonly Volumes: readonly VolumeInfo[] | null }>("listing volumes", asked)).Volumes ?? [];
    },

    inspectVolume: (name) =>
      toldOrMissing(`inspecting volume ${name}`, transport.ask({ method: "GET", path: pathOf(name) })),

    createVolume(body) {
      // dockerode keeps only the name of the answer.
      const asked = transport.ask({ method: "POST", path: "/volumes/create", body });
      return told(`creating volume ${body.Name ?? ""}`.trimEnd(), asked);
    },

    async removeVolume(name, { force = false } = {}) {
      const volume = (await docker()).getVolume(encodeURIComponent(name));
      await told(`removing volume ${name}`, volume.remove({ force }));
    },
  };
}

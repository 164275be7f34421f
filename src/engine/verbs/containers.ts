import type Docker from "dockerode";
import type { ContainerInspect, ContainerSummary } from "../../docker-api/container.ts";
import type { VersionInfo } from "../../docker-api/version.ts";
import { told, toldOrMissing } from "../answer.ts";
import type { Engine } from "../engine.ts";
import { parseImageReference } from "../image-reference.ts";
import { engineError, Refusal } from "../refusal.ts";
import type { Api } from "./api.ts";

type ContainerVerbs = Pick<
  Engine,
  | "listContainers"
  | "inspectContainer"
  | "createContainer"
  | "startContainer"
  | "stopContainer"
  | "restartContainer"
  | "killContainer"
  | "pauseContainer"
  | "unpauseContainer"
  | "renameContainer"
  | "updateContainer"
  | "removeContainer"
  | "waitContainer"
  | "resizeContainer"
  | "listProcesses"
  | "runProbe"
  | "commitContainer"
>;

interface WaitAnswer {
  readonly StatusCode: number;
  readonly Error?: { readonly Message?: string } | null;
}

/** What is done with containers, their streams and commands apart. */
export function containerVerbs({ docker, transport, names }: Api): ContainerVerbs {
  const container = (id: string): Docker.Container => docker.getContainer(encodeURIComponent(id));
  return {
    async listContainers({ all, filters }) {
      const asked = docker.listContainers({ all, filters: JSON.stringify(filters) });
      const rows = await told<readonly ContainerSummary[]>("listing containers", asked);
      for (const { Id, Names } of rows) names.remember(Id, Names[0]);
      return rows;
    },

    async inspectContainer(id) {
      const found = await toldOrMissing<ContainerInspect>(`inspecting container ${id}`, container(id).inspect());
      if (found !== undefined) names.remember(found.Id, found.Name);
      return found;
    },

    async createContainer({ name, body, platform }) {
      // dockerode keeps only the id of the answer, and repeats the body in the query.
      const asked = transport.ask({ method: "POST", path: "/containers/create", query: { name, platform }, body });
      const answer = await told<{ Id: string; Warnings?: string[] | null }>(`creating container ${name}`, asked);
      names.remember(answer.Id, name);
      return { id: answer.Id, warnings: answer.Warnings ?? [] };
    },

    startContainer: (id) => told(`starting container ${id}`, container(id).start()),

    stopContainer: (id, options) => told(`stopping container ${id}`, container(id).stop(graceQuery(options))),

    restartContainer: (id, options) => told(`restarting container ${id}`, container(id).restart(graceQuery(options))),

    killContainer: (id, options = {}) => told(`killing container ${id}`, container(id).kill(options)),

    pauseContainer: (id) => told(`pausing container ${id}`, container(id).pause()),

    unpauseContainer: (id) => told(`unpausing container ${id}`, container(id).unpause()),

    async updateContainer(id, body) {
      const answer = await told<{ Warnings?: string[] | null }>(`updating container ${id}`, container(id).update(body));
      return answer.Warnings ?? [];
    },

    async renameContainer(id, name) {
      await told(`renaming container ${id} to ${name}`, container(id).rename({ name }));
      names.remember(id, name);
    },

    removeContainer: (id, { force, withVolumes }) =>
      told(`removing container ${id}`, container(id).remove({ force, v: withVolumes })),

    async waitContainer(id, { signal } = {}) {
      const doing = `waiting for container ${id}`;
      const answer = container(id).wait(signal === undefined ? {} : { abortSignal: signal });
      const { StatusCode, Error: trouble } = await told<WaitAnswer>(doing, answer);
      if (trouble?.Message) throw engineError(doing, new Refusal(500, trouble.Message));
      return StatusCode;
    },

    resizeContainer: (id, { rows, columns }) =>
      told(`resizing the terminal of container ${id}`, container(id).resize({ h: rows, w: columns })),

    listProcesses: (id) => told(`listing processes of container ${id}`, container(id).top()),

    async runProbe(id) {
      const { Components = [] } = await told<VersionInfo>("asking for the version", docker.version());
      if (!Components.some(({ Name }) => Name === "Podman Engine")) return false;
      const path = `/libpod/containers/${encodeURIComponent(id)}/healthcheck`;
      await told(`probing container ${id}`, transport.ask({ method: "GET", path, isOpenEnded: true }));
      return true;
    },

    async commitContainer(id, { reference, author, comment, changes, pause }) {
      const { repository, version } = reference === undefined ? {} : parseImageReference(reference);
      const query = { container: id, repo: repository, tag: version, author, comment, changes, pause };
      // dockerode sends what is not set, too.
      const asked = transport.ask({ method: "POST", path: "/commit", query, body: {} });
      return (await told<{ Id: string }>(`committing container ${id}`, asked)).Id;
    },
  };
}

/** Engines count in seconds; what is left of one counts as a whole. */
function graceQuery({ graceMs }: { readonly graceMs?: number } = {}): { t?: number } {
  return graceMs === undefined ? {} : { t: Math.ceil(graceMs / 1000) };
}

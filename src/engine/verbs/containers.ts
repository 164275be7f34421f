import type Docker from "dockerode";
import type { ContainerInspect, ContainerSummary } from "../../docker-api/container.ts";
import type { VersionInfo } from "../../docker-api/version.ts";
import { told, toldOrMissing } from "../answer.ts";
import type { Engine } from "../engine.ts";
import { parseImageReference } from "../image-reference.ts";
import { processesOf, withBindsAskedFor } from "../podman.ts";
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

/** Docker's time to end in. Podman gives none to containers that ask for none: they are killed at once. */
const usualGraceSeconds = 10;

/** What is done with containers, their streams and commands apart. */
export function containerVerbs({ docker, transport, names, podmanVersion }: Api): ContainerVerbs {
  const isPodman = podmanVersion !== undefined;
  const act = async <T>(
    doing: string,
    id: string,
    call: (container: Docker.Container) => Promise<unknown>,
  ): Promise<T> =>
    told<T>(
      doing,
      docker().then((verbs) => call(verbs.getContainer(encodeURIComponent(id)))),
    );
  return {
    async listContainers({ all, filters }) {
      const asked = transport.ask({ method: "GET", path: "/containers/json", query: { all, filters } });
      const rows = await told<readonly ContainerSummary[]>("listing containers", asked);
      for (const { Id, Names } of rows) names.remember(Id, Names[0]);
      return rows;
    },

    async inspectContainer(id) {
      const asked = transport.ask({ method: "GET", path: `/containers/${encodeURIComponent(id)}/json` });
      const found = await toldOrMissing<ContainerInspect>(`inspecting container ${id}`, asked);
      if (found === undefined) return undefined;
      names.remember(found.Id, found.Name);
      return isPodman ? withBindsAskedFor(found, transport) : found;
    },

    async createContainer({ name, body: given, platform }) {
      const body = isPodman ? { ...given, StopTimeout: given.StopTimeout ?? usualGraceSeconds } : given;
      // dockerode keeps only the id of the answer, and repeats the body in the query.
      const asked = transport.ask({ method: "POST", path: "/containers/create", query: { name, platform }, body });
      const answer = await told<{ Id: string; Warnings?: string[] | null }>(`creating container ${name}`, asked);
      names.remember(answer.Id, name);
      return { id: answer.Id, warnings: answer.Warnings ?? [] };
    },

    startContainer: (id) => act(`starting container ${id}`, id, (container) => container.start()),

    stopContainer: (id, options) =>
      act(`stopping container ${id}`, id, (container) => container.stop(graceQuery(options))),

    restartContainer: (id, options) =>
      act(`restarting container ${id}`, id, (container) => container.restart(graceQuery(options))),

    killContainer: (id, options = {}) => act(`killing container ${id}`, id, (container) => container.kill(options)),

    pauseContainer: (id) => act(`pausing container ${id}`, id, (container) => container.pause()),

    unpauseContainer: (id) => act(`unpausing container ${id}`, id, (container) => container.unpause()),

    async updateContainer(id, body) {
      const doing = `updating container ${id}`;
      const answer = await act<{ Warnings?: string[] | null }>(doing, id, (container) => container.update(body));
      return answer.Warnings ?? [];
    },

    async renameContainer(id, name) {
      await act(`renaming container ${id} to ${name}`, id, (container) => container.rename({ name }));
      names.remember(id, name);
    },

    removeContainer: (id, { force, withVolumes }) =>
      act(`removing container ${id}`, id, (container) => container.remove({ force, v: withVolumes })),

    async waitContainer(id, { until, signal } = {}) {
      const doing = `waiting for container ${id}`;
      const options = {
        ...(until === undefined ? {} : { condition: until }),
        ...(signal === undefined ? {} : { abortSignal: signal }),
      };
      const { StatusCode, Error: trouble } = await act<WaitAnswer>(doing, id, (container) => container.wait(options));
      if (trouble?.Message) throw engineError(doing, new Refusal(500, trouble.Message));
      return StatusCode;
    },

    resizeContainer: (id, { rows, columns }) =>
      act(`resizing the terminal of container ${id}`, id, (container) => container.resize({ h: rows, w: columns })),

    listProcesses: (id) =>
      isPodman
        ? processesOf(id, transport)
        : act(`listing processes of container ${id}`, id, (container) => container.top()),

    async runProbe(id) {
      const { Components = [] } = await told<VersionInfo>(
        "asking for the version",
        transport.ask({ method: "GET", path: "/version" }),
      );
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

import { isDeepStrictEqual } from "node:util";
import type Docker from "dockerode";
import type { NetworkCreateBody, NetworkInfo } from "../../docker-api/network.ts";
import { isAtLeast } from "../../docker-api/version.ts";
import { told, toldOrMissing } from "../answer.ts";
import type { Engine } from "../engine.ts";
import type { Api } from "./api.ts";

type NetworkVerbs = Pick<
  Engine,
  "listNetworks" | "inspectNetwork" | "createNetwork" | "removeNetwork" | "connectNetwork" | "disconnectNetwork"
>;

/** What is done with networks. */
export function networkVerbs({ docker, transport, apiVersion, names }: Api): NetworkVerbs {
  const network = async (id: string): Promise<Docker.Network> => (await docker()).getNetwork(encodeURIComponent(id));
  const listNetworks: NetworkVerbs["listNetworks"] = async (filters) => {
    const asked = transport.ask({ method: "GET", path: "/networks", query: { filters } });
    const rows = await told<readonly NetworkInfo[]>("listing networks", asked);
    for (const { Id, Name } of rows) names.remember(Id, Name);
    return rows;
  };
  /**
   * Leaves one network of a name, the oldest: two that are made at the same time do not see each other.
   * What another hand made stays, unless it is the very same network, made for a command that was cut short.
   */
  const withoutTwins = async ({ Name, Labels = {} }: NetworkCreateBody, ownId: string): Promise<string> => {
    const named = (await listNetworks({ name: [Name] })).filter((each) => each.Name === Name);
    const [oldest, ...younger] = named.toSorted((one, other) => (ageOf(one) < ageOf(other) ? -1 : 1));
    const twins = younger.filter(({ Id, Labels: theirs }) => Id === ownId || isDeepStrictEqual(theirs ?? {}, Labels));
    // Whoever made them may be at it, too; one that is in use already stays.
    await Promise.allSettled(twins.map(({ Id }) => network(Id).then((found) => found.remove())));
    return oldest?.Id ?? ownId;
  };
  return {
    listNetworks,

    async inspectNetwork(id) {
      const asked = transport.ask({ method: "GET", path: `/networks/${encodeURIComponent(id)}` });
      const found = await toldOrMissing<NetworkInfo>(`inspecting network ${id}`, asked);
      if (found !== undefined) names.remember(found.Id, found.Name);
      return found;
    },

    async createNetwork(body) {
      // Engines before API 1.44 would otherwise make a second network of the same name, and do at the same moment.
      const isUnique = isAtLeast(apiVersion, "1.44");
      const unique = isUnique ? body : { ...body, CheckDuplicate: true };
      const asked = transport.ask({ method: "POST", path: "/networks/create", body: unique });
      const answer = told<{ readonly Id: string; readonly Warning?: string }>(`creating network ${body.Name}`, asked);
      const { Id, Warning = "" } = await answer;
      names.remember(Id, body.Name);
      return { id: isUnique ? Id : await withoutTwins(body, Id), warnings: Warning === "" ? [] : [Warning] };
    },

    removeNetwork: (id) =>
      told(
        `removing network ${id}`,
        network(id).then((found) => found.remove()),
      ),

    connectNetwork(id, container, endpoint) {
      // dockerode's types forbid what the API takes: an endpoint whose parts are null.
      const body = { Container: container, EndpointConfig: endpoint };
      const asked = transport.ask({ method: "POST", path: `/networks/${encodeURIComponent(id)}/connect`, body });
      return told(`connecting container ${container} to network ${id}`, asked);
    },

    disconnectNetwork(id, container, { force }) {
      const asked = network(id).then((found) => found.disconnect({ Container: container, Force: force }));
      return told(`disconnecting container ${container} from network ${id}`, asked);
    },
  };
}

function ageOf({ Created = "", Id }: NetworkInfo): string {
  return `${Created} ${Id}`;
}

import type Docker from "dockerode";
import { isAtLeast } from "../../docker-api/version.ts";
import { told, toldOrMissing } from "../answer.ts";
import type { Engine } from "../engine.ts";
import type { Api } from "./api.ts";

type NetworkVerbs = Pick<
  Engine,
  "listNetworks" | "inspectNetwork" | "createNetwork" | "removeNetwork" | "connectNetwork" | "disconnectNetwork"
>;

/** What is done with networks. */
export function networkVerbs({ docker, transport, apiVersion }: Api): NetworkVerbs {
  const network = (id: string): Docker.Network => docker.getNetwork(encodeURIComponent(id));
  return {
    listNetworks: (filters) => told("listing networks", docker.listNetworks({ filters: JSON.stringify(filters) })),

    inspectNetwork: (id) => toldOrMissing(`inspecting network ${id}`, network(id).inspect()),

    async createNetwork(body) {
      // Engines before API 1.44 would otherwise make a second network of the same name.
      const unique = isAtLeast(apiVersion, "1.44") ? body : { ...body, CheckDuplicate: true };
      const asked = transport.ask({ method: "POST", path: "/networks/create", body: unique });
      return (await told<{ readonly Id: string }>(`creating network ${body.Name}`, asked)).Id;
    },

    removeNetwork: (id) => told(`removing network ${id}`, network(id).remove()),

    connectNetwork(id, container, endpoint) {
      // dockerode's types forbid what the API takes: an endpoint whose parts are null.
      const body = { Container: container, EndpointConfig: endpoint };
      const asked = transport.ask({ method: "POST", path: `/networks/${encodeURIComponent(id)}/connect`, body });
      return told(`connecting container ${container} to network ${id}`, asked);
    },

    disconnectNetwork(id, container, { force }) {
      const asked = network(id).disconnect({ Container: container, Force: force });
      return told(`disconnecting container ${container} from network ${id}`, asked);
    },
  };
}

import type { ContainersOnNetworks } from "../networks/networks.ts";
import { networkedContainer } from "./networked.ts";
import type { Register } from "./register.ts";

/** What networks get to see of containers. */
export function onNetworks(register: Register, alone: ContainersOnNetworks["alone"]): ContainersOnNetworks {
  return {
    alone,
    find(reference) {
      const found = register.find(reference);
      const container = found && networkedContainer(found);
      return container && { container, pid: found.state.process?.pid };
    },
    async saveEndpoints(containerId, { wished, actual }) {
      const { state } = register.get(containerId);
      const network = state.network && { ...state.network, endpoints: actual };
      await register.change(containerId, {
        endpoints: wished,
        state: network === undefined ? state : { ...state, network },
      });
    },
  };
}

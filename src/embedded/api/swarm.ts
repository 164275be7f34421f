import { HttpError, notFound, notImplemented } from "./http-error.ts";
import type { Route } from "./route.ts";

/** Everything here speaks about a cluster. */
const areas = ["swarm", "nodes", "services", "tasks", "secrets", "configs"];
const methods = ["DELETE", "GET", "POST"] as const;

const notManager =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm ' +
  "and try again.";

/** Swarm and plugins, as dockerd answers on a machine that has joined no swarm and has no plugin. */
export const swarmRoutes: readonly Route[] = [
  refusal("POST", "/swarm/init", () => notImplemented("this engine has no Swarm mode")),
  refusal("POST", "/swarm/join", () => notImplemented("this engine has no Swarm mode")),
  refusal("POST", "/swarm/leave", () => new HttpError(503, "This node is not part of a swarm")),
  ...methods.flatMap((method) =>
    areas.flatMap((area) =>
      [`/${area}`, `/${area}/{rest...}`].map((path) => refusal(method, path, () => new HttpError(503, notManager))),
    ),
  ),
  { method: "GET", path: "/plugins", handle: () => ({ kind: "json", body: [] }) },
  ...["privileges", "pull", "create"].map((verb) =>
    refusal(verb === "privileges" ? "GET" : "POST", `/plugins/${verb}`, () =>
      notImplemented("this engine has no plugins"),
    ),
  ),
  refusal("GET", "/plugins/{name...}/json", noPlugin),
  refusal("DELETE", "/plugins/{name...}", noPlugin),
  ...["enable", "disable", "upgrade", "push", "set"].map((verb) =>
    refusal("POST", `/plugins/{name...}/${verb}`, noPlugin),
  ),
];

function refusal(method: Route["method"], path: string, error: (name: string) => HttpError): Route {
  return {
    method,
    path,
    handle: ({ params }) => {
      throw error(params["name"] ?? "");
    },
  };
}

function noPlugin(name: string): HttpError {
  return notFound(`plugin "${name}" not found`);
}

import { expect, test } from "vitest";
import { swarmRoutes } from "../../../../src/embedded/api/swarm.ts";
import { callRoute } from "../../../support/call-route.ts";

// As dockerd 28.5 answers on a machine that has joined no swarm; it has Swarm mode, though, and plugins.
test.each([
  ["GET /swarm", 503, /^This node is not a swarm manager\./],
  ["POST /swarm/update?version=1", 503, /^This node is not a swarm manager\./],
  ["POST /swarm/leave?force=1", 503, /^This node is not part of a swarm$/],
  ["GET /nodes/x", 503, /not a swarm manager/],
  ["POST /services/create", 503, /not a swarm manager/],
  ["GET /tasks/x/logs?stdout=1", 503, /not a swarm manager/],
  ["DELETE /secrets/x", 503, /not a swarm manager/],
  ["GET /configs", 503, /not a swarm manager/],
  ["POST /swarm/init", 501, /no Swarm mode/],
  ["GET /plugins/some/thing:latest/json", 404, /^plugin "some\/thing:latest" not found$/],
  ["DELETE /plugins/x", 404, /^plugin "x" not found$/],
  ["POST /plugins/x/enable", 404, /^plugin "x" not found$/],
  ["POST /plugins/pull", 501, /no plugins/],
])("%s is answered with %d", async (request, status, message) => {
  const answer = await callRoute(swarmRoutes, request);
  expect(answer.status).toBe(status);
  expect((answer.json() as { readonly message: string }).message).toMatch(message);
});

test("there are no plugins", async () => {
  expect((await callRoute(swarmRoutes, "GET /plugins")).json()).toEqual([]);
});

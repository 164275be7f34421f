import { expect, test } from "vitest";
import { bootOrder } from "../../../../src/embedded/boot/boot-order.ts";
import type { HostConfig } from "../../../../src/docker-api/container.ts";

/** A container whose id is made of its name. */
function container(
  name: string,
  dependencies = "",
  hostConfig: HostConfig = {},
): Parameters<typeof bootOrder>[0][number] {
  const Labels = {
    "com.docker.compose.project": "shop",
    "com.docker.compose.service": name,
    "com.docker.compose.depends_on": dependencies,
  };
  return { id: `id-${name}`, name: `shop-${name}-1`, config: { Labels }, hostConfig };
}

test("services come after those that they depend on, however they are listed", () => {
  const web = container("web", "api:service_healthy:true");
  const api = container("api", "db:service_started:false,cache:service_started:true");
  expect(bootOrder([web, api, container("cache"), container("db")])).toEqual([
    ["id-cache", "id-db"],
    ["id-api"],
    ["id-web"],
  ]);
});

test("a dependency that is not to be started is not waited for", () => {
  expect(bootOrder([container("web", "job:service_completed_successfully:true")])).toEqual([["id-web"]]);
});

test("services of the same name in other projects are others", () => {
  const other = { ...container("db"), id: "other", config: { Labels: { "com.docker.compose.project": "bank" } } };
  expect(bootOrder([container("web", "db:service_started:true"), other])).toEqual([["id-web", "other"]]);
});

test.each<HostConfig>([
  { NetworkMode: "container:id-db" },
  { PidMode: "container:shop-db-1" },
  { VolumesFrom: ["shop-db-1:ro"] },
  { Links: ["/shop-db-1:/shop-web-1/db"] },
])("who shares with another comes after it: %j", (hostConfig) => {
  expect(bootOrder([container("web", "", hostConfig), container("db")])).toEqual([["id-db"], ["id-web"]]);
});

test("who depends on each other is started all the same", () => {
  const waves = bootOrder([container("one", "two:service_started:true"), container("two", "one:service_started:true")]);
  expect(waves.flat().toSorted()).toEqual(["id-one", "id-two"]);
});

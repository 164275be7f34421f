import { expect, test } from "vitest";
import { filtersOf } from "../../../../src/embedded/api/query.ts";
import type { ContainerDocument } from "../../../../src/embedded/containers/container.ts";
import { knownFilters, matcher } from "../../../../src/embedded/containers/list-filters.ts";

const container = {
  id: "abc",
  name: "web",
  created: "2026-01-02T00:00:00Z",
  image: { id: "sha256:1" },
  config: { Labels: { tier: "front" }, ExposedPorts: { "80/tcp": {}, "90/udp": {} } },
  mounts: [
    { Type: "volume", Name: "data", Source: "/var/lib/volumes/data", Destination: "/data" },
    { Type: "bind", Source: "/srv/www", Destination: "/www" },
  ],
  endpoints: {},
  state: {
    status: "exited",
    exitCode: 7,
    network: { ports: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "8080" }], "90/udp": null }, endpoints: {} },
  },
} as unknown as ContainerDocument;

async function picks(wanted: Readonly<Record<string, readonly string[]>>): Promise<boolean> {
  const filters = filtersOf(new URLSearchParams({ filters: JSON.stringify(wanted) }), knownFilters);
  const parts = { healthOf: () => undefined, find: () => undefined, imageIds: async () => ["sha256:0", "sha256:1"] };
  return (await matcher(parts, filters))(container);
}

test.each([
  [{ publish: ["8080"] }, true],
  [{ publish: ["8080/tcp"] }, true],
  [{ publish: ["8000-8100/tcp"] }, true],
  [{ publish: ["8080/udp"] }, false],
  [{ publish: ["80"] }, false],
  [{ expose: ["80-90/tcp"] }, true],
  [{ expose: ["90"] }, false],
  [{ expose: ["90/udp"] }, true],
  [{ publish: ["1"], expose: ["80"] }, true],
  [{ volume: ["data"] }, true],
  [{ volume: ["/data"] }, true],
  [{ volume: ["/srv/www"] }, true],
  [{ volume: ["/var/lib/volumes/data"] }, false],
  [{ exited: ["0", "7"] }, true],
  [{ exited: ["0"] }, false],
  [{ "is-task": ["true"] }, false],
  [{ "is-task": ["false"] }, true],
  [{ isolation: ["process"] }, true],
  [{ health: ["none"] }, true],
  [{ ancestor: ["base"] }, true],
  [{ label: ["tier=front"], name: ["^/web$"] }, true],
])("%j picks it: %s", async (filters, isPicked) => {
  expect(await picks(filters as unknown as Record<string, string[]>)).toBe(isPicked);
});

test.each([
  { status: ["asleep"] },
  { health: ["fine"] },
  { exited: ["x"] },
  { publish: ["80:80"] },
  { expose: ["90-80"] },
  { "is-task": ["maybe"] },
  { before: ["nobody"] },
  { colour: ["red"] },
])("%j cannot be", async (filters) => {
  await expect(picks(filters as unknown as Record<string, string[]>)).rejects.toMatchObject({ status: 400 });
});

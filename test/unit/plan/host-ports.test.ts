import { describe, expect, test } from "vitest";
import type { Port, Service } from "../../../src/compose/project.ts";
import { label } from "../../../src/observe/labels.ts";
import type { ObservedContainer, ObservedPort, Snapshot } from "../../../src/observe/snapshot.ts";
import { neededFor } from "../../../src/plan/needed.ts";
import type { ReconcileOptions } from "../../../src/plan/options.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { converged, engineWith } from "../../support/planned.ts";
import { sampleProject, type Sample } from "../../support/sample-project.ts";

const web = (port: Partial<Port> = {}, more: Partial<Service> = {}): Sample => ({
  services: { web: { ports: [{ target: 80, published: "8080", ...port }], ...more } },
});

/** A container that runs and publishes a port, of another project unless more is said. */
function holder(port: Partial<ObservedPort> = {}, labels: Record<string, string> = {}): ObservedContainer {
  return {
    id: "f00",
    name: "shop-db-1",
    service: labels[label.service] ?? "",
    isOneOff: false,
    state: "running",
    image: "db",
    imageId: "sha256:1",
    labels: { [label.project]: "shop", ...labels },
    networks: {},
    networkMode: "shop_default",
    mounts: [],
    ports: [{ hostIp: "0.0.0.0", published: 8080, target: 80, protocol: "tcp", ...port }],
    createdAtSeconds: 0,
    status: "Up 2 seconds",
  };
}

function problemsOf(sample: Sample, portHolders: Snapshot["portHolders"], options?: ReconcileOptions): unknown[] {
  const project = sampleProject(sample);
  try {
    reconcile(project, { ...engineWith(project), portHolders }, options);
    return [];
  } catch (error) {
    return (error as { problems: unknown[] }).problems;
  }
}

test("a port that a container of another project holds is told, with its holder and a way out", () => {
  expect(problemsOf(web(), [holder()])).toEqual([
    {
      code: "conflict",
      path: ["services", "web", "ports", 0],
      message: "8080/tcp is already published by container shop-db-1 of project shop",
      hint: "stop it: docker stop shop-db-1, or publish another port",
    },
  ]);
});

test("a container of nobody is told by its name", () => {
  expect(problemsOf(web(), [{ ...holder(), name: "box", labels: {} }])).toMatchObject([
    { message: "8080/tcp is already published by container box" },
  ]);
});

describe("whether two can publish one port is up to address and protocol", () => {
  test.each<{ wanted: Partial<Port>; held: Partial<ObservedPort>; collide: boolean }>([
    { wanted: {}, held: { hostIp: "127.0.0.1" }, collide: true },
    { wanted: {}, held: { hostIp: "::1" }, collide: true },
    { wanted: {}, held: { hostIp: "" }, collide: true },
    { wanted: {}, held: { protocol: "udp" }, collide: false },
    { wanted: {}, held: { published: 8081 }, collide: false },
    { wanted: { protocol: "udp" }, held: {}, collide: false },
    { wanted: { hostIp: "127.0.0.1" }, held: {}, collide: true },
    { wanted: { hostIp: "127.0.0.1" }, held: { hostIp: "127.0.0.2" }, collide: false },
    { wanted: { hostIp: "127.0.0.1" }, held: { hostIp: "::" }, collide: false },
    { wanted: { hostIp: "::" }, held: {}, collide: false },
    { wanted: { hostIp: "::1" }, held: { hostIp: "::" }, collide: true },
    { wanted: { published: "8080-8081" }, held: {}, collide: false },
    { wanted: { published: "8080-8080" }, held: {}, collide: true },
    { wanted: { published: "0" }, held: { published: 0 }, collide: false },
  ])("$wanted beside $held", ({ wanted, held, collide }) => {
    expect(problemsOf(web(wanted), [holder(held)])).toHaveLength(collide ? 1 : 0);
  });
});

test("a range is free as long as one of its ports is", () => {
  const others = [holder(), { ...holder({ published: 8081 }), id: "f01", name: "second" }];
  expect(problemsOf(web({ published: "8080-8081" }), others)).toMatchObject([
    {
      message:
        "8080-8081/tcp is already published by container shop-db-1 of project shop, container second of project shop",
    },
  ]);
  expect(problemsOf(web({ published: "8080-8082" }), others)).toEqual([]);
});

test.each<{ where: string; sample: Sample }>([
  { where: "in the network of the host", sample: web({}, { networkMode: "host" }) },
  { where: "without a network", sample: web({}, { networkMode: "none" }) },
  { where: "in internal networks only", sample: { ...web(), networks: { default: { internal: true } } } },
  {
    where: "in networks with an address of their own",
    sample: { ...web(), networks: { default: { driver: "macvlan" } } },
  },
])("nothing is published $where", ({ sample }) => {
  expect(problemsOf(sample, [holder()])).toEqual([]);
});

describe("a holder of the project itself", () => {
  const ported = (container: ObservedContainer): ObservedContainer => ({ ...container, ports: holder().ports });
  const after = (sample: Sample, service: string): Snapshot => {
    const before = converged(sample);
    return { ...before, containers: before.containers.map((each) => (each.service === service ? ported(each) : each)) };
  };
  const images = engineWith(sampleProject(web())).images;

  test("that is an orphan is told with the flag that removes it", () => {
    const snapshot = after({ services: { old: {} } }, "old");
    expect(() => reconcile(sampleProject(web()), { ...snapshot, images })).toThrow(
      expect.objectContaining({
        message: "services.web.ports[0]: 8080/tcp is already published by orphan container app-old-1",
        hint: "remove it: --remove-orphans, or publish another port",
      }),
    );
  });

  test("is no obstacle when this plan removes it, or makes it anew", () => {
    const orphaned = { ...after({ services: { old: {} } }, "old"), images };
    expect(reconcile(sampleProject(web()), orphaned, { removeOrphans: true }).steps).not.toEqual([]);
    const replaced = after(web(), "web");
    expect(reconcile(sampleProject(web({}, { hostname: "new" })), replaced).steps).not.toEqual([]);
    expect(reconcile(sampleProject(web({}, { scale: 0 })), replaced).steps).not.toEqual([]);
  });

  test("is the service itself, which is as it should be", () => {
    expect(reconcile(sampleProject(web()), after(web(), "web")).steps).toEqual([]);
  });

  test("stays when only another service is asked for", () => {
    const snapshot = after({ services: { web: {}, db: {} } }, "db");
    const project = sampleProject({ services: { ...web().services, db: {} } });
    expect(() => reconcile(project, snapshot, { services: ["web"] })).toThrow(
      "published by container app-db-1 of service db",
    );
  });

  test("may be one that two replicas want: that is told once", () => {
    const project = sampleProject(web({}, { scale: 2 }));
    expect(() => reconcile(project, after(web(), "web"))).toThrow(
      expect.objectContaining({ message: "services.web.ports: app-web-1 and app-web-2 cannot both publish 8080/tcp" }),
    );
  });
});

test("a network that is named by the mode publishes ports as well", () => {
  const shared = sampleProject({ ...web({}, { networkMode: "app_shared" }), networks: { shared: {} } });
  expect(() => reconcile(shared, { ...engineWith(shared), portHolders: [holder()] })).toThrow("8080/tcp is already");
});

test("what is made but not started publishes nothing", () => {
  expect(problemsOf(web(), [holder()], { start: false })).toEqual([]);
});

describe("others are looked at", () => {
  const own = (ports: readonly ObservedPort[]): ObservedContainer[] => [
    { ...holder(), ports, labels: {}, service: "web" },
  ];
  test.each<{ when: string; sample: Sample; containers: ObservedContainer[]; asked: boolean }>([
    { when: "the port is not published yet", sample: web(), containers: [], asked: true },
    { when: "only another port is", sample: web(), containers: own(holder({ published: 1 }).ports), asked: true },
  ])("when $when", ({ sample, containers, asked }) => {
    expect(neededFor(sampleProject(sample)).needsPortHolders(containers)).toBe(asked);
  });

  test.each<{ when: string; sample: Sample; containers: ObservedContainer[] }>([
    { when: "the service publishes it already", sample: web(), containers: own(holder().ports) },
    { when: "the engine picks the port", sample: web({ published: "" }), containers: [] },
    { when: "no port is published", sample: { services: { web: {} } }, containers: [] },
  ])("but not when $when", ({ sample, containers }) => {
    expect(neededFor(sampleProject(sample)).needsPortHolders(containers)).toBe(false);
  });
});

test("a name that a container of another project has is told, with its holder and a way out", () => {
  const project = sampleProject(web({}, { containerName: "shop-db-1" }));
  const taken = { ...engineWith(project), nameHolders: [holder()] };
  expect(() => reconcile(project, taken)).toThrow(
    'services.web: container name "shop-db-1" is taken by container shop-db-1 of project shop',
  );
});

test("names are asked for that the file gives, and no container of the project has", () => {
  const needed = neededFor(sampleProject({ services: { web: { containerName: "box" }, db: {} } }));
  expect(needed.wantedNames([holder()])).toEqual(["box"]);
  expect(needed.wantedNames([{ ...holder(), name: "box" }])).toEqual([]);
});

import { expect, test } from "vitest";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { sampleProject } from "../../support/sample-project.ts";
import { emptySnapshot } from "../../support/simulate-plan.ts";

const project = sampleProject({
  services: {
    web: {
      domainname: "example.org",
      macAddress: "02:42:ac:11:65:43",
      logging: { driver: "json-file", options: { "max-size": "1m", "max-file": "3" } },
      networks: { default: { aliases: ["www"], driverOpts: { a: "b" }, linkLocalIps: ["169.254.8.8"] } },
      restart: "always",
    },
    plain: { restart: "no", logging: { options: { "max-size": "1m" } } },
  },
});

const everywhere = (version: string): readonly string[] => [
  `services.web.networks.default.link_local_ips: has no effect on Podman ${version}`,
  `services.web.networks.default.driver_opts: has no effect on Podman ${version}`,
];

test.each([
  { engine: "any other engine", snapshot: {}, told: [] },
  {
    engine: "Podman 4.3",
    snapshot: { podmanVersion: "4.3.1" },
    told: [
      "services.web.domainname: has no effect on Podman 4.3.1",
      "services.web.logging.options.max-file: has no effect on Podman 4.3.1",
      "services.web.mac_address: has no effect on Podman 4.3.1",
      ...everywhere("4.3.1"),
    ],
  },
  {
    engine: "Podman 5.8, which chooses no hardware addresses of its own",
    snapshot: { podmanVersion: "5.8.6" },
    told: [
      "services.web.domainname: has no effect on Podman 5.8.6",
      "services.web.logging.options.max-file: has no effect on Podman 5.8.6",
      ...everywhere("5.8.6"),
    ],
  },
])("tells before anything is done what is asked for in vain on $engine", ({ snapshot, told }) => {
  expect(reconcile(project, { ...emptySnapshot("app"), ...snapshot }).remarks).toEqual(told);
});

test("tells who stays attached that Podman tells of no restarts", () => {
  const { remarks } = reconcile(project, { ...emptySnapshot("app"), podmanVersion: "5.8.6" }, { restartsHere: true });
  expect(remarks.filter((remark) => remark.includes("restart"))).toEqual([
    "services.web.restart: Podman does not tell of restarts, up may show the first run only",
  ]);
});

import { expect, test } from "vitest";
import type { Service } from "../../../../src/compose/project.ts";
import { converged, planned } from "../../../support/planned.ts";
import { sampleProject } from "../../../support/sample-project.ts";

const secret = (text: string) => ({
  before: text.replaceAll("?", "hunter1"),
  now: text.replaceAll("?", "hunter2"),
});

/** Where people put secrets, and what of a change is told. */
const places: readonly (readonly [written: string, put: (text: string) => Partial<Service>, cause: string])[] = [
  ["?", (text) => ({ environment: { API_TOKEN: text } }), "environment.API_TOKEN *** -> ***"],
  [
    "http://?@proxy",
    (text) => ({ environment: { HTTP_PROXY: text } }),
    "environment.HTTP_PROXY http://***@proxy -> http://***@proxy",
  ],
  ["?", (text) => ({ labels: { "api-key": text } }), "labels.api-key *** -> ***"],
  ["?", (text) => ({ annotations: { token: text } }), "annotations.token *** -> ***"],
  [
    "?",
    (text) => ({ logging: { driver: "x", options: { "splunk-token": text } } }),
    "logging.options.splunk-token *** -> ***",
  ],
  ["?", (text) => ({ command: ["serve", "--password", text] }), "command serve --password *** -> serve --password ***"],
  ["--password=?", (text) => ({ command: ["serve", text] }), "command serve --password=*** -> serve --password=***"],
  [
    "PASSWORD=? serve",
    (text) => ({ entrypoint: ["sh", "-c", text] }),
    "entrypoint sh -c PASSWORD=*** serve -> sh -c PASSWORD=*** serve",
  ],
  [
    "PGPASSWORD=? psql",
    (text) => ({ healthcheck: { test: ["CMD-SHELL", text] } }),
    "healthcheck.test CMD-SHELL PGPASSWORD=*** psql -> CMD-SHELL PGPASSWORD=*** psql",
  ],
  [
    "?",
    (text) => ({ networks: { default: { driverOpts: { "x.password": text } } } }),
    "networks.app_default.driver_opts.x.password *** -> ***",
  ],
];

test.each(places)("a change of %s is told without its secret", (written, put, cause) => {
  const { before, now } = secret(written);
  const snapshot = converged({ services: { web: put(before) } });
  const [line] = planned(sampleProject({ services: { web: put(now) } }), snapshot);
  expect(line).toBe(`recreate web-1: ${cause}`);
});

test("a change of the options of a network or a volume is told without its secret", () => {
  const sample = (password: string) => ({
    services: { web: {} },
    networks: { default: { driverOpts: { password }, labels: { token: password } } },
    volumes: { data: { driverOpts: { o: `username=me,password=${password}` }, labels: { token: password } } },
  });
  const plan = planned(sampleProject(sample("hunter2")), converged(sample("hunter1")), { recreateVolumes: true });
  expect(plan.join("\n")).toContain("driver_opts.password *** -> ***, labels.token *** -> ***");
  expect(plan.join("\n")).toContain(
    "driver_opts.o username=me,password=*** -> username=me,password=***, labels.token *** -> ***",
  );
  expect(plan.join("\n")).not.toContain("hunter");
});

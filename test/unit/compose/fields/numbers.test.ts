import { expect, test } from "vitest";
import { loadTexts, mistakesOf } from "../../../support/load-texts.ts";

const file = (line: string): string => `{ services: { a: { image: i, ${line} } }, configs: { c: { file: ./c } } }`;

test.each([
  ["mem_limit: 512m", { memLimitBytes: 536_870_912 }],
  ["memswap_limit: -1", { memswapLimitBytes: -1 }],
  ["cpus: '0.5'", { cpus: 0.5 }],
  ["cpu_rt_period: 1400us", { cpuRtPeriod: 1400 }],
  ["stop_grace_period: 1d", { stopGracePeriodNs: 86_400_000_000_000 }],
  ["configs: [{ source: c, mode: 0440 }]", { configs: [{ source: "c", mode: 0o440 }] }],
  ["configs: [{ source: c, mode: '0440' }]", { configs: [{ source: "c", mode: 0o440 }] }],
  ["gpus: all", { gpus: [{ count: -1 }] }],
  [
    "ulimits: { nofile: 9, nproc: { soft: 1, hard: 2 } }",
    { ulimits: { nofile: { single: 9 }, nproc: { soft: 1, hard: 2 } } },
  ],
])("reads %s", async (line, attributes) => {
  const { project } = await loadTexts({ "compose.yaml": file(line) });
  expect(project.services["a"]).toMatchObject(attributes);
});

test.each(["privileged: false", "mem_limit: 0", "hostname: ''", "cap_add: []", "labels: {}"])(
  "takes %s for not set, as docker compose does",
  async (line) => {
    const { project } = await loadTexts({ "compose.yaml": file(line) });
    expect(project.services["a"]).toEqual({ name: "a", image: "i", networks: { default: null } });
  },
);

test.each([
  ["healthcheck: { retries: -1 }", "services.a.healthcheck.retries: expected a whole number from 0 on, got -1"],
  ["mem_limit: lots", 'services.a.mem_limit: expected a size, got "lots"'],
  [
    "mem_limit: 9223372036854775807",
    "services.a.mem_limit: expected at most 9007199254740991, got 9223372036854775807",
  ],
  ["stop_grace_period: 5 minutes", 'services.a.stop_grace_period: expected a duration, got "5 minutes"'],
  ["configs: [{ source: c, mode: '0888' }]", 'services.a.configs[0].mode: expected octal permission bits, got "0888"'],
  ["configs: [{ source: c, mode: 1e2 }]", "services.a.configs[0].mode: expected octal permission bits, got 1e2"],
  ["group_add: [1.5]", "services.a.group_add[0]: expected text, got 1.5"],
])("refuses %s", async (line, message) => {
  expect((await mistakesOf({ "compose.yaml": file(line) })).join("\n")).toContain(message);
});

test.each([
  ["mem_limit: 1.5", "services.a.mem_limit: expected a whole number of bytes, or text with a unit, got 1.5"],
  ["cpu_period: 1.5", "services.a.cpu_period: expected a whole number, got 1.5"],
])("tells what becomes of %s", async (line, message) => {
  const { warnings } = await loadTexts({ "compose.yaml": file(line) });
  expect(warnings.map((warning) => warning.message)).toEqual([message]);
});

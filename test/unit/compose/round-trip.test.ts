import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeProject } from "../../../src/compose/encode.ts";
import { escapeDollars, type PrintFormat, printModel } from "../../../src/compose/print.ts";
import type { Project } from "../../../src/compose/project.ts";
import { loadTexts } from "../../support/load-texts.ts";

const request = { files: ["compose.yaml"], allResources: true, profiles: ["*"] };

async function read(text: string): Promise<Project> {
  return (await loadTexts({ "compose.yaml": text }, { request })).project;
}

/** As `config` prints it. */
function print(project: Project, format: PrintFormat): string {
  return escapeDollars(printModel(encodeProject(project, format), format));
}

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,5}$/);
/** Text that hurts printers: quotes, colons, hashes, numbers in disguise, line ends, emoji. */
const text = fc.oneof(
  fc
    .string({ unit: "grapheme", minLength: 1 })
    .map((written) => written.replaceAll(/[\p{Cc}\p{Cs}\uFFFD-\uFFFF]/gu, "-")),
  fc.constantFrom(
    "yes",
    "null",
    "~",
    "1.10",
    "0x1F",
    "1e6",
    "- a",
    "a: b",
    "# no",
    "|",
    "2020-01-01",
    "'",
    '"',
    "a\nb\n",
    " x ",
    "{}",
    "*a",
    "&a",
    "!t",
    "%",
    "@",
    "``",
    "=",
    "<<",
    "$1",
    "${A}",
    "$$",
  ),
);
const key = fc.stringMatching(/^[A-Za-z_][\w.-]{0,8}$/);
const mapping = fc.dictionary(key, text, { maxKeys: 4 });
const port = fc.oneof(
  fc.integer({ min: 1, max: 65_535 }).map(String),
  fc
    .tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 60_000 }), fc.constantFrom("", "/udp"))
    .map(([host, container, protocol]) => `${host}:${container}${protocol}`),
  fc.record(
    {
      target: fc.integer({ min: 1, max: 65_535 }),
      published: fc.integer({ min: 1, max: 65_535 }).map(String),
      mode: fc.constantFrom("host", "ingress"),
    },
    { requiredKeys: ["target"] },
  ),
);
const path = fc.stringMatching(/^(\/[a-z]{1,4}){1,3}$/);
const volume = fc.oneof(
  path.map((target) => `data:${target}`),
  path.map((target) => `./here:${target}:ro`),
  fc.record(
    { type: fc.constant("tmpfs"), target: path, tmpfs: fc.record({ size: fc.constantFrom("1m", 1024, "2g") }) },
    { requiredKeys: ["type", "target"] },
  ),
  fc.record(
    { type: fc.constant("bind"), source: path, target: path, read_only: fc.boolean() },
    { requiredKeys: ["type", "source", "target"] },
  ),
);
const duration = fc.constantFrom("1s", "1m30s", "1h", "250ms", "2d", "0s");
const size = fc.constantFrom("64m", "1g", "512k", "1.5gb", 1_048_576);
const service = fc.record(
  {
    image: fc.constantFrom("nginx", "nginx:1.27", "registry.example.com:5000/a/b@sha256:" + "a".repeat(64)),
    command: fc.oneof(fc.array(text, { maxLength: 3 }), fc.constantFrom("sleep 1", "sh -c 'echo \"a b\"'")),
    entrypoint: fc.array(text, { minLength: 1, maxLength: 3 }),
    environment: fc.oneof(
      mapping,
      fc.array(
        fc.tuple(key, text).map(([k, v]) => `${k}=${v}`),
        { maxLength: 3 },
      ),
    ),
    labels: mapping,
    ports: fc.uniqueArray(port, { maxLength: 3, selector: (it) => JSON.stringify(it) }),
    volumes: fc.uniqueArray(volume, {
      maxLength: 3,
      selector: (it) =>
        JSON.stringify(it)
          .replace(/^"[^:]*:/, "")
          .replace(/.*"target":/, ""),
    }),
    networks: fc.constantFrom(["back"], { back: { aliases: ["b"] } }, {}),
    healthcheck: fc.record(
      {
        test: fc.constantFrom("exit 0", ["CMD", "true"], ["NONE"]),
        interval: duration,
        timeout: duration,
        retries: fc.nat(5),
      },
      { requiredKeys: [] },
    ),
    restart: fc.constantFrom("no", "always", "on-failure:3"),
    stop_grace_period: duration,
    mem_limit: size,
    shm_size: size,
    cpus: fc.constantFrom(0.5, 1, "1.5"),
    tty: fc.boolean(),
    init: fc.boolean(),
    user: text,
    hostname: name,
    working_dir: path,
    tmpfs: fc.constantFrom(["/cache-of-mine"], "/cache-of-mine:size=1m", []),
    cap_add: fc.uniqueArray(fc.constantFrom("NET_ADMIN", "SYS_TIME"), { maxLength: 2 }),
    dns: fc.oneof(fc.constant("1.1.1.1"), fc.constant(["1.1.1.1", "2.2.2.2"])),
    extra_hosts: fc.constantFrom(["a:1.2.3.4", "b=::1"], { c: "5.6.7.8" }),
    sysctls: fc.constantFrom({ "net.core.somaxconn": 1024 }, ["net.core.somaxconn=1024"]),
    ulimits: fc.constantFrom({ nofile: 1024, nproc: { soft: 1, hard: 2 } }),
    logging: fc.record({ driver: fc.constant("json-file"), options: fc.constant({ "max-size": "10m" }) }),
    deploy: fc.record(
      { replicas: fc.nat(3), resources: fc.constant({ reservations: { memory: "50M" } }) },
      { requiredKeys: [] },
    ),
    configs: fc.constantFrom(["app"], [{ source: "app", target: "/etc/app", mode: "0440" }]),
    secrets: fc.constant(["key"]),
    profiles: fc.constantFrom([], ["debug"]),
    "x-note": fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(plainly(JSON.stringify(value))) as unknown),
  },
  { requiredKeys: ["image"] },
);
/** JSON without `$` and what YAML cannot hold; an escaped backslash is a whole, whatever follows it. */
function plainly(json: string): string {
  return json.replaceAll(/\\u....|\\.|[\p{Cc}\ufffd-\uffff]|\$/gu, (found) => (/^\\[^u]/.test(found) ? found : "-"));
}

const model = fc.dictionary(name, service, { minKeys: 1, maxKeys: 4 }).map((services) => ({
  name: "shop",
  services: Object.fromEntries(
    Object.entries(services).map(([key, value], index, all) => {
      const earlier = all[index - 1]?.[0];
      const depends =
        earlier === undefined
          ? {}
          : { depends_on: index % 2 === 0 ? [earlier] : { [earlier]: { condition: "service_healthy" } } };
      return [key, { ...value, ...depends }];
    }),
  ),
  networks: { back: { driver: "bridge" } },
  volumes: { data: { labels: { a: "b" } } },
  configs: { app: { content: "a: $b\n" } },
  secrets: { key: { file: "./key.txt" } },
}));

describe("a project", () => {
  test.each(["yaml", "json"] as const)("is the same when it is printed as %s and read again", async (format) => {
    await fc.assert(
      fc.asyncProperty(model, async (written) => {
        // JSON is YAML; every $ is meant literally.
        const project = await read(escapeDollars(JSON.stringify(written)));
        const printed = print(project, format);
        const again = await read(printed);
        expect(print(again, format)).toBe(printed);
        // JSON also holds what is empty, as docker compose writes it.
        if (format === "yaml") expect(again).toEqual(project);
      }),
      { numRuns: 40 },
    );
  });
});

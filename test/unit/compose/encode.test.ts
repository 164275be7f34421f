import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { networkHashInput, serviceHashInput, volumeHashInput } from "../../../src/compose/encode.ts";
import type { Project } from "../../../src/compose/project.ts";
import { loadTexts } from "../../support/load-texts.ts";

const services = String.raw`
name: shop
services:
  bare:
    image: nginx
  full:
    image: registry.example/shop/web:1.2
    build: ./ignored
    pull_policy: always
    scale: 2
    depends_on: [bare]
    profiles: [""]
    command: sh -c "echo '<&>'"
    entrypoint: []
    environment: { B: "1", A: two words, UNSET: , "10": ten, "9": nine }
    labels: { z: "1", a: "é" }
    cpu_shares: 512
    shm_size: 1.5g
    ports: ["127.0.0.1:8080-8081:80-81/udp"]
    volumes: ["data:/data:ro", { type: tmpfs, target: /t, tmpfs: { size: 1m, mode: 0o700 } }]
    networks: { back: { aliases: [web], priority: 10 } }
    healthcheck: { test: "true", interval: 1m30s, retries: 0 }
    deploy: { replicas: 2, resources: { limits: { cpus: "0.3", memory: 64M } }, update_config: { delay: 5s } }
    ulimits: { nofile: 9, nproc: { soft: 1, hard: 2 } }
    extra_hosts: ["b:10.0.0.1", "a=::1"]
    stop_grace_period: 1d
    logging: { driver: json-file, options: { max-size: 10m } }
    blkio_config: { weight_device: [{ path: /dev/sda, weight: 3 }] }
    configs: [{ source: settings, mode: 0440 }]
    develop: { watch: [{ path: /src, action: rebuild }] }
configs: { settings: { content: x } }
networks: { back: { driver_opts: { n: 1 }, ipam: { config: [{ subnet: 10.0.0.0/8 }] }, internal: true, enable_ipv6: false } }
volumes: { data: { labels: { size: <big> } } }
`;

const resources = `
name: shop
services: { a: { image: busybox, networks: [back], volumes: ["data:/data"] } }
networks: { back: { driver_opts: { n: 1 }, ipam: { config: [{ subnet: 10.211.0.0/24 }] }, internal: true, enable_ipv6: false } }
volumes: { data: { labels: { size: <big> } } }
`;

// What docker compose 2.40.3 says: \`config --hash\`, and the labels of what it created.
test.each([
  ["bare", "daef7adc9ecc59d4881bd1ebc06f26a836d35656f8b5fb0adfdb95b2d856fbd3"],
  ["full", "73eba06a1b728fee020a2fe8b3f3a38299f4801c3f854baba8176db869878452"],
])("hashes the service %s as docker compose does", async (name, hash) => {
  const { project } = await loadTexts({ "compose.yaml": services });
  expect(hashOf(project.services[name], serviceHashInput)).toBe(hash);
});

test("hashes networks and volumes as docker compose does", async () => {
  const { project } = await loadTexts({ "compose.yaml": resources });
  const { networks, volumes } = project;
  expect(hashOf(networks["back"], networkHashInput)).toBe(
    "18f4000dd17ba516097584737267a55d6bec026bc5791facb763b1888a57a792",
  );
  expect(hashOf(volumes["data"], volumeHashInput)).toBe(
    "665223c158d7b8c6e83490eca8aeae0748ac5d1c7f17a6d30303d0d8b137c728",
  );
});

test.each([
  ["build", "build: ."],
  ["pull_policy", "pull_policy: always"],
  ["scale", "scale: 3"],
  ["depends_on", "depends_on: [other]"],
  ["profiles", 'profiles: [""]'],
])("leaves %s out of the hash", async (_attribute, line) => {
  expect(await hashWith(line)).toBe(await hashWith(""));
});

test("leaves the number of replicas out of the hash, though not the rest of deploy", async () => {
  expect(await hashWith("deploy: { replicas: 2 }")).toBe(await hashWith("deploy: { replicas: 5 }"));
  expect(await hashWith("deploy: { replicas: 2 }")).not.toBe(await hashWith(""));
});

async function hashWith(line: string): Promise<string> {
  const text = `{ services: { web: { image: nginx, ${line} }, other: { image: nginx } } }`;
  const { project } = await loadTexts({ "compose.yaml": text });
  return hashOf(project.services["web"], serviceHashInput);
}

function hashOf<Value extends Project["services" | "networks" | "volumes"][string]>(
  value: Value | undefined,
  input: (value: Value) => string,
): string {
  if (value === undefined) throw new Error("the project has no such part");
  return createHash("sha256").update(input(value)).digest("hex");
}

test("keeps a zero that asks for something, out of what is hashed", async () => {
  const mount = "{ type: bind, source: /a, target: /b, bind: { create_host_path: false } }";
  const text = `services: { a: { image: busybox, mem_swappiness: 0, volumes: [${mount}] } }`;
  const { project } = await loadTexts({ "compose.yaml": text });
  const service = project.services["a"];
  expect(service).toMatchObject({ memSwappiness: 0, volumes: [{ bind: { createHostPath: false } }] });
  expect(service && serviceHashInput(service)).not.toMatch(/swappiness|create_host_path/);
});

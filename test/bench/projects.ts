import type { HealthConfig } from "../../src/docker-api/container.ts";

// Compose files to measure with. They are YAML, not JSON, as people write them.

const sleeper = `image: busybox
    command: ["sleep", "100000"]
    stop_signal: SIGKILL`;

/** Services that do nothing, and need nothing of each other. */
export function flat(count: number): string {
  return services(count, () => sleeper);
}

/** When a service is probed. An engine that probes ten of them every 100 ms has little time for anything else. */
export type Probing = "while it starts" | "all along";

/** Each one waits until the one before it is healthy. */
export function chain(length: number, probing: Probing): string {
  const health = healthy(probing);
  return services(length, (index) => `${sleeper}\n    ${health}${index === 0 ? "" : waitsFor([`s${index - 1}`])}`);
}

/** What the floor tells the engine for the same. */
export function healthBody(probing: Probing): HealthConfig {
  const fast = 100e6;
  const [start, slow] = [{ StartInterval: fast, StartPeriod: 60e9, Interval: 60e9 }, { Interval: fast }];
  return { Test: ["CMD", "true"], Timeout: 5e9, Retries: 50, ...(probing === "all along" ? slow : start) };
}

/** One at the bottom, many beside each other above it, one that waits for all of those. */
export function diamond(width: number): string {
  const health = healthy("all along");
  return services(width + 2, (index) => {
    if (index === 0) return `${sleeper}\n    ${health}`;
    const below = index <= width ? ["s0"] : Array.from({ length: width }, (_, each) => `s${each + 1}`);
    return `${sleeper}\n    ${health}${waitsFor(below)}`;
  });
}

/** A file with much in it, 30 lines a service: for the reader alone. */
export function wide(count: number): string {
  return services(
    count,
    (index) => `image: registry.example/team/app-${index}:1.\${MINOR:-2}
    command: ["node", "server.js", "--port", "\${PORT:-80}"]
    environment:
      NAME: app-${index}
      LEVEL: "\${LEVEL:-info}"
      DATABASE_URL: postgres://app:secret@s0:5432/app
    ports:
      - "${10_000 + index}:80"
      - target: 9229
        host_ip: 127.0.0.1
    volumes:
      - ./src:/app/src:ro
      - data:/var/lib/app
    labels:
      - com.example.team=backend
      - com.example.index=${index}
    healthcheck:
      test: curl -f http://localhost/health || exit 1
      interval: 10s
      timeout: 3s
      retries: 5
    deploy:
      resources:
        limits: { cpus: "0.5", memory: 256M }
    restart: unless-stopped
    networks: [front, back]
    logging:
      driver: json-file
      options: { max-size: 10m }
    ulimits: { nofile: 65536 }${index === 0 ? "" : `\n    depends_on: [s${index >> 1 === index ? 0 : index >> 1}]`}`,
  ).concat("volumes: { data: {} }\nnetworks: { front: {}, back: {} }\n");
}

function healthy(probing: Probing): string {
  const when = probing === "all along" ? "interval: 100ms" : "start_interval: 100ms, start_period: 60s, interval: 60s";
  return `healthcheck: { test: ["CMD", "true"], ${when}, timeout: 5s, retries: 50 }`;
}

function waitsFor(names: readonly string[]): string {
  return `\n    depends_on:${names.map((name) => `\n      ${name}: { condition: service_healthy }`).join("")}`;
}

function services(count: number, text: (index: number) => string): string {
  const all = Array.from({ length: count }, (_, index) => `  s${index}:\n    ${text(index)}\n`);
  return `services:\n${all.join("")}`;
}

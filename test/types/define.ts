// What tsc accepts and rejects of compose files in TypeScript, and of tests that start them: checked with all other types.
import { connect } from "node:net";
import { expectTypeOf } from "vitest";
import { defineCompose, type ServiceDefinition } from "tscompose/define";
import { compose, forRun, type TestService } from "tscompose/testing";

const version = (): string => "17";
const probe = { test: ["CMD", "true"], interval: "1s" };
const sidecar = (image: string) => ({ image, healthcheck: probe, expose: [1234] as const });
const anyService = (image: string): ServiceDefinition => ({ image });

const shop = defineCompose({
  name: "shop",
  services: {
    db: { image: `postgres:${version()}`, ports: ["5432:5432"], volumes: ["entries:/var/lib/postgresql/data"] },
    web: {
      image: "nginx",
      ports: ["127.0.0.1:8080:80", 443, { target: 53, protocol: "udp" }, { target: 8443, published: 1 }],
      expose: ["9000", 9001, "514/udp"],
      depends_on: { db: { condition: "service_healthy" } },
      healthcheck: process.env["PROBE"] === undefined ? undefined : probe,
    },
    env: { image: "busybox", profiles: ["debug", "trace"] },
    ranged: { image: "busybox", ports: ["3000-3005:3000-3005"] },
    sidecar: sidecar("busybox"),
  },
  volumes: { entries: null },
  "x-team": { anything: true },
});

export async function knownNames(): Promise<void> {
  await using stack = await compose(shop, { services: ["db"], profiles: ["debug"] });
  expectTypeOf(stack.db.port(5432)).toEqualTypeOf<number>();
  for (const port of [80, 443, "53/udp", 8443, 9000, 9001, "514/udp"] as const) stack.web.port(port);
  stack.ranged.port(3003);
  stack.sidecar.port(1234);
  expectTypeOf(stack.services.env).toExtend<TestService>();
  // @ts-expect-error: there is no such service
  void stack.bd;
  // @ts-expect-error: the service declares no such port
  stack.db.port(5433);
  // @ts-expect-error: the port is one of UDP
  stack.web.port(53);
  // @ts-expect-error: it is the other side that has this port
  stack.web.port(8080);
  // @ts-expect-error: the service has no ports
  stack.services.env.port(1);
}

export async function ports(): Promise<void> {
  await using stack = await compose(shop);
  const page = await fetch(stack.web.url(80));
  const cache = connect(stack.db.port(5432), stack.db.host);
  cache.end(await page.text());
}

export async function unknownNames(): Promise<void> {
  const loose = defineCompose({ services: { one: anyService("busybox") } });
  // What a function gives may have any ports and profiles; its name is known all the same.
  await using stack = await compose(loose, { profiles: ["whatever"] });
  stack.one.port(1);
  // @ts-expect-error: there is no such service
  void stack.two;
}

export async function mistakenOptions(): Promise<void> {
  // @ts-expect-error: there is no such service
  await compose(shop, { services: ["bd"] });
  // @ts-expect-error: there is no such profile
  forRun(shop, { profiles: ["prod"] });
}

export const mistaken: readonly unknown[] = [
  // @ts-expect-error: there is no such attribute
  defineCompose({ services: { db: { imagee: "postgres" } } }),
  // @ts-expect-error: nor one level below
  defineCompose({ services: { db: { build: { contxt: "." } } } }),
  // @ts-expect-error: nor at the top
  defineCompose({ service: {} }),
  // @ts-expect-error: an image is a text
  defineCompose({ services: { db: { image: 17 } } }),
  // @ts-expect-error: there is no such condition
  defineCompose({ services: { db: { image: "a", depends_on: { web: { condition: "healthy" } } } } }),
  // @ts-expect-error: a port is a number, a text or a mapping
  defineCompose({ services: { db: { image: "a", ports: [true] } } }),
];

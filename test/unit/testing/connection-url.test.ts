import { describe, expect, test } from "vitest";
import { connectionUrl, mainPort, type UrlSource } from "../../../src/testing/connection-url.ts";

const place = { host: "127.0.0.1", port: 32_768 };

function urlOf(source: Partial<UrlSource>, target: number): string {
  return connectionUrl({ image: "app", command: [], variables: {}, ...source }, target, place);
}

describe("the URL of a service", () => {
  test.each([
    {
      image: "postgres:17",
      target: 5432,
      variables: { POSTGRES_PASSWORD: "p/w" },
      url: "postgresql://postgres:p%2Fw@127.0.0.1:32768/postgres",
    },
    {
      image: "ghcr.io:5000/acme/postgis@sha256:00",
      target: 5432,
      variables: { POSTGRES_USER: "me", POSTGRES_DB: "shop", POSTGRES_HOST_AUTH_METHOD: "trust" },
      url: "postgresql://me@127.0.0.1:32768/shop",
    },
    {
      image: "mariadb",
      target: 3306,
      variables: { MARIADB_ROOT_PASSWORD: "r" },
      url: "mysql://root:r@127.0.0.1:32768/",
    },
    {
      image: "mysql:8",
      target: 3306,
      variables: { MYSQL_ROOT_PASSWORD: "r", MYSQL_USER: "u", MYSQL_PASSWORD: "p", MYSQL_DATABASE: "d" },
      url: "mysql://u:p@127.0.0.1:32768/d",
    },
    { image: "redis:7", target: 6379, url: "redis://127.0.0.1:32768" },
    {
      image: "valkey/valkey",
      target: 6379,
      command: ["valkey-server", "--requirepass", "x"],
      url: "redis://:x@127.0.0.1:32768",
    },
    {
      image: "mongo:8",
      target: 27_017,
      variables: { MONGO_INITDB_ROOT_USERNAME: "u", MONGO_INITDB_ROOT_PASSWORD: "p" },
      url: "mongodb://u:p@127.0.0.1:32768/?authSource=admin",
    },
    { image: "rabbitmq:4-management", target: 5672, url: "amqp://guest:guest@127.0.0.1:32768" },
    { image: "rabbitmq:4-management", target: 15_672, url: "http://127.0.0.1:32768" },
    { image: "nginx", target: 80, url: "http://127.0.0.1:32768" },
    { image: "nginx", target: 8443, url: "https://127.0.0.1:32768" },
    { image: "acme/own-database", target: 5432, url: "postgresql://postgres@127.0.0.1:32768/postgres" },
  ])("of $image, port $target, is $url", ({ url, target, ...source }) => {
    expect(urlOf(source, target)).toBe(url);
  });

  test("has an IPv6 address in brackets", () => {
    const source = { image: "nginx", command: [], variables: {} };
    expect(connectionUrl(source, 80, { host: "::1", port: 1 })).toBe("http://[::1]:1");
  });

  test.each([
    { image: "rabbitmq", ports: [15_672, 5672], port: 5672 },
    { image: "nginx", ports: [443, 80], port: 80 },
    { image: "acme/own-database", ports: [80, 5432], port: 5432 },
    { image: "postgres", ports: [], port: undefined },
  ])("leads to $port of $ports when nobody says which, of $image", ({ image, ports, port }) => {
    expect(mainPort({ image }, ports)).toBe(port);
  });
});

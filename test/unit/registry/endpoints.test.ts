import { describe, expect, test } from "vitest";
import { allowsInsecure, endpointsOf } from "../../../src/registry/endpoints.ts";

const settings = { mirrors: [], insecure: [], trust: async () => ({}) };
const bases = (registry: string, given: object = {}): readonly string[] =>
  endpointsOf(registry, { ...settings, ...given }).map(({ base }) => base);

describe("where a registry is asked", () => {
  test("is TLS, and plain HTTP only where that is allowed", () => {
    expect(bases("ghcr.io")).toEqual(["https://ghcr.io"]);
    expect(bases("localhost:5000")).toEqual(["https://localhost:5000", "http://localhost:5000"]);
    expect(bases("registry.lan", { insecure: ["registry.lan"] })).toEqual([
      "https://registry.lan",
      "http://registry.lan",
    ]);
  });

  test("is Docker Hub's own host, after its mirrors", () => {
    expect(bases("docker.io", { mirrors: ["https://m.example/"] })).toEqual([
      "https://m.example",
      "https://registry-1.docker.io",
    ]);
    expect(bases("ghcr.io", { mirrors: ["https://m.example"] })).toEqual(["https://ghcr.io"]);
  });
});

test.each([
  ["127.0.0.1:5000", [], true],
  ["127.9.9.9", [], true],
  ["[::1]:5000", [], true],
  ["localhost", [], true],
  ["localhost.example", [], false],
  ["10.1.2.3:5000", [], false],
  ["10.1.2.3:5000", ["10.0.0.0/8"], true],
  ["11.1.2.3:5000", ["10.0.0.0/8"], false],
  ["registry.lan:5000", ["registry.lan:5000"], true],
  ["registry.lan:5001", ["registry.lan:5000"], false],
  ["registry.lan:5001", ["registry.lan"], true],
  ["registry.lan", ["nonsense/99", "300.0.0.0/8"], false],
])("%s is insecure with %j: %s", (registry, insecure, expected) => {
  expect(allowsInsecure(registry, insecure)).toBe(expected);
});

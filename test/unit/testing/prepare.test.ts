import { describe, expect, test } from "vitest";
import { prepare } from "../../../src/testing/prepare.ts";
import { knownVariables } from "../../../src/testing/variables.ts";
import { sampleProject } from "../../support/sample-project.ts";

const engine = { apiVersion: "1.51" };

describe("the copy of a project that a test gets", () => {
  test("has a name of its own, and shares the images that are built", () => {
    const { project } = prepare(sampleProject({ services: { web: { build: { context: "/app" } } } }), "t1", engine);
    expect(project.name).toBe("app-t1");
    expect(project.services["web"]?.image).toBe("app-web");
  });

  test("has exposed ports within reach of this machine, beside published ones", () => {
    const ports = [{ target: 80, published: "8080", protocol: "tcp" }];
    const { project } = prepare(
      sampleProject({ services: { web: { ports, expose: ["80", "9000-9001", "53/udp"] } } }),
      "t1",
      engine,
    );
    expect(project.services["web"]?.ports?.map(({ target, protocol, hostIp }) => [target, protocol, hostIp])).toEqual([
      [80, "tcp", undefined],
      [9000, "tcp", "127.0.0.1"],
      [9001, "tcp", "127.0.0.1"],
      [53, "udp", "127.0.0.1"],
    ]);
  });

  test("publishes nothing of a service that shares the network of another", () => {
    const { project } = prepare(
      sampleProject({ services: { web: { networkMode: "host", expose: ["80"] } } }),
      "t1",
      engine,
    );
    expect(project.services["web"]?.ports).toBeUndefined();
  });

  test.each([
    ["the file says nothing of the start", { intervalNs: 5e9, retries: 60 }, [200e6, 10e9]],
    ["the file gives it less time", { intervalNs: 1e9, retries: 4 }, [200e6, 4e9]],
    ["the file has a period for the start", { intervalNs: 5e9, startPeriodNs: 60e9 }, [200e6, 60e9]],
    ["the file has an interval for the start", { startPeriodNs: 60e9, startIntervalNs: 1e9 }, [1e9, 60e9]],
    ["it is probed as often anyway", { intervalNs: 100e6 }, [undefined, undefined]],
  ])("is probed often while it starts where %s", (_, given, expected) => {
    const healthcheck = { test: ["CMD", "true"], ...given };
    const { project } = prepare(sampleProject({ services: { web: { healthcheck } } }), "t1", engine);
    const { startIntervalNs, startPeriodNs } = project.services["web"]?.healthcheck ?? {};
    expect([startIntervalNs, startPeriodNs]).toEqual(expected);
  });

  test("is probed as the file says by an engine that knows no other interval for the start", () => {
    const healthcheck = { test: ["CMD", "true"], intervalNs: 5e9 };
    const old = { apiVersion: "1.41" };
    const { project } = prepare(sampleProject({ services: { web: { healthcheck } } }), "t1", old);
    expect(project.services["web"]?.healthcheck).toEqual(healthcheck);
  });
});

test("variables that images read from files are known where the file is a secret of the project", async () => {
  const project = sampleProject({
    services: {
      db: {
        environment: { POSTGRES_PASSWORD_FILE: "/run/secrets/pw", POSTGRES_USER_FILE: "/elsewhere", POSTGRES_DB: "d" },
        secrets: [{ source: "pw" }],
      },
    },
    secrets: { pw: { key: "pw", name: "app_pw", isExternal: false, file: "/app/pw.txt" } },
  });
  const files = {
    readText: async (path: string) => (path === "/app/pw.txt" ? "secret\n" : undefined),
    status: async () => undefined,
    realPath: async () => undefined,
  };
  expect((await knownVariables(project, { files, environment: {} }))["db"]).toEqual({
    POSTGRES_PASSWORD_FILE: "/run/secrets/pw",
    POSTGRES_PASSWORD: "secret",
    POSTGRES_USER_FILE: "/elsewhere",
    POSTGRES_DB: "d",
  });
});

import { describe, expect, test } from "vitest";
import { prepare } from "../../../src/testing/prepare.ts";
import { knownVariables } from "../../../src/testing/variables.ts";
import { sampleProject } from "../../support/sample-project.ts";

describe("the copy of a project that a test gets", () => {
  test("has a name of its own, and shares the images that are built", () => {
    const { project } = prepare(sampleProject({ services: { web: { build: { context: "/app" } } } }), "t1");
    expect(project.name).toBe("app-t1");
    expect(project.services["web"]?.image).toBe("app-web");
  });

  test("has exposed ports within reach of this machine, beside published ones", () => {
    const ports = [{ target: 80, published: "8080", protocol: "tcp" }];
    const { project } = prepare(
      sampleProject({ services: { web: { ports, expose: ["80", "9000-9001", "53/udp"] } } }),
      "t1",
    );
    expect(project.services["web"]?.ports?.map(({ target, protocol, hostIp }) => [target, protocol, hostIp])).toEqual([
      [80, "tcp", undefined],
      [9000, "tcp", "127.0.0.1"],
      [9001, "tcp", "127.0.0.1"],
      [53, "udp", "127.0.0.1"],
    ]);
  });

  test("publishes nothing of a service that shares the network of another", () => {
    const { project } = prepare(sampleProject({ services: { web: { networkMode: "host", expose: ["80"] } } }), "t1");
    expect(project.services["web"]?.ports).toBeUndefined();
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

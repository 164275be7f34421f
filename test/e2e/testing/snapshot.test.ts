import { join } from "node:path";
import { expect, test } from "vitest";
import { compose } from "../../../src/testing/index.ts";
import { EngineApi } from "../../support/engine-api.ts";
import { TestProject } from "../../support/test-project.ts";

const file = `
services:
  db:
    image: postgres:15-alpine
    environment: { POSTGRES_PASSWORD: secret }
    ports: ["5432"]
    volumes: ["entries:/var/lib/postgresql/data"]
    healthcheck: { test: pg_isready --host=127.0.0.1, interval: 200ms, retries: 300 }
  bystander: { image: busybox, command: sleep infinity, depends_on: [db] }
volumes: { entries: {} }
`;

test("the data of a database is kept and given back, and nobody else is disturbed", async () => {
  const engine = new EngineApi();
  await using given = await TestProject.create({ "compose.yaml": file }, engine);
  const env = { COMPOSE_PROJECT_NAME: given.name };
  await using stack = await compose<string>(join(given.directory, "compose.yaml"), { engine: engine.address, env });
  const db = stack.services["db"];
  const sql = async (text: string): Promise<string> => {
    const { stdout, stderr } = (await db?.exec(["psql", "--username=postgres", "-Atc", text])) ?? {};
    return stdout === "" ? (stderr ?? "") : (stdout ?? "");
  };
  const bystander = async (): Promise<string | undefined> =>
    (await engine.containers()).find(({ Names: [name = ""] }) => name.includes(`${stack.project}-bystander`))?.Id;
  const before = await bystander();

  await sql("CREATE TABLE entries AS SELECT generate_series(1, 1000) AS n");
  await using clean = await stack.snapshot({ services: ["db"] });
  expect(clean.services).toEqual(["db"]);
  expect(await sql("SELECT count(*) FROM entries")).toBe("1000\n");
  await sql("DROP TABLE entries");
  for (let time = 0; time < 2; time++) {
    await stack.restore(clean);
    expect(await sql("SELECT count(*) FROM entries")).toBe("1000\n");
    await sql("DELETE FROM entries");
  }
  expect(await bystander()).toBe(before);
  expect(db?.url()).toContain("postgresql://postgres:secret@");
  await expect(stack.snapshot({ services: ["bystander"] })).rejects.toThrow("none of these services has a volume");
});

import { join } from "node:path";
import { expect, test } from "vitest";
import { defineCompose } from "../../../src/define/index.ts";
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

const psql = ["psql", "--username=postgres", "-Atc"];

test("the data of a database is kept and given back, and nobody else is disturbed", async () => {
  const engine = new EngineApi();
  await using given = await TestProject.create({ "compose.yaml": file }, engine);
  const env = { COMPOSE_PROJECT_NAME: given.name };
  await using stack = await compose<string>(join(given.directory, "compose.yaml"), { engine: engine.address, env });
  const db = stack.services["db"];
  const sql = async (text: string): Promise<string> => {
    const { stdout, stderr } = (await db?.exec([...psql, text])) ?? {};
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
  {
    await using other = await stack.fork(clean);
    const { stdout } = (await other.services["db"]?.exec([...psql, "SELECT count(*) FROM entries"])) ?? {};
    expect(stdout).toBe("1000\n");
    expect(await sql("SELECT count(*) FROM entries")).toBe("0\n");
  }
  expect(await bystander()).toBe(before);
  expect(db?.url()).toContain("postgresql://postgres:secret@");
  await expect(stack.snapshot({ services: ["bystander"] })).rejects.toMatchObject({
    message: "none of these services has a volume: there is nothing to keep",
    hint: "layers: true also keeps what they have written elsewhere",
  });
  await expect(stack.snapshot({ services: ["db", "dbb"] })).rejects.toMatchObject({
    message: "snapshot: no such service: dbb",
    hint: 'did you mean "db"?',
  });
});

test("data without a name, and of who can be stopped only with it, is kept and given back", async () => {
  const engine = new EngineApi();
  const shared = `
services:
  writer: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, volumes: ["/nameless", "shared:/s"] }
  reader: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, volumes: ["shared:/s"] }
volumes: { shared: {} }
`;
  await using given = await TestProject.create({ "compose.yaml": shared }, engine);
  const env = { COMPOSE_PROJECT_NAME: given.name };
  await using stack = await compose<string>(join(given.directory, "compose.yaml"), { engine: engine.address, env });
  const { writer, reader } = stack.services;
  const say = async (text: string): Promise<unknown> =>
    writer?.exec(["sh", "-c", `echo ${text} | tee /nameless/text > /s/text`]);
  await say("first");
  await using first = await stack.snapshot({ services: ["writer"] });
  expect(first.services).toEqual(["reader", "writer"]);
  await say("second");
  const second = await stack.snapshot();
  for (const [snapshot, text] of [
    [first, "first\n"],
    [second, "second\n"],
  ] as const) {
    await writer?.kill(); // its data can be given back all the same
    await stack.restore(snapshot);
    expect((await writer?.exec(["cat", "/nameless/text"]))?.stdout).toBe(text);
    expect((await reader?.exec(["cat", "/s/text"]))?.stdout).toBe(text);
  }
  // What lies below a volume in use stays, until another one is given back.
  await second[Symbol.asyncDispose]();
  await expect(stack.restore(second)).rejects.toThrow("this snapshot was disposed of");
  expect((await reader?.exec(["cat", "/s/text"]))?.stdout).toBe("second\n");
  await stack.restore(first);
  const kept = (await engine.volumes()).filter(({ Name }) => Name.includes(`${stack.project}_snapshot`));
  expect(kept).toHaveLength(2);
});

test("what is beside volumes is kept and given back where that is asked for, also to another stack", async () => {
  const engine = new EngineApi();
  const plain = { image: "busybox", command: "sleep infinity", stop_signal: "SIGKILL" } as const;
  await using given = await TestProject.create({}, engine);
  const shop = defineCompose({ name: given.name, services: { api: plain, other: plain } });
  const stack = await compose(shop, { engine: engine.address });
  const say = (text: string): Promise<unknown> => stack.api.exec(["sh", "-c", text]);
  const look = async (of: typeof stack): Promise<string> =>
    (await of.api.exec(["sh", "-c", "cat /note; test -e /etc/group || echo without a group"])).stdout;
  const others = async (): Promise<string | undefined> =>
    (await engine.containers()).find(({ Names: [name = ""] }) => name.includes(`${stack.project}-other`))?.Id;
  const before = await others();

  await say("echo first > /note; rm /etc/group");
  await using whole = await stack.snapshot({ services: ["api"], layers: true });
  expect(whole.services).toEqual(["api"]);
  for (let time = 0; time < 2; time++) {
    await say("echo second > /note; echo back > /etc/group");
    expect(await look(stack)).toBe("second\n");
    await stack.restore(whole);
    expect(await look(stack)).toBe("first\nwithout a group\n");
  }
  expect(await others()).toBe(before);
  {
    await using all = await stack.snapshot({ layers: true });
    expect(all.services).toEqual(["api", "other"]);
  }
  await using fork = await stack.fork(whole);
  await stack[Symbol.asyncDispose]();
  expect(await look(fork)).toBe("first\nwithout a group\n");
  await fork[Symbol.asyncDispose]();
  const images = (await engine.get("/images/json")) as readonly { readonly RepoTags: readonly string[] | null }[];
  expect(images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.includes(given.name))).toEqual([]);
});

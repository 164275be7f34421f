import { compose } from "tscompose/testing";

test("the database and the cache of the run answer", async () => {
  await using stack = await compose("compose.yaml", { shared: true });
  const { stdout } = await stack.db.exec([
    "psql",
    "--username=visits",
    "-Atc",
    "SELECT count(*) FROM visits WHERE false",
  ]);
  expect(stdout).toBe("0\n");
  expect((await stack.cache.exec(["redis-cli", "ping"])).stdout).toBe("PONG\n");
});

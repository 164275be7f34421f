import { randomBytes } from "node:crypto";
import { EngineApi, engineAddress } from "./engine-api.ts";
import { type EngineNotes, expectEngines, leftByEngines } from "./engine-leftovers.ts";
import { VolumeLedger } from "./volume-ledger.ts";

const engine = new EngineApi();
const prefix = `e2e-${randomBytes(2).toString("hex")}-`;
let ledger: VolumeLedger | undefined;
let engines: EngineNotes | undefined;

/** Before a whole run: sees that there is an engine, and gives the run's projects a common prefix. */
export async function setup(): Promise<void> {
  await engine.get("/version").catch((cause: unknown) => {
    throw new Error(`no engine answers at ${engineAddress}: npm run setup`, { cause });
  });
  process.env["TSCOMPOSE_E2E_RUN"] = prefix;
  engines = await expectEngines();
  ledger = await VolumeLedger.open(engine, prefix);
}

/** After it: fails the run when something of its projects, or of its embedded engines, is left behind. */
export async function teardown(): Promise<void> {
  const ofEngines = engines === undefined ? [] : await leftByEngines(engines);
  const left = [...(await leftovers()), ...((await ledger?.close()) ?? []), ...ofEngines];
  if (left.length > 0) throw new Error(`this run left behind: ${left.join(", ")}`);
}

async function leftovers(): Promise<readonly string[]> {
  const names = [
    ...(await engine.containers()).flatMap(({ Names, Labels }) => [
      ...Names,
      Labels["com.docker.compose.project"] ?? "",
    ]),
    ...(await engine.networks()).map(({ Name }) => Name),
    ...(await engine.volumes()).flatMap(({ Name, Labels }) => [Name, Labels?.["com.docker.compose.project"] ?? ""]),
    ...(await engine.images()).flatMap(({ RepoTags, Labels }) => [
      ...(RepoTags ?? []),
      `an image of ${Labels?.["com.docker.compose.project"] ?? "no project"}`,
    ]),
  ];
  return [...new Set(names.filter((name) => name.includes(prefix)))];
}

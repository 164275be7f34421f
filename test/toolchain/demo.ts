// Starts examples/guestbook with the built tscompose, signs it, and says where to look and how to stop it. It runs on the
// engine that tscompose finds here; where there is none, on the one that it brings along.
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { DoctorReport } from "../../src/actions/doctor.ts";
import { freePort } from "../support/free-port.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const port = process.env["GUESTBOOK_PORT"] ?? "8080";
const address = `http://localhost:${port}`;
/** Those of fixtures/images that the guestbook is made of. */
const images = ["nginx", "node", "postgres"];

const found = JSON.parse(tscompose(["doctor", "--format", "json"], "pipe").stdout) as DoctorReport;
const engine = found.chosen?.address ?? startEmbedded();
setup({ ...process.env, DOCKER_HOST: engine }, "--images-only", ...images);

const compose = ["-f", "examples/guestbook/compose.yaml"];
const { status } = tscompose([...compose, "up", "--detach", "--build", "--wait"]);
if (status !== 0) {
  if (await isTaken(Number(port))) {
    console.error(`another program holds port ${port}: GUESTBOOK_PORT=${await freePort()} npm run demo`);
  }
  process.exit(status ?? 1);
}

const entry = { name: "npm run demo", message: "It works!" };
const response = await fetch(`${address}/api/entries`, { method: "POST", body: JSON.stringify(entry) });
if (response.status !== 201) {
  console.error(`the guestbook answers ${response.status}: ${await response.text()}`);
  process.exit(1);
}
// Entries are numbered, and none is ever removed.
const { id: entries } = (await response.json()) as { readonly id: number };

console.log(`
The guestbook is open at ${address} and has ${entries} ${entries === 1 ? "entry" : "entries"}.

  npx tscompose -f examples/guestbook/compose.yaml logs     what it says
  npx tscompose -f examples/guestbook/compose.yaml down     stop it, keep the entries
  npx tscompose -f examples/guestbook/compose.yaml down -v  stop it, forget everything`);

/** Starts the engine that needs no other, and gives its address. */
function startEmbedded(): string {
  setup(process.env, "--embedded");
  const { status: refusal, stdout } = tscompose(["engine", "start"], "pipe");
  if (refusal !== 0) process.exit(refusal ?? 1);
  return /unix:\/\/\S+/.exec(stdout)?.[0] ?? "";
}

function tscompose(args: readonly string[], output: "inherit" | "pipe" = "inherit"): SpawnSyncReturns<string> {
  const command = ["--", "bin/tscompose.cjs", ...args];
  return spawnSync(process.execPath, command, { cwd: root, stdio: ["inherit", output, "inherit"], encoding: "utf8" });
}

function setup(environment: NodeJS.ProcessEnv, ...args: readonly string[]): void {
  const script = ["test/toolchain/setup.sh", ...args];
  const { status: failure } = spawnSync("sh", script, { cwd: root, env: environment, stdio: "inherit" });
  if (failure !== 0) process.exit(failure ?? 1);
}

async function isTaken(wanted: number): Promise<boolean> {
  const server = createServer().listen(wanted);
  try {
    await once(server, "listening");
    return false;
  } catch {
    return true;
  } finally {
    server.close();
  }
}

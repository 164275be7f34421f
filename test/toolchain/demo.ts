// Starts examples/guestbook with the built tscompose, signs it, and says where to look and how to stop it.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { freePort } from "../support/free-port.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const port = process.env["GUESTBOOK_PORT"] ?? "8080";
const address = `http://localhost:${port}`;

const { status } = spawnSync(
  process.execPath,
  ["--", "bin/tscompose.cjs", "-f", "examples/guestbook/compose.yaml", "up", "--detach", "--build", "--wait"],
  { cwd: root, stdio: "inherit" },
);
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

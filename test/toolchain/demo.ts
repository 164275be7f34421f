// Starts examples/guestbook with the built tscompose, signs it once, and says where to look and how to stop it.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const port = process.env["GUESTBOOK_PORT"] ?? "8080";
const address = `http://localhost:${port}`;

const { status } = spawnSync(
  process.execPath,
  ["--", "bin/tscompose.cjs", "-f", "examples/guestbook/compose.yaml", "up", "--detach", "--build", "--wait"],
  { cwd: root, stdio: "inherit" },
);
if (status !== 0) process.exit(status ?? 1);

const entry = { name: "npm run demo", message: "It works!" };
const response = await fetch(`${address}/api/entries`, { method: "POST", body: JSON.stringify(entry) });
if (response.status !== 201) {
  console.error(`the guestbook answers ${response.status}: ${await response.text()}`);
  process.exit(1);
}

console.log(`
The guestbook is open at ${address} and has its first entry.

  npx tscompose -f examples/guestbook/compose.yaml logs     what it says
  npx tscompose -f examples/guestbook/compose.yaml down     stop it, keep the entries
  npx tscompose -f examples/guestbook/compose.yaml down -v  stop it, forget everything`);

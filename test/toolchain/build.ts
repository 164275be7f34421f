// Builds what is published: the library (ESM, by tsc) and the CLI (one split CommonJS bundle, by rolldown).
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Plugin, rolldown } from "rolldown";

const root = join(import.meta.dirname, "../..");

// What packages load at once, and tscompose never uses. dockerode: its own transport, build contexts and BuildKit (ssh2,
// gRPC, protobuf: 150 ms of start-up), for which src/engine/transport.ts stands in. commander: sub-commands that are
// programs of their own (8 ms of every command).
const unused: readonly (readonly [importer: string, sources: readonly string[]])[] = [
  ["/node_modules/dockerode/", ["docker-modem", "tar-fs", "./session", "./buildkit"]],
  ["/node_modules/commander/", ["node:child_process"]],
];

const stubs: Plugin = {
  name: "stubs",
  resolveId: (source, importer = "") =>
    unused.some(([within, sources]) => importer.includes(within) && sources.includes(source))
      ? `\0stub:${source}`
      : null,
  load: (id) =>
    id.startsWith("\0stub:")
      ? `module.exports = new Proxy({}, { get(_, key) { throw new Error("${id.slice(6)} is not part of this bundle: " + String(key)); } });`
      : null,
};

run("src/compose/validator/generate.ts");
rmSync(join(root, "dist"), { recursive: true, force: true });
run("node_modules/typescript/bin/tsc", "-p", "test/toolchain/tsconfig.build.json");
await bundleCli();

async function bundleCli(): Promise<void> {
  const bundle = await rolldown({
    input: { main: join(root, "src/cli/main.ts") },
    platform: "node",
    plugins: [stubs],
    logLevel: "warn",
  });
  await bundle.write({
    dir: join(root, "dist/cli"),
    format: "cjs",
    sourcemap: true,
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
  });
}

function run(script: string, ...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

// `npm run check`: everything that needs no engine, quickest answer first; stops at the first that is not content.
// `--static` leaves out the unit tests, for `npm test` runs them with all others.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

const checks: readonly (readonly [what: string, command: readonly string[]])[] = [
  ["generated validators", ["node", "src/compose/validator/generate.ts"]],
  ["format", ["oxfmt", "--check", "src", "test", "examples"]],
  ["types", ["tsc", "-p", "tsconfig.json"]],
  ["lint", ["oxlint", "--type-aware", "--deny-warnings", "src", "test"]],
  ["unused code", ["knip"]],
  ["unit tests, the house among them", ["vitest", "run", "--project", "unit"]],
];

const wanted = process.argv.includes("--static") ? checks.slice(0, -1) : checks;

for (const [what, [program = "", ...args]] of wanted) {
  console.log(`check: ${what}`);
  const bin = join(root, "node_modules/.bin");
  const { status } = spawnSync(join(bin, program), args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` },
  });
  if (status !== 0) {
    console.error(`check: ${what}: not passed`);
    process.exit(status ?? 1);
  }
}

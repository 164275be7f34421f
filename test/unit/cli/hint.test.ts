import { expect, test } from "vitest";
import { fromHere } from "../../../src/cli/hint.ts";
import type { GlobalFlags } from "../../../src/cli/project-options.ts";

test.each<{ flags: GlobalFlags; hint: string; pasted: string }>([
  { flags: {}, hint: "see more: tscompose logs web", pasted: "see more: tscompose logs web" },
  {
    flags: { file: ["a.yaml", "b.yaml"], projectName: "shop" },
    hint: "see more: tscompose logs web",
    pasted: "see more: tscompose -f a.yaml -f b.yaml -p shop logs web",
  },
  {
    flags: { file: ["my shop/it's.yaml"], profile: ["debug"], envFile: [".env.dev"], engine: "unix:///e.sock" },
    hint: "start it with: tscompose up -d web\nsee more: tscompose logs web",
    pasted: [
      "start it with: tscompose -f 'my shop/it'\\''s.yaml' --profile debug --env-file .env.dev --engine unix:///e.sock up -d web",
      "see more: tscompose -f 'my shop/it'\\''s.yaml' --profile debug --env-file .env.dev --engine unix:///e.sock logs web",
    ].join("\n"),
  },
  { flags: { workdir: "sub" }, hint: "tscompose up", pasted: "tscompose --project-directory sub up" },
  { flags: { compatibility: true }, hint: "tscompose up", pasted: "tscompose --compatibility up" },
  { flags: { verbose: true, dryRun: true }, hint: "tscompose up", pasted: "tscompose up" },
  // What is about no project needs no project's flags.
  { flags: { projectName: "shop" }, hint: "see tscompose ls -a", pasted: "see tscompose ls -a" },
  { flags: { projectName: "shop" }, hint: "see: tscompose doctor", pasted: "see: tscompose doctor" },
  { flags: { projectName: "$&" }, hint: "tscompose up", pasted: "tscompose -p '$&' up" },
])("$hint can be pasted where the user stands, with $flags", ({ flags, hint, pasted }) => {
  expect(fromHere(hint, flags)).toBe(pasted);
});

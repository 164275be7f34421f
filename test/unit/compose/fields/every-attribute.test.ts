import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { encodeProject } from "../../../../src/compose/encode.ts";
import type { Encoded } from "../../../../src/compose/fields/codec.ts";
import { loadTexts } from "../../../support/load-texts.ts";

interface Attribute {
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
}

type Holder = readonly (string | number)[];

/** Where each section of the schema stands in a file, and what its other attributes have to be there. */
const holders: readonly { readonly section: string; readonly at: Holder; readonly beside?: object }[] = [
  { section: "service", at: ["services", "app"], beside: { image: "app" } },
  { section: "build", at: ["services", "app", "build"] },
  { section: "deploy", at: ["services", "app", "deploy"] },
  { section: "develop", at: ["services", "app", "develop"] },
  { section: "healthcheck", at: ["services", "app", "healthcheck"] },
  { section: "hook", at: ["services", "app", "post_start", 0], beside: { command: ["true"] } },
  { section: "pre-start", at: ["services", "app", "pre_start", 0], beside: { command: ["true"] } },
  { section: "port", at: ["services", "app", "ports", 0], beside: { target: 80 } },
  {
    section: "mount",
    at: ["services", "app", "volumes", 0],
    beside: { type: "volume", source: "data", target: "/data" },
  },
  { section: "network", at: ["networks", "back"] },
  { section: "volume", at: ["volumes", "data"] },
  { section: "config", at: ["configs", "settings"], beside: { external: true } },
  { section: "secret", at: ["secrets", "token"], beside: { external: true } },
  { section: "model", at: ["models", "llm"], beside: { model: "ai/smollm2" } },
];

/** Obeyed while loading, so that nothing is left of them; or known to the schema of docker compose only. */
const unwritten = ["service.extends", "service.label_file", "service.pull_refresh_after"];

const attributes = holders.flatMap(({ section, at, beside = {} }) =>
  Object.entries(propertiesOf(section))
    .filter(([name]) => !unwritten.includes(`${section}.${name}`))
    .map(([name, { examples, enum: words }]) => {
      const example = examples?.[0] ?? words?.[0];
      return [`${section}.${name}`, { name, at, beside, example }] as const;
    }),
);

test.each(attributes)("keeps %s", async (_title, { name, at, beside, example }) => {
  const file = place(at, { ...beside, [name]: example });
  const request = { files: ["compose.yaml"], checkConsistency: false, resolveEnvironment: false, allResources: true };
  const texts = { "compose.yaml": JSON.stringify({ services: { app: { image: "app" } }, ...file }) };
  const { project } = await loadTexts(texts, { request: { ...request, profiles: ["*"] } });
  expect(follow(encodeProject(project, "yaml"), at)).toHaveProperty([name]);
});

function propertiesOf(section: string): Readonly<Record<string, Attribute>> {
  const url = new URL(`../../../../schema/sections/${section}.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, "utf8")) as { properties: Record<string, Attribute> }).properties;
}

function place([part, ...rest]: Holder, value: object): object {
  if (part === undefined) return value;
  return typeof part === "number" ? [place(rest, value)] : { [part]: place(rest, value) };
}

function follow(encoded: Encoded | undefined, [part, ...rest]: Holder): unknown {
  if (part === undefined) return encoded;
  const inner =
    encoded instanceof Map
      ? (encoded as ReadonlyMap<unknown, Encoded>).get(part)
      : (encoded as Readonly<Record<string | number, Encoded>>)[part];
  return follow(inner, rest);
}

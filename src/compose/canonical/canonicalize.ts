import type { Report } from "../diagnostic.ts";
import { pathTable } from "../path-table.ts";
import { type Rewrite, rewriteTree } from "../rewrite.ts";
import { type MapTree, withHistory } from "../tree.ts";
import { buildInFull, keyValuesInFull, sshInFull, textInFull } from "./build.ts";
import { dependsOnInFull } from "./depends-on.ts";
import { developInFull, watchRuleInFull } from "./develop.ts";
import { deviceInFull, gpusInFull } from "./devices.ts";
import { externalInFull } from "./external.ts";
import { envFilesInFull, fileReferenceInFull } from "./files.ts";
import { listInFull, listWithoutEmpty, namesInFull } from "./lists.ts";
import type { LongForm } from "./parsed.ts";
import { portsInFull } from "./ports.ts";
import { mountInFull } from "./volumes.ts";

/** Where the language has short forms. Texts that only mean one value, such as sizes, stay until binding. */
const longForms: Readonly<Record<string, LongForm>> = {
  "services.*": developInFull,
  "services.*.build": buildInFull,
  "services.*.build.additional_contexts": keyValuesInFull,
  "services.*.build.provenance": textInFull,
  "services.*.build.sbom": textInFull,
  "services.*.build.secrets.*": fileReferenceInFull,
  "services.*.build.ssh": sshInFull,
  "services.*.configs.*": fileReferenceInFull,
  "services.*.depends_on": dependsOnInFull,
  "services.*.develop.watch.*": watchRuleInFull,
  "services.*.develop.watch.*.ignore": listInFull,
  "services.*.develop.watch.*.include": listInFull,
  "services.*.devices.*": deviceInFull,
  "services.*.dns": listWithoutEmpty,
  "services.*.env_file": envFilesInFull,
  "services.*.gpus": gpusInFull,
  "services.*.label_file": listInFull,
  "services.*.models": namesInFull,
  "services.*.networks": namesInFull,
  "services.*.ports": portsInFull,
  "services.*.secrets.*": fileReferenceInFull,
  "services.*.volumes.*": mountInFull,
  "configs.*": externalInFull,
  "networks.*": externalInFull,
  "secrets.*": externalInFull,
  "volumes.*": externalInFull,
};

/**
 * Turns the short forms of a document into long ones. Idempotent, since the result is merged with later files and then
 * made canonical again. Short forms that cannot be read yet (`--no-interpolate`) stay as they are when not `strict`.
 */
export function canonicalize(
  tree: MapTree,
  report: Report,
  { strict = true }: { readonly strict?: boolean } = {},
): MapTree {
  const tell: Report = strict ? report : () => {};
  const rules = Object.entries(longForms).map(
    ([pattern, form]) =>
      [pattern, ((value, path) => withHistory(form(value, path, tell), value)) satisfies Rewrite] as const,
  );
  const canonical = rewriteTree(tree, pathTable<Rewrite>(Object.fromEntries(rules)));
  return canonical.kind === "map" ? canonical : tree;
}

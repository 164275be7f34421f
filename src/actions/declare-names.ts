import { basename, dirname, join, relative } from "node:path";
import type { Project, Service } from "../compose/project.ts";
import { UsageError } from "../errors.ts";
import { exposedPorts } from "../plan/spec/ports.ts";
import type { Files } from "../system/files.ts";

/** Ports of a service that others reach, published or exposed, one by one. */
export function reachablePorts(service: Service): readonly { readonly target: number; readonly protocol: string }[] {
  return Object.keys(exposedPorts(service) ?? {}).map((key) => {
    const [target, protocol = "tcp"] = key.split("/");
    return { target: Number(target), protocol };
  });
}

/** Where the declarations of a compose file are: beside it, where TypeScript finds them. */
export function declarationsPath(file: string): string {
  return `${file}.d.ts`;
}

/** What became of declarations that were to be brought up to date. */
export type DeclarationsState = "current" | "written" | "outdated" | "missing";

/**
 * Brings the declarations beside a compose file up to date, so that TypeScript knows the names in it; with `isCheck` it only
 * looks. They are there whole or not at all, however many processes write them.
 */
export async function declareNames(
  project: Project,
  { isCheck, files }: { readonly isCheck: boolean; readonly files: Pick<Files, "status" | "readText"> },
): Promise<DeclarationsState> {
  const [file] = project.configFiles;
  if (file === undefined || file === "-") throw new UsageError("only a file can have declarations beside it");
  const path = declarationsPath(file);
  const text = declarationsOf(project, { path: await pathInPackage(file, files), file: basename(file) });
  const found = await files.readText(path).catch(() => undefined);
  if (found === text) return "current";
  if (isCheck) return found === undefined ? "missing" : "outdated";
  // Mostly they are current, and what writing takes is 20 ms of start-up.
  await (await import("./write-whole.ts")).writeWhole(path, text);
  return "written";
}

/** The names that a project declares, as TypeScript: `path` is how tests name the file. */
export function declarationsOf(
  { services, disabledServices }: Pick<Project, "services" | "disabledServices">,
  { path, file }: { readonly path: string; readonly file: string },
): string {
  const all = Object.values({ ...services, ...disabledServices }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const profiles = all.flatMap(({ profiles: own = [] }) => own);
  const volumes = all.flatMap(({ volumes: own = [] }) =>
    own.flatMap(({ type, source }) => (type === "volume" && source !== undefined ? [source] : [])),
  );
  return [
    `// The names in ${file}, for tests that start it. Written by "tscompose types", and kept up to date by those tests.`,
    'import "tscompose/testing";',
    "",
    'declare module "tscompose/testing" {',
    "  interface ComposeFiles {",
    `    readonly ${key(path)}: {`,
    "      readonly services: {",
    ...all.map((service) => `        readonly ${key(service.name)}: { readonly ports: ${portsOf(service)} };`),
    "      };",
    `      readonly profiles: ${union(profiles)};`,
    `      readonly volumes: ${union(volumes)};`,
    "    };",
    "  }",
    "}",
    "",
  ].join("\n");
}

function portsOf(service: Service): string {
  const named = reachablePorts(service);
  return union(named.map(({ target, protocol }) => (protocol === "tcp" ? target : `${target}/${protocol}`)));
}

/** As formatters write it. */
function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function union(members: readonly (string | number)[]): string {
  const words = [...new Set(members)].map((member) => JSON.stringify(member));
  return words.length === 0 ? "never" : words.toSorted().join(" | ");
}

/** The path from the folder of the package, whatever the working directory of a test. */
async function pathInPackage(file: string, files: Pick<Files, "status">): Promise<string> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if ((await files.status(join(folder, "package.json"))) !== undefined) return relative(folder, file);
    if (folder === dirname(folder)) return basename(file);
  }
}

import type { Diagnostic } from "../compose/diagnostic.ts";
import { encodeProject } from "../compose/encode.ts";
import { type LoadContext, type LoadRequest, load, loadModel } from "../compose/load.ts";
import { encodeTree, escapeDollars, type PrintFormat, printModel } from "../compose/print.ts";
import type { Project, Service } from "../compose/project.ts";
import type { Location, Path, Sources } from "../compose/source.ts";
import { entryOf, type MapTree } from "../compose/tree.ts";
import { variablesOf } from "../compose/variables.ts";
import type { Engine } from "../engine/engine.ts";
import { serviceGraph } from "../graph/service-graph.ts";
import { imageOf } from "../plan/names.ts";

/** What of a project `config` shows. */
export type ConfigView =
  /** `resolved`: images bear the digests that their registries have now; `locked`: that, and nothing else. */
  | { readonly kind: "model"; readonly format: PrintFormat; readonly images?: "resolved" | "locked" | undefined }
  | { readonly kind: "services" | "volumes" | "networks" | "models" | "profiles" | "images" | "environment" }
  /** Names of services, or `*`. */
  | { readonly kind: "hash"; readonly services: string }
  | { readonly kind: "variables"; readonly format: PrintFormat | "table" };

/** What `config` found: text to print as it is, or rows to align. */
export type ConfigOutput =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "table"; readonly headings: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** What `config` hands to those who print. */
export interface ConfigResult {
  readonly output: ConfigOutput;
  readonly warnings: readonly Diagnostic[];
  readonly sources: Sources;
  readonly environment: Readonly<Record<string, string>>;
}

/** The outside world of `config`: the engine is opened only where images are to be resolved. */
export interface ConfigContext extends LoadContext {
  readonly openEngine: () => Promise<Pick<Engine, "resolveDigest"> & AsyncDisposable>;
}

/** Reads, resolves and shows what the files of a project say. */
export async function config(view: ConfigView, asked: LoadRequest, context: ConfigContext): Promise<ConfigResult> {
  // As in Docker Compose: what is shown then is the model before it is normalized.
  const request = asked.compatibility === true ? { ...asked, normalize: false } : asked;
  if (isAboutModel(view, request)) {
    const { model, ...rest } = await loadModel({ ...request, interpolate: false }, context);
    return { output: showModel(view, await withResolvedTree(model, view, context)), ...rest };
  }
  // Names and hashes leave files of variables alone; the rest holds what they say, and never names them.
  const resolveEnvironment = view.kind === "model" || view.kind === "environment";
  const services = selects(view) ? (request.services ?? []) : [];
  const { project, ...rest } = await load({ ...request, resolveEnvironment, services }, context);
  const shown = await withResolvedImages(withoutLabelFiles(project), rest.locate, view, context);
  return { output: { kind: "text", text: await show(view, shown, rest.environment) }, ...rest };
}

async function withResolvedImages(
  project: Project,
  locate: (path: Path) => Location,
  view: ConfigView,
  context: ConfigContext,
): Promise<Project> {
  if (view.kind !== "model" || view.images === undefined) return project;
  const { imagesOf, onlyImages, resolveImages, withImages } = await import("./image-digests.ts");
  await using engine = await context.openEngine();
  const resolved = await resolveImages(imagesOf(project, locate), engine);
  return view.images === "locked" ? onlyImages(project, resolved) : withImages(project, resolved);
}

async function withResolvedTree(model: MapTree, view: ConfigView, context: ConfigContext): Promise<MapTree> {
  if (view.kind !== "model" || view.images === undefined) return model;
  const { imagesIn, onlyImagesIn, resolveImages, withImagesIn } = await import("./image-digests.ts");
  await using engine = await context.openEngine();
  const resolved = await resolveImages(imagesIn(model), engine);
  return view.images === "locked" ? onlyImagesIn(model, resolved) : withImagesIn(model, resolved);
}

/** Lists of names are about the whole project, whichever services are named. */
function selects({ kind }: ConfigView): boolean {
  return ["model", "profiles", "images", "environment"].includes(kind);
}

/** Without interpolation there are texts where the project wants numbers, so that only the model can be shown. */
function isAboutModel({ kind }: ConfigView, { interpolate }: LoadRequest): boolean {
  return kind === "variables" || (interpolate === false && (kind === "model" || kind === "services"));
}

function showModel(view: ConfigView, model: MapTree): ConfigOutput {
  if (view.kind === "variables") return showVariables(model, view.format);
  if (view.kind === "model") return { kind: "text", text: printModel(encodeTree(model), view.format) };
  const services = entryOf(model, "services");
  return { kind: "text", text: lines(services?.kind === "map" ? [...services.entries.keys()].sort() : []) };
}

async function show(
  view: ConfigView,
  project: Project,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const services = Object.values(project.services);
  switch (view.kind) {
    case "model":
      return escapeDollars(printModel(encodeProject(project, view.format), view.format));
    case "services":
      return lines(serviceGraph(project.services).order);
    case "volumes":
    case "networks":
      return lines(Object.keys(project[view.kind]).sort());
    case "models":
      return lines(Object.values(project.models).flatMap(({ model = "" }) => (model === "" ? [] : [model])));
    case "profiles":
      return lines(profilesOf([...services, ...Object.values(project.disabledServices)]));
    case "images":
      return lines(services.map((service) => imageOf(project, service)).sort());
    case "hash": {
      const { hashesOf } = await import("./config-hashes.ts");
      return lines(hashesOf(project, view.services, environment));
    }
    case "environment":
      return lines(
        Object.entries(environment)
          .map(([name, value]) => `${name}=${value}`)
          .sort(),
      );
    case "variables":
      throw new Error("variables are read from the model");
  }
}

function profilesOf(services: readonly Service[]): readonly string[] {
  return [...new Set(services.flatMap(({ profiles = [] }) => profiles))].sort();
}

/** Files whose labels are in the model by now are not named any more. */
function withoutLabelFiles(project: Project): Project {
  const services = Object.entries(project.services).map(([name, { labelFile: _labelFile, ...service }]) => [
    name,
    service,
  ]);
  return { ...project, services: Object.fromEntries(services) as Project["services"] };
}

function showVariables(model: MapTree, format: PrintFormat | "table"): ConfigOutput {
  const variables = [...variablesOf(model).values()];
  if (format === "table") {
    const headings = ["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"];
    const rows = variables.map(({ name, isRequired, defaultValue, presenceValue }) => [
      name,
      String(isRequired),
      defaultValue,
      presenceValue,
    ]);
    return { kind: "table", headings, rows };
  }
  const described = variables.map(({ name, defaultValue, presenceValue, isRequired }) => {
    const fields = { Name: name, DefaultValue: defaultValue, PresenceValue: presenceValue, Required: isRequired };
    return [name, fields] as const;
  });
  if (format === "json") return { kind: "text", text: `${JSON.stringify(Object.fromEntries(described), null, 4)}\n` };
  // Go's YAML encoder writes the names of fields in small letters.
  const lowered = described.map(
    ([name, fields]) =>
      [name, Object.fromEntries(Object.entries(fields).map(([key, value]) => [key.toLowerCase(), value]))] as const,
  );
  return { kind: "text", text: printModel(new Map(lowered), "yaml") };
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}

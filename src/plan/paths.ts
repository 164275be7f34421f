import { isAbsolute, join } from "node:path";
import type { FileReference, Project, Service } from "../compose/project.ts";
import type { Path } from "../compose/source.ts";
import type { ServiceDecision } from "./decision.ts";
import type { ReportProblem } from "./problem.ts";

/** Paths of the host that services mount and that no engine makes where they are missing. */
export function pathsInUse(project: Project): string[] {
  const uses = Object.values(project.services).flatMap((service) => usesOf(service, project));
  return [...new Set(uses.map(({ path }) => path))];
}

/** Finds what containers to be made would miss: engines tell it only when networks and other containers are there. */
export function checkPaths(
  { project, decided }: { readonly project: Project; readonly decided: ReadonlyMap<string, ServiceDecision> },
  absentPaths: readonly string[],
  report: ReportProblem,
): void {
  const absent = new Set(absentPaths);
  for (const { service, replicas } of decided.values()) {
    if (!replicas.some(({ kind }) => kind === "create" || kind === "recreate")) continue;
    for (const { path, at, message } of usesOf(service, project)) {
      if (!absent.delete(path)) continue;
      report({ code: "not-found", path: at, message, hint: "create it, or correct the path" });
    }
  }
}

/** Paths of this machine that images are built from; a service that is left out may be the context of another. */
export function pathsBuiltFrom(project: Project): string[] {
  const services = Object.values({ ...project.services, ...project.disabledServices });
  return services.flatMap((service) =>
    [...contextUses(service), ...otherBuildUses(service, project)].map(({ path }) => path),
  );
}

/** Finds what a build to be done would miss. */
export function checkBuildPaths(
  service: Service,
  { project, absentPaths = [] }: { readonly project: Project; readonly absentPaths: readonly string[] | undefined },
  report: ReportProblem,
): void {
  const isMissed = ({ path }: Use): boolean => absentPaths.includes(path);
  // Without its directory, a Dockerfile is not there either.
  const missed = [
    ...contextUses(service).filter(isMissed).slice(0, 1),
    ...otherBuildUses(service, project).filter(isMissed),
  ];
  for (const { at, message } of missed) {
    report({ code: "not-found", path: at, message, hint: "create it, or correct the path" });
  }
}

/** What a build is given beside its own context. */
function otherBuildUses({ name, build }: Service, project: Project): Use[] {
  const at = ["services", name, "build"];
  const contexts = Object.entries(build?.additionalContexts ?? {}).filter(([, source]) => !isRemote(source));
  const keys = (build?.ssh ?? []).flatMap(({ id, path }) => (path === undefined ? [] : [{ id, path }]));
  return [
    ...contexts.map(([id, path]) => ({
      path,
      at: [...at, "additional_contexts", id],
      message: `no such directory "${path}"`,
    })),
    ...keys.map(({ id, path }) => ({ path, at: [...at, "ssh", id], message: `no such file "${path}"` })),
    ...(build?.secrets ?? []).flatMap(({ source }): Use[] => fileUse("secrets", source, project)),
  ];
}

function contextUses({ name, build }: Service): Use[] {
  if (build === undefined || isRemote(build.context ?? "")) return [];
  const { context = ".", dockerfile = "Dockerfile", dockerfileInline } = build;
  const at = ["services", name, "build"];
  const directory = { path: context, at: [...at, "context"], message: `no such directory "${context}"` };
  if (dockerfileInline !== undefined) return [directory];
  const path = isAbsolute(dockerfile) ? dockerfile : join(context, dockerfile);
  return [directory, { path, at: [...at, "dockerfile"], message: `no such file "${path}"` }];
}

function isRemote(context: string): boolean {
  return context.includes("://") || /^(?:git@|github\.com\/|service:)/.test(context);
}

interface Use {
  readonly path: string;
  readonly at: Path;
  readonly message: string;
}

function fileUse(kind: "configs" | "secrets", source: string, project: Project): Use[] {
  const path = project[kind][source]?.file;
  return path === undefined ? [] : [{ path, at: [kind, source, "file"], message: `no such file "${path}"` }];
}

function usesOf(service: Service, project: Project): Use[] {
  const files = (kind: "configs" | "secrets", { source }: FileReference): Use[] => fileUse(kind, source, project);
  return [
    ...(service.secrets ?? []).flatMap((reference) => files("secrets", reference)),
    ...(service.configs ?? []).flatMap((reference) => files("configs", reference)),
    ...(service.volumes ?? []).flatMap(({ type, source: path, bind }, index): Use[] => {
      if (type !== "bind" || path === undefined || bind?.createHostPath !== false) return [];
      const message = `no such file or directory "${path}", and create_host_path is false`;
      return [{ path, at: ["services", service.name, "volumes", index, "source"], message }];
    }),
  ];
}

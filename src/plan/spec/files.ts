import type { FileObject, FileReference, Project, Service } from "../../compose/project.ts";
import type { Path } from "../../compose/source.ts";
import type { UploadedFile } from "../operation.ts";
import type { ReportProblem } from "../problem.ts";

/** Where a config or secret appears in the container: relative targets have a home directory each. */
export function targetOf(kind: "configs" | "secrets", { source, target = source }: FileReference): string {
  if (target.startsWith("/")) return target;
  return kind === "secrets" ? `/run/secrets/${target}` : `/${target}`;
}

/** Owners and modes that are asked for in vain: a file that is mounted keeps its own. */
export function ignoredModes({ configs, secrets }: Project, service: Service): string[] {
  const check = (kind: "configs" | "secrets", object: FileObject | undefined, reference: FileReference): string[] => {
    const asked = (["uid", "gid", "mode"] as const).filter((attribute) => reference[attribute] !== undefined);
    if (object?.file === undefined || asked.length === 0) return [];
    const at = `services.${service.name}.${kind}: ${reference.source}`;
    return [`${at}: ${asked.join(", ")} have no effect on a mounted file; it keeps its own`];
  };
  return [
    ...(service.configs ?? []).flatMap((reference) => check("configs", configs[reference.source], reference)),
    ...(service.secrets ?? []).flatMap((reference) => check("secrets", secrets[reference.source], reference)),
  ];
}

/** A config or secret that is a file of this machine: mounted, not copied. */
export interface MountedFile {
  /** Where it appears in the container. */
  readonly target: string;
  /** Where it is on this machine. */
  readonly path: string;
  readonly isSecret: boolean;
}

/** Configs and secrets that containers of a service mount. */
export function mountedFiles(project: Project, service: Service): MountedFile[] {
  const mounted = (kind: "configs" | "secrets") => (reference: FileReference) => {
    const path = project[kind][reference.source]?.file;
    return path === undefined ? [] : [{ target: targetOf(kind, reference), path, isSecret: kind === "secrets" }];
  };
  return [
    ...(service.secrets ?? []).flatMap(mounted("secrets")),
    ...(service.configs ?? []).flatMap(mounted("configs")),
  ];
}

/** Values that files do not hold, by name of the environment variable. */
export type Environment = Readonly<Record<string, string>>;

/** Configs and secrets given as text or by environment: copied into the container before it starts. */
export function uploadedFiles(
  { project, service, environment }: { project: Project; service: Service; environment: Environment },
  report: ReportProblem,
): UploadedFile[] {
  const upload = (kind: "configs" | "secrets", reference: FileReference, index: number): UploadedFile[] => {
    const object = project[kind][reference.source];
    if (object === undefined) return [];
    checkProvided(object, [kind, reference.source], report);
    const content = contentOf(object, [kind, reference.source], environment, report);
    if (content === undefined) return [];
    const at = ["services", service.name, kind, index];
    return [
      {
        path: targetOf(kind, reference),
        content,
        uid: numericId(reference.uid, [...at, "uid"], report),
        gid: numericId(reference.gid, [...at, "gid"], report),
        mode: reference.mode ?? 0o444,
        isSecret: kind === "secrets",
      },
    ];
  };
  const files = [
    ...(service.secrets ?? []).flatMap((reference, index) => upload("secrets", reference, index)),
    ...(service.configs ?? []).flatMap((reference, index) => upload("configs", reference, index)),
  ];
  if (files.length > 0 && service.readOnly === true) {
    report({
      code: "unsupported",
      path: ["services", service.name, "read_only"],
      message: `cannot copy ${files.map(({ path }) => path).join(", ")} into a read-only root`,
      hint: "give the config or secret as a file, so that it can be mounted",
    });
  }
  return files;
}

/** Who else would provide or fill in a config or secret: one engine has neither stores nor templates. */
const providers: Readonly<Record<string, (object: FileObject) => boolean>> = {
  external: ({ isExternal }) => isExternal,
  driver: ({ driver }) => driver !== undefined,
  driver_opts: ({ driverOpts }) => driverOpts !== undefined,
  template_driver: ({ templateDriver }) => templateDriver !== undefined,
};

function checkProvided(object: FileObject, at: Path, report: ReportProblem): void {
  for (const [attribute, isAsked] of Object.entries(providers)) {
    if (!isAsked(object)) continue;
    report({
      code: "unsupported",
      path: [...at, attribute],
      message: "nothing on this engine provides it",
      hint: "give it as `file:`, `content:` or `environment:`",
    });
  }
}

function contentOf(object: FileObject, at: Path, environment: Environment, report: ReportProblem): string | undefined {
  if (object.file !== undefined) return undefined;
  if (object.content !== undefined) return object.content;
  if (object.environment === undefined) return undefined;
  const value = environment[object.environment];
  if (value !== undefined) return value;
  report({
    code: "invalid-usage",
    path: [...at, "environment"],
    message: `variable "${object.environment}" is not set`,
    hint: `set it: export ${object.environment}=…`,
  });
  return undefined;
}

function numericId(text: string | undefined, path: Path, report: ReportProblem): number {
  if (text === undefined || text === "") return 0;
  const id = Number(text);
  if (Number.isInteger(id) && id >= 0) return id;
  report({ code: "unsupported", path, message: `must be a number, got "${text}"` });
  return 0;
}

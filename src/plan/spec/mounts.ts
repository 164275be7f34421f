import type { HostConfig, MountBody } from "../../docker-api/container.ts";
import type { FileReference, Mount, Project, Service } from "../../compose/project.ts";
import { mountedImage } from "../names.ts";
import type { Path } from "../../compose/source.ts";
import { isAtLeast } from "../../docker-api/version.ts";
import type { ReportProblem } from "../problem.ts";
import { defined, unlessEmpty } from "./defined.ts";
import { targetOf } from "./files.ts";

/** A volume without a name that a replaced container leaves to its successor. */
export interface InheritedVolume {
  readonly source: string;
  readonly target: string;
}

/** What is needed to say what is mounted where. */
export interface MountRequest {
  readonly project: Project;
  readonly service: Service;
  readonly inherited: readonly InheritedVolume[];
  readonly apiVersion: string;
}

type Form = { readonly bind: string } | { readonly mount: MountBody };

/**
 * Mounts of a container: bind strings wherever they can say it all (only they create a missing host path on every
 * engine), mount objects for the rest. A later mount on the same target replaces an earlier one.
 */
export function mountsOf(request: MountRequest, report: ReportProblem): Pick<HostConfig, "Binds" | "Mounts"> {
  const { service, inherited } = request;
  const byTarget = new Map<string, Form>();
  for (const { source, target } of inherited) {
    byTarget.set(target, { mount: { Type: "volume", Source: source, Target: target } });
  }
  const inheritedTargets = new Set(inherited.map(({ target }) => target));
  for (const [index, mount] of (service.volumes ?? []).entries()) {
    const target = mount.target ?? "";
    const isAnonymous = mount.type === "volume" && mount.source === undefined;
    if (isAnonymous && inheritedTargets.has(target)) continue;
    byTarget.set(target, formOf(mount, ["services", service.name, "volumes", index], request, report));
  }
  for (const [target, mount] of fileMounts(request)) {
    if (!byTarget.has(target)) byTarget.set(target, { mount });
  }
  const forms = [...byTarget.values()];
  return defined({
    Binds: unlessEmpty(forms.flatMap((form) => ("bind" in form ? [form.bind] : []))),
    Mounts: unlessEmpty(forms.flatMap((form) => ("mount" in form ? [form.mount] : []))),
  });
}

function formOf(mount: Mount, at: Path, request: MountRequest, report: ReportProblem): Form {
  const { apiVersion } = request;
  const requireApi = (minimum: string, ...attribute: readonly string[]): void => {
    if (isAtLeast(apiVersion, minimum)) return;
    const message = `needs engine API ${minimum}, got ${apiVersion}`;
    report({ code: "unsupported", path: [...at, ...attribute], message });
  };
  if (mount.type === "image") requireApi("1.48", "type");
  if (mount.volume?.subpath !== undefined) requireApi("1.45", "volume", "subpath");
  if (mount.bind?.recursive === "writable" || mount.bind?.recursive === "readonly") {
    requireApi("1.44", "bind", "recursive");
  }
  if (canBind(mount, at, report)) return { bind: bindString(mount, request.project) };
  return { mount: mountBody(mount, request.project) };
}

function canBind({ type, source, bind, volume }: Mount, at: Path, report: ReportProblem): boolean {
  if (type === "volume") {
    const isPlain = volume?.labels === undefined && volume?.subpath === undefined && volume?.nocopy !== true;
    return source !== undefined && isPlain;
  }
  if (type !== "bind") return false;
  const onlyMount = [
    ...(bind?.createHostPath === false ? ["create_host_path: false"] : []),
    ...(bind?.recursive === undefined ? [] : ["recursive"]),
  ];
  if (bind?.selinux === undefined) return onlyMount.length === 0 && bind?.propagation === undefined;
  // A relabel can only be asked for in a bind string, and these only in a mount object: one of them would be dropped.
  if (onlyMount.length > 0) {
    const message = `selinux cannot be combined with ${onlyMount.join(" and ")}`;
    report({ code: "unsupported", path: [...at, "bind"], message });
  }
  return true;
}

function bindString(
  { type, source = "", target = "", readOnly, consistency, bind, volume }: Mount,
  project: Project,
): string {
  const from = type === "volume" ? volumeName(source, project) : source;
  const options = [
    readOnly === true ? "ro" : "rw",
    ...(consistency === undefined ? [] : [consistency]),
    ...(bind?.selinux === undefined ? [] : [bind.selinux]),
    ...(bind?.propagation === undefined ? [] : [bind.propagation]),
    ...(volume?.nocopy === true ? ["nocopy"] : []),
  ];
  return `${from}:${target}:${options.join(",")}`;
}

function mountBody(mount: Mount, project: Project): MountBody {
  const { type, source, target = "", readOnly, consistency, bind, volume, tmpfs, image } = mount;
  return defined({
    Type: type,
    Source: source === undefined ? undefined : sourceName(type, source, project),
    Target: target,
    ReadOnly: readOnly,
    Consistency: consistency,
    BindOptions: type === "bind" && bind !== undefined ? bindOptions(bind) : undefined,
    VolumeOptions:
      type === "volume" && volume !== undefined
        ? defined({ NoCopy: volume.nocopy, Labels: volume.labels, Subpath: volume.subpath })
        : undefined,
    TmpfsOptions:
      type === "tmpfs" && tmpfs !== undefined ? defined({ SizeBytes: tmpfs.sizeBytes, Mode: tmpfs.mode }) : undefined,
    ImageOptions: type === "image" && image !== undefined ? defined({ Subpath: image.subpath }) : undefined,
  });
}

function bindOptions(bind: NonNullable<Mount["bind"]>): MountBody["BindOptions"] {
  return defined({
    Propagation: bind.propagation,
    CreateMountpoint: bind.createHostPath,
    NonRecursive: bind.recursive === "disabled" ? true : undefined,
    ReadOnlyNonRecursive: bind.recursive === "writable" ? true : undefined,
    ReadOnlyForceRecursive: bind.recursive === "readonly" ? true : undefined,
  });
}

function sourceName(type: Mount["type"], source: string, project: Project): string {
  if (type === "image") return mountedImage(project, source);
  return type === "volume" ? volumeName(source, project) : source;
}

function volumeName(key: string, project: Project): string {
  return project.volumes[key]?.name ?? key;
}

/** Configs and secrets that are files on the host are mounted read-only; those with content are uploaded instead. */
function fileMounts({ project, service }: MountRequest): [string, MountBody][] {
  const mountAs = (kind: "configs" | "secrets", reference: FileReference): [string, MountBody][] => {
    const file = project[kind][reference.source]?.file;
    if (file === undefined) return [];
    const target = targetOf(kind, reference);
    return [[target, { Type: "bind", Source: file, Target: target, ReadOnly: true }]];
  };
  return [
    ...(service.secrets ?? []).flatMap((reference) => mountAs("secrets", reference)),
    ...(service.configs ?? []).flatMap((reference) => mountAs("configs", reference)),
  ];
}

import type { Project } from "../compose/project.ts";
import type { Fetched } from "../compose/session.ts";
import type { Location, Path } from "../compose/source.ts";
import { fullReference } from "../engine/image-reference.ts";
import { isCommit, parseGitReference } from "../lock/git-reference.ts";
import { otherImages } from "../plan/names.ts";
import { keptBy } from "./remote/kept-folder.ts";

/** A project, and where its parts were written. */
export interface LocatedProject {
  readonly project: Project;
  readonly locate: (path: Path) => Location;
  /** Compose files from afar: the copies tell what their references stood for. */
  readonly fetched?: readonly Fetched[];
}

/** Something that the files name and that may come to mean something else. */
export interface Name {
  readonly kind: "image" | "git";
  readonly name: string;
  /** `platform` of the service. */
  readonly platform?: string;
  readonly path: Path;
  readonly at: Location;
  /** `pull_policy` of the service. */
  readonly policy?: string;
  /** What it stands for, where that has been found out already. */
  readonly now?: readonly string[];
}

/** Those, too, that no profile turns on, or that were not named. */
export function everyService({ project }: LocatedProject): Project["services"] {
  return { ...project.disabledServices, ...project.services };
}

/**
 * Each once, images once for each platform. What is built has no registry; what has a digest or a commit cannot move.
 */
export function namesIn(
  { project, locate, fetched = [] }: LocatedProject,
  services: Project["services"],
): readonly Name[] {
  const all = Object.entries(services).flatMap(([service, { image, build, pullPolicy: policy, ...rest }]) => {
    const at = (...path: Path): Pick<Name, "path" | "at"> => {
      const whole = ["services", service, ...path];
      return { path: whole, at: locate(whole) };
    };
    const { platform } = rest;
    const own =
      image === undefined || build !== undefined ? [] : [{ image, ...at("image"), ...(platform && { platform }) }];
    const others = otherImages(project, { ...rest, name: service }).map((other) => ({ image: other, ...at() }));
    const images = [...own, ...others].flatMap(({ image: text, ...place }): Name[] => {
      const name = fullReference(text);
      return name === undefined || name.includes("@")
        ? []
        : [{ kind: "image", name, ...place, ...(policy && { policy }) }];
    });
    const contexts = [
      [build?.context, at("build", "context")] as const,
      ...Object.entries(build?.additionalContexts ?? {}).map(
        ([name, context]) => [context, at("build", "additional_contexts", name)] as const,
      ),
    ];
    const git = contexts.flatMap(([context = "", place]): Name[] => {
      const reference = parseGitReference(context);
      return reference === undefined || isCommit(reference.ref) ? [] : [{ kind: "git", name: context, ...place }];
    });
    return [...images, ...git];
  });
  all.push(...filesFromAfar(fetched));
  const keyed = all.map((each) => [`${each.name} ${each.platform ?? ""}`, each] as const);
  return [...new Map(keyed.toReversed()).values()].toReversed();
}

/** References of `include`, `extends` and `-f` that may come to mean other files. */
function filesFromAfar(fetched: readonly Fetched[]): readonly Name[] {
  return fetched.flatMap(({ reference, copies: [copy], at }): Name[] => {
    const kept = keptBy(copy);
    const isPinned = /@sha256:[0-9a-f]{64}$/.test(reference) || isCommit(parseGitReference(reference)?.ref ?? "");
    if (kept === undefined || isPinned) return [];
    const place = { path: [], at: at ?? { file: reference, line: 1, column: 1 } };
    if (kept.kind === "git") return [{ kind: "git", name: reference, ...place, now: [kept.name] }];
    return [{ kind: "image", name: reference, ...place, now: [`sha256:${kept.name}`] }];
  });
}

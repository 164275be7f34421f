import type { HostConfig } from "../../../docker-api/container.ts";
import { BuildError, type BuildRequest } from "../build.ts";
import { parseReference } from "../../images/reference.ts";
import { HttpError } from "../../api/http-error.ts";

/** Options of the frontend `dockerfile.v0`, as clients give them. */
export type FrontendOptions = Readonly<Record<string, string>>;

/** What options say apart from where files come from. */
type Wish = Pick<
  BuildRequest,
  "buildArgs" | "extraHosts" | "labels" | "limits" | "network" | "noCache" | "platform" | "pullsAlways" | "target"
>;

/** Abilities of the frontend that clients may insist on. */
const abilities = new Set([
  "moby.buildkit.frontend.contexts",
  "moby.buildkit.frontend.inputs",
  "moby.buildkit.frontend.subrequests",
]);

/**
 * Reads the options of moby/buildkit, frontend/dockerui/config.go. Options that it does not know either say nothing. Throws
 * a {@link BuildError} for what cannot be done.
 */
export function readOptions(options: FrontendOptions): Wish {
  refuseUnknownAbilities(options);
  refuseAttestations(options);
  const { target = "" } = options;
  const platform = platformOf(options);
  return {
    buildArgs: prefixed(options, "build-arg:"),
    labels: prefixed(options, "label:"),
    extraHosts: listOf(options["add-hosts"]).map((line) => line.replace("=", ":")),
    limits: limitsOf(options),
    network: options["force-network-mode"] || "default",
    noCache: noCacheOf(options["no-cache"]),
    pullsAlways: options["image-resolve-mode"] === "pull",
    ...(platform === undefined ? {} : { platform }),
    ...(target === "" ? {} : { target }),
  };
}

/** What options of a name's beginning hold, by the rest of their names. */
export function prefixed(options: FrontendOptions, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
    ),
  );
}

/** Names for the image. Throws a {@link BuildError} for what is none. */
export function tagsIn(names: string | undefined): string[] {
  const tags = listOf(names);
  for (const tag of tags) {
    try {
      if (parseReference(tag).digest !== undefined) throw invalid(`cannot name an image by a digest: ${tag}`);
    } catch (error) {
      throw error instanceof HttpError ? invalid(error.message) : error;
    }
  }
  return tags;
}

function refuseUnknownAbilities(options: FrontendOptions): void {
  for (const wanted of listOf(options["frontend.caps"])) {
    const name = wanted.replace(/\+forward$/, "");
    if (!abilities.has(name)) throw invalid(`this engine's builder has no ${name}`);
  }
}

function refuseAttestations(options: FrontendOptions): void {
  for (const [name, wish] of Object.entries(prefixed(options, "attest:"))) {
    if (/(?:^|,)disabled=(?:1|t|true)\b/i.test(wish)) continue;
    const next = "ask for none (--provenance=false, --sbom=false)";
    throw invalid(`attestations (${name}) are not supported: this engine's store holds images alone; ${next}`);
  }
}

function platformOf({ platform = "" }: FrontendOptions): string | undefined {
  const [only, ...others] = listOf(platform);
  if (others.length === 0) return only;
  throw invalid(
    `an image for several platforms (${platform}) is not supported: this engine's store holds one for each name; name one platform`,
  );
}

function noCacheOf(wish: string | undefined): BuildRequest["noCache"] {
  if (wish === undefined) return false;
  return wish === "" ? true : listOf(wish);
}

function limitsOf(options: FrontendOptions): BuildRequest["limits"] {
  const { "shm-size": shmSize = "", "cgroup-parent": CgroupParent = "", ulimit = "" } = options;
  const Ulimits = listOf(ulimit).map(limitIn);
  return {
    ...(shmSize === "" ? {} : { ShmSize: Number(shmSize) }),
    ...(CgroupParent === "" ? {} : { CgroupParent }),
    ...(Ulimits.length === 0 ? {} : { Ulimits }),
  };
}

/** `nofile=1024:2048`, or one number for both. */
function limitIn(text: string): NonNullable<HostConfig["Ulimits"]>[number] {
  const [, Name = "", soft = "", hard = soft] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text) ?? [];
  if (Name === "") throw invalid(`invalid ulimit: ${text}`);
  return { Name, Soft: Number(soft), Hard: Number(hard) };
}

/** Words between commas. */
export function listOf(text: string | undefined): string[] {
  return (text ?? "").split(",").filter((each) => each !== "");
}

function invalid(message: string): BuildError {
  return new BuildError(message, { isInvalidRequest: true });
}

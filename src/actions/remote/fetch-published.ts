import { isJsonObject } from "../../docker-api/json-object.ts";
import { fullReference, parseImageReference } from "../../engine/image-reference.ts";
import { TscomposeError, UsageError } from "../../errors.ts";
import { isDigest } from "../../registry/digest.ts";
import type { Repository } from "../../registry/repository.ts";
import { words } from "../publish/artifact.ts";
import { mapsIn, parseManifest } from "../publish/parse-manifest.ts";
import { askRegistry, type RegistryContext } from "../publish/registry-call.ts";

/** What was published under a name. */
export interface PublishedProject {
  /** Digits of the manifest's digest: the same for the same content. */
  readonly hex: string;
  readonly files: readonly FetchedFile[];
}

/** A file of a published project. */
export interface FetchedFile {
  /** Without a folder. */
  readonly name: string;
  readonly text: string;
  /** `project`: one of the compose files, in order; `companion`: a file that they name. */
  readonly kind: "project" | "companion";
}

/** Begins the address of what was published. */
export const publishedScheme = "oci://";

const mostFiles = 100;
const mostBytes = 1_048_576;

/** What fetching needs of the world. */
export interface FetchContext extends RegistryContext {
  /** Registries that may be spoken to without TLS. */
  readonly insecureRegistries?: readonly string[];
}

/** Fetches what `publish` has sent, of whichever tool. Throws for what is no compose file, and for names that lead out. */
export async function fetchPublished(address: string, context: FetchContext): Promise<PublishedProject> {
  const reference = fullReference(address.slice(publishedScheme.length));
  if (reference === undefined) throw new UsageError(`expected oci://REPOSITORY[:TAG], got "${address}"`);
  const { repository: path, version } = parseImageReference(reference);
  const host = path.slice(0, path.indexOf("/"));
  const isInsecure = context.insecureRegistries?.includes(host) === true;
  const call = { doing: `fetching ${address}`, host, isInsecure };
  return askRegistry(call, context, async (registries, asker) => {
    const repository = registries.reader(path, asker);
    const { digest, bytes } = await repository.manifest(version);
    const layers = layersOf(await projectManifest(bytes, repository, address), address);
    const files = await Promise.all(layers.map((layer, index) => fetchFile(repository, layer, index, address)));
    if (files.every(({ kind }) => kind !== "project")) throw refusal(address, "no compose file is in it");
    return { hex: digest.slice("sha256:".length), files };
  });
}

/** Of an index, which has images as well, the manifest that is a project. */
async function projectManifest(bytes: Buffer, repository: Repository, address: string): Promise<Part> {
  const manifest = parseManifest(bytes, address);
  const digest = mapsIn(manifest["manifests"]).find((each) => each["artifactType"] === words.project)?.["digest"];
  return isDigest(digest) ? parseManifest((await repository.manifest(digest)).bytes, address) : manifest;
}

type Part = Readonly<Record<string, unknown>>;

function layersOf({ artifactType, config, layers }: Part, address: string): readonly Part[] {
  const isProject = artifactType === words.project || (isJsonObject(config) && config["mediaType"] === words.config);
  if (!isProject || !Array.isArray(layers)) {
    throw refusal(address, "it is no compose file", "what can be read is what publish has sent");
  }
  if (layers.length > mostFiles) throw refusal(address, `it has more than ${mostFiles} files`);
  return mapsIn(layers);
}

async function fetchFile(
  repository: Repository,
  { mediaType, digest, size, ...rest }: Part,
  index: number,
  address: string,
): Promise<FetchedFile> {
  const annotations = isJsonObject(rest["annotations"]) ? rest["annotations"] : {};
  const isEnvironment = mediaType === words.environment;
  if (!isEnvironment && mediaType !== words.file)
    throw refusal(address, `a layer of it is of the type ${String(mediaType)}`);
  if (!isDigest(digest) || typeof size !== "number" || size > mostBytes) {
    throw refusal(address, `file ${index + 1} has no digest, or more than ${mostBytes} bytes`);
  }
  const name = annotations[isEnvironment ? "com.docker.compose.envfile" : "com.docker.compose.file"] ?? `${index}.yaml`;
  if (typeof name !== "string" || !/^[\w-][\w.-]*$/.test(name))
    throw refusal(address, "a name in it leads out of its folder");
  const text = (await repository.smallBlob(digest)).toString("utf8");
  const isCompanion = isEnvironment || annotations["com.docker.compose.extends"] === "true";
  return { name, text, kind: isCompanion ? "companion" : "project" };
}

function refusal(address: string, what: string, hint?: string): TscomposeError {
  const details = { code: "invalid-project", message: `${address}: ${what}` } as const;
  return new TscomposeError(hint === undefined ? details : { ...details, hint });
}

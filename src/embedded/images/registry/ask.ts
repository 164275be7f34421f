import { badRequest } from "../../api/http-error.ts";
import type { ApiReply, ApiRequest } from "../../api/route.ts";
import type { AuthAnswer } from "../../../docker-api/registry.ts";
import type { Platform } from "../../../docker-api/platform.ts";
import type { Manifest, Repository } from "../../../registry/repository.ts";
import { parseImageDocument } from "../image-document.ts";
import { parseReference, referenceKey, withDefaultTag } from "../reference.ts";
import { authIn, authOf } from "./auth-header.ts";
import { entriesOf, imageManifest } from "./manifests.ts";
import { askRefusal } from "./refusals.ts";
import type { RegistryDesk } from "./registry-desk.ts";

/** `GET /distribution/{name}/json`: what a registry says of an image, and for which platforms it has one. */
export async function inspectDistribution(
  desk: RegistryDesk,
  { params, headers, signal }: ApiRequest,
): Promise<ApiReply> {
  const reference = withDefaultTag(parseReference(params["name"] ?? ""));
  const key = referenceKey(reference);
  using registries = await desk.open();
  try {
    const repository = registries.reader(reference.name, { auth: authOf(headers["x-registry-auth"]), signal });
    const manifest = await repository.manifest(reference.digest ?? reference.tag ?? "latest");
    const { digest, bytes, mediaType } = manifest;
    const Platforms = await platformsOf(repository, manifest);
    return { kind: "json", body: { Descriptor: { mediaType, digest, size: bytes.length }, Platforms } };
  } catch (error) {
    throw askRefusal(error, key);
  }
}

async function platformsOf(repository: Repository, manifest: Manifest): Promise<readonly Platform[]> {
  const entries = entriesOf(manifest);
  if (entries !== undefined) return entries.flatMap(({ platform }) => (platform === undefined ? [] : [platform]));
  const { config } = imageManifest(manifest);
  const { architecture, os, variant } = parseImageDocument(await repository.smallBlob(config.digest));
  return [{ architecture, os, ...(variant === undefined ? {} : { variant }) }];
}

/** `POST /auth`: whether a registry knows this login. Throws 401 when it does not. */
export async function checkLogin(desk: RegistryDesk, request: ApiRequest): Promise<ApiReply> {
  const body = await request.json();
  if (typeof body !== "object" || body === null) throw badRequest("the login is no JSON object");
  const wish = body as Record<string, unknown>;
  const address = typeof wish["serveraddress"] === "string" ? wish["serveraddress"] : "";
  const registry = registryAt(address);
  using registries = await desk.open();
  try {
    const token = await registries.logIn(registry, { auth: authIn(wish), signal: request.signal });
    const answer: AuthAnswer = { Status: "Login Succeeded", ...(token === undefined ? {} : { IdentityToken: token }) };
    return { kind: "json", body: answer };
  } catch (error) {
    throw askRefusal(error, registry);
  }
}

/** `https://index.docker.io/v1/` is Docker Hub's key, for historical reasons; no address at all means it, too. */
function registryAt(address: string): string {
  const host = address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  if (["", "index.docker.io", "registry-1.docker.io"].includes(host)) return "docker.io";
  if (!/^[\w.-]+(:\d+)?$|^\[[\da-fA-F:]+\](:\d+)?$/.test(host))
    throw badRequest(`invalid address of a registry: ${host}`);
  return host;
}

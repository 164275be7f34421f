import { Readable } from "node:stream";
import { parsePlatform } from "../../docker-api/platform.ts";
import type { DistributionInspect } from "../../docker-api/image.ts";
import { isAtLeast } from "../../docker-api/version.ts";
import { progressOf, told, toldOrMissing } from "../answer.ts";
import { buildQuery } from "../build-query.ts";
import type { Engine } from "../engine.ts";
import { parseImageReference } from "../image-reference.ts";
import type { Api } from "./api.ts";

type ImageVerbs = Pick<
  Engine,
  | "listImages"
  | "inspectImage"
  | "pullImage"
  | "pushImage"
  | "buildImage"
  | "openBuildSession"
  | "tagImage"
  | "removeImage"
  | "resolveDigest"
>;

/** What is done with images. */
export function imageVerbs({ docker, transport, apiVersion, credentials }: Api): ImageVerbs {
  return {
    listImages: (filters) =>
      told("listing images", transport.ask({ method: "GET", path: "/images/json", query: { filters } })),

    inspectImage(reference, { platform } = {}) {
      const wanted = platform === undefined || !isAtLeast(apiVersion, "1.49") ? undefined : parsePlatform(platform);
      // The engine refuses to look for half a platform.
      const query = wanted?.architecture === undefined ? {} : { platform: JSON.stringify(wanted) };
      const asked = transport.ask({ method: "GET", path: `/images/${encodeReference(reference)}/json`, query });
      return toldOrMissing(`inspecting image ${reference}`, asked);
    },

    pullImage(reference, { platform, signal } = {}) {
      const { repository, version } = parseImageReference(reference);
      const query = {
        fromImage: repository,
        tag: version,
        ...(platform && { platform }),
        ...(signal && { abortSignal: signal }),
      };
      const asked = async (): Promise<NodeJS.ReadableStream> => {
        const login = await credentials.forImage(reference);
        const verbs = await docker();
        return login === undefined ? verbs.createImage(query) : verbs.createImage({ base64: login }, query);
      };
      return progressOf(`pulling image ${reference}`, asked, signal);
    },

    pushImage(reference, { signal } = {}) {
      const { repository, version } = parseImageReference(reference);
      const asked = async (): Promise<NodeJS.ReadableStream> => {
        // Engines ask for the header even when there is no login to send.
        const login = (await credentials.forImage(reference)) ?? Buffer.from("{}").toString("base64url");
        const path = `/images/${encodeReference(repository)}/push`;
        const headers = { "X-Registry-Auth": login };
        const call = { method: "POST", path, query: { tag: version }, headers, isOpenEnded: true };
        return transport.open({ ...call, ...(signal && { signal }) });
      };
      return progressOf(`pushing image ${reference}`, asked, signal);
    },

    buildImage(context, options) {
      const { tags, signal } = options;
      const asked = async (): Promise<NodeJS.ReadableStream> => {
        const logins = await credentials.forBuild();
        const headers = logins === undefined ? {} : { "X-Registry-Config": logins };
        const body = Readable.from(context, { objectMode: false });
        const call = { method: "POST", path: "/build", query: buildQuery(options), body, headers, isOpenEnded: true };
        return transport.open({ ...call, ...(signal && { signal }) });
      };
      return progressOf(`building image ${tags[0] ?? ""}`.trimEnd(), asked, signal);
    },

    async openBuildSession(sources, options) {
      // HTTP/2 is needed for nothing else.
      const { openBuildSession } = await import("../buildkit/open-session.ts");
      return openBuildSession({ transport, credentials }, sources, options);
    },

    async resolveDigest(reference) {
      const login = await credentials.forImage(reference);
      const asked = transport.ask({
        method: "GET",
        path: `/distribution/${encodeReference(reference)}/json`,
        ...(login === undefined ? {} : { headers: { "X-Registry-Auth": login } }),
      });
      const found = await told<DistributionInspect>(`resolving the digest of ${reference}`, asked);
      return found.Descriptor.digest;
    },

    async tagImage(image, reference) {
      const { repository, version } = parseImageReference(reference);
      const path = `/images/${encodeReference(image)}/tag`;
      const asked = transport.ask({ method: "POST", path, query: { repo: repository, tag: version } });
      await told(`naming image ${image} ${reference}`, asked);
    },

    async removeImage(reference, { force = false } = {}) {
      const image = (await docker()).getImage(encodeReference(reference));
      await told(`removing image ${reference}`, image.remove({ force }));
    },
  };
}

/** Slashes, colons and at signs have their meaning in a reference; whatever else is odd must not end the path. */
function encodeReference(reference: string): string {
  return encodeURI(reference).replace(/[?#]/g, encodeURIComponent);
}

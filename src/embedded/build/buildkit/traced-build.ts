import { rm } from "node:fs/promises";
import { statusResponse } from "../../../buildkit-api/control.ts";
import { badRequest } from "../../api/http-error.ts";
import type { ApiRequest } from "../../api/route.ts";
import { classicWish, jsonOf } from "../classic/query.ts";
import { followBuild } from "../follow-build.ts";
import type { JobParts } from "./build-job.ts";
import { sourcesOf } from "./contexts.ts";
import { outputOf } from "./output.ts";
import { StatusTeller } from "./status.ts";

/** What builds need that are asked for in a query, and take their files from a session. */
export type TracedParts = JobParts;

/** The word in the place of a context's address: the session has it. */
const ofSession = "client-session";

/** Lines of `POST /build?version=2`: BuildKit's messages, each in JSON, and the image's id. */
export async function* tracedLines(
  { builder, images, sessions }: TracedParts,
  request: ApiRequest,
): AsyncGenerator<object> {
  const { query, signal } = request;
  const { dockerfile, isQuiet: _asked, remote, ...wish } = classicWish(request);
  const id = query.get("session") ?? "";
  const session = await sessions.find(id, signal);
  if (session === undefined) throw badRequest(`there is no session ${JSON.stringify(id)}`);
  const folder = await images.makeTemporary();
  try {
    const options = { filename: dockerfile, ...(remote === ofSession ? {} : { context: remote }) };
    const output = outputOf({ exporters: outputsIn(query, wish.tags), cache: undefined });
    const teller = new StatusTeller();
    const asked = {
      ...wish,
      ...session.offersFor(signal),
      ...sourcesOf(options, {}, { session, folder, signal }),
      ...output,
      entitlements: wish.network === "host" ? ["network.host"] : [],
      signal,
    };
    const { imageId } = yield* followBuild(builder, asked, (events) => {
      const trace = statusResponse.encode(teller.tell(events));
      return [{ id: "moby.buildkit.trace", aux: Buffer.from(trace).toString("base64") }];
    });
    if (output.keepsImage !== false) yield { id: "moby.image.id", aux: { ID: imageId } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `--output`: JSON by the names of Go's fields. An image of the engine when nothing else is said. */
function outputsIn(query: URLSearchParams, tags: readonly string[]): Parameters<typeof outputOf>[0]["exporters"] {
  const told = (jsonOf(query.get("outputs"), "outputs") ?? []) as readonly {
    readonly Type: string;
    readonly Attrs?: Readonly<Record<string, string>>;
  }[];
  if (told.length === 0) return [{ type: "moby", attrs: { name: tags.join(",") } }];
  return told.flatMap(({ Type: type, Attrs: attrs = {} }) => (type === "cacheonly" ? [] : [{ type, attrs }]));
}

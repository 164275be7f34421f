import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEventBus } from "../../src/embedded/events.ts";
import { nowNs } from "../../src/embedded/host/clock.ts";
import { createImages, type ImagesParts } from "../../src/embedded/images/create-images.ts";
import type { Images } from "../../src/embedded/images/images.ts";
import { type Answer, callRoute } from "./call-route.ts";

/** The images of an embedded engine, without the engine. */
export interface ImageRoomOfTest extends AsyncDisposable {
  readonly images: Images;
  /** Where `engine.json` and `certs.d` are looked for. */
  readonly config: string;
  /** How long it would have waited before it asked again, in milliseconds. */
  readonly pauses: number[];
  call(request: string, options?: { readonly body?: Uint8Array | object; readonly auth?: object }): Promise<Answer>;
  /** Lines of a pull or push; a refusal is one line, too. */
  lines(request: string, auth?: object): Promise<readonly Line[]>;
  /** Names of what is on the disk of layers, whole or not. */
  leftovers(): Promise<readonly string[]>;
}

/** A line of progress. */
export interface Line {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string;
  readonly message?: string;
}

/** Opens one below a folder of its own; it waits for nothing. */
export async function openImageRoom(options: ImagesParts["registryOptions"] = {}): Promise<ImageRoomOfTest> {
  const home = await mkdtemp(join(tmpdir(), "tscompose-images-"));
  const pauses: number[] = [];
  const pause = async (ms: number): Promise<void> => void pauses.push(ms);
  const images = await createImages({
    folder: join(home, "images"),
    configFolder: join(home, "config"),
    registryOptions: { pause, ...options },
    architecture: "amd64",
    bus: createEventBus(nowNs),
    nowNs,
    users: () => [],
  });
  const call: ImageRoomOfTest["call"] = (request, { body, auth } = {}) => {
    const header = auth && { "x-registry-auth": Buffer.from(JSON.stringify(auth)).toString("base64url") };
    return callRoute(images.routes, request, body, header);
  };
  return {
    images,
    config: join(home, "config"),
    pauses,
    call,
    async lines(request, auth) {
      const { bytes } = await call(request, auth && { auth });
      return bytes
        .toString()
        .trim()
        .split("\r\n")
        .map((line) => JSON.parse(line) as Line);
    },
    async leftovers() {
      const [layers, stages] = await Promise.all(["layers", "tmp"].map((name) => readdir(join(home, "images", name))));
      return [...(layers ?? []).filter((name) => name !== "init"), ...(stages ?? [])];
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { hostname } from "node:os";
import type { BlobFolder, BuildSession, BuildSources, SentFolder } from "../../engine/buildkit/build-session.ts";
import type { Engine } from "../../engine/engine.ts";
import type { BuildSecret } from "../../plan/operation.ts";
import type { SshKey } from "../../compose/project.ts";
import { readSecret } from "./secrets.ts";
import { agentsFor } from "./ssh/agents.ts";
import { folderAt, folderWith } from "./folder.ts";
import type { NamedFolder } from "./solve-request.ts";

/** What a session offers beside folders: builds that are offered the same share one, and what was sent in it. */
export interface Offer {
  /** The folder that `context` names, if one does. */
  readonly context: string | undefined;
  readonly secrets: readonly BuildSecret[];
  readonly ssh: readonly SshKey[];
}

/** Sessions of the builds of one execution: opened when the first build needs them, closed when all is over. */
export class BuildSessions implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #opened = new Map<string, Offered>();
  #steps = 0;

  constructor(engine: Engine, environment: Readonly<Record<string, string>>) {
    this.#engine = engine;
    this.#environment = environment;
  }

  /** A number for one more step of a build: they count through all builds. */
  nextNumber(): number {
    return ++this.#steps;
  }

  /** Joins the session of such an offer, which these are added to. */
  async join(offer: Offer, { folders, blobs }: Further): Promise<BuildSession> {
    const key = JSON.stringify(offer);
    const offered = this.#opened.get(key) ?? this.#open(offer);
    this.#opened.set(key, offered);
    for (const { name, source } of folders) {
      const folder =
        "path" in source ? folderAt(source.path) : folderWith("Dockerfile", Buffer.from(source.dockerfile));
      offered.folders.set(name, folder);
    }
    for (const [store, folder] of blobs) offered.blobs.set(store, folder);
    return offered.session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const settled = await Promise.allSettled([...this.#opened.values()].map(({ session }) => session));
    for (const each of settled) if (each.status === "fulfilled") await each.value[Symbol.asyncDispose]();
  }

  #open(offer: Offer): Offered {
    const more = { folders: new Map<string, SentFolder>(), blobs: new Map<string, BlobFolder>() };
    const session = this.#join(offer, more);
    session.catch(() => {}); // told to whoever joins
    return { ...more, session };
  }

  async #join(offer: Offer, { folders, blobs }: Omit<Offered, "session">): Promise<BuildSession> {
    const [agents, sharedKey] = await Promise.all([
      agentsFor(offer.ssh, this.#environment),
      sharedKeyOf(offer.context),
    ]);
    const secrets = new Map(offer.secrets.map((secret) => [secret.id, secret]));
    const sources: BuildSources = {
      folder: (name) => folders.get(name),
      secret: async (id) => readSecret(secrets.get(id), this.#environment),
      sshAgent: (id) => agents.get(id),
      blobs: (store) => blobs.get(store),
    };
    return this.#engine.openBuildSession(sources, { sharedKey });
  }
}

/** What one build adds to what a session offers. */
interface Further {
  readonly folders: readonly NamedFolder[];
  readonly blobs: ReadonlyMap<string, BlobFolder>;
}

interface Offered {
  readonly folders: Map<string, SentFolder>;
  readonly blobs: Map<string, BlobFolder>;
  readonly session: Promise<BuildSession>;
}

/**
 * Under the same key a builder compares names, sizes and times with what it was sent before, and asks for the rest: no two
 * folders may ever share one, be it on machines of one name.
 */
async function sharedKeyOf(folder: string | undefined): Promise<string> {
  if (folder === undefined) return "";
  const { dev, ino, birthtimeNs } = await stat(folder, { bigint: true });
  const identity = [hostname(), folder, dev, ino, birthtimeNs].join("\0");
  return createHash("sha256").update(identity).digest("hex").slice(0, 32);
}

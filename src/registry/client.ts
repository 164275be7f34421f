import type { RegistryAuth } from "../docker-api/registry.ts";
import { openConnections } from "./connections.ts";
import { type Conversation, openConversation } from "./conversation.ts";
import type { RegistrySettings } from "./endpoints.ts";
import { type Repository, pathOf, readRepository } from "./repository.ts";
import { type Pause, pauseFor } from "./retry.ts";
import { type WritableRepository, writeRepository } from "./upload.ts";

/** Speaks to registries by HTTP. Dispose of it when done: it keeps connections. */
export interface RegistryClient extends Disposable {
  /** A repository by its whole name, `docker.io/library/busybox`. */
  reader(name: string, asker: RegistryAsker): Repository;
  writer(name: string, asker: RegistryAsker & { readonly mountsFrom?: readonly string[] }): WritableRepository;
  /** Whether a registry knows this login; gives the token to be kept instead of the password, if there is one. */
  logIn(registry: string, asker: RegistryAsker): Promise<string | undefined>;
}

/** Who asks, and for how long. */
export interface RegistryAsker {
  readonly auth?: RegistryAuth | undefined;
  readonly signal: AbortSignal;
}

/** What a client may be told to do otherwise. */
export interface RegistryOptions {
  /** How long a registry may say nothing at all; default: a minute for answers. */
  readonly patienceMs?: number;
  readonly pause?: Pause;
}

const usualPatienceMs = 60_000;

/** Opens a client; nothing is asked before something is wanted. */
export function openRegistries(settings: RegistrySettings, options: RegistryOptions = {}): RegistryClient {
  const { patienceMs = usualPatienceMs, pause = pauseFor } = options;
  const connections = openConnections(settings);
  const exchange = { connections, patienceMs };
  const converse = (
    { auth, signal }: RegistryAsker,
    about: {
      readonly registry: string;
      readonly scopes: readonly string[];
      readonly subject: string;
      readonly withMirrors: boolean;
    },
  ): Conversation => openConversation({ ...about, settings, exchange, auth, signal, pause });

  return {
    reader(name, asker) {
      const subject = pathOf(name);
      const scopes = [`repository:${subject}:pull`];
      return readRepository(name, converse(asker, { registry: registryOf(name), scopes, subject, withMirrors: true }));
    },
    writer(name, asker) {
      const subject = pathOf(name);
      const others = (asker.mountsFrom ?? []).map((each) => `repository:${pathOf(each)}:pull`);
      const scopes = [`repository:${subject}:pull,push`, ...others];
      return writeRepository(
        name,
        converse(asker, { registry: registryOf(name), scopes, subject, withMirrors: false }),
      );
    },
    async logIn(registry, asker) {
      const conversation = converse(asker, { registry, scopes: [], subject: registry, withMirrors: false });
      const wish = { method: "GET", target: "", accepted: [200], subject: `registry ${registry}` } as const;
      (await conversation.ask(wish)).body.resume();
      return conversation.identityToken();
    },
    [Symbol.dispose]: () => connections[Symbol.dispose](),
  };
}

/** `docker.io` of `docker.io/library/busybox` */
function registryOf(name: string): string {
  return name.slice(0, name.indexOf("/"));
}

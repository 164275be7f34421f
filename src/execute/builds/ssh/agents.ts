import { readFile, stat } from "node:fs/promises";
import type { SshKey } from "../../../compose/project.ts";
import type { SshAgent } from "../../../engine/buildkit/build-session.ts";
import { TscomposeError } from "../../../errors.ts";
import { keyAgent } from "./key-agent.ts";
import { type PrivateKey, readPrivateKey, UnusableKeyError } from "./private-key.ts";
import { socketAgent } from "./socket-agent.ts";

/** Opens a conversation with an agent. */
export type DialAgent = () => Promise<SshAgent>;

/**
 * The agents that a build may use, by name: the user's own, those at sockets, and one for each key that a file holds. Keys
 * are read at once: one that is of no use is told before anything is sent.
 */
export async function agentsFor(
  keys: readonly SshKey[],
  environment: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, DialAgent>> {
  const dials = keys.map(async (key) => [key.id, await dialFor(key, environment["SSH_AUTH_SOCK"] ?? "")] as const);
  return new Map(await Promise.all(dials));
}

async function dialFor({ id, path: given }: SshKey, usual: string): Promise<DialAgent> {
  const path = given ?? usual;
  const stats = await stat(path).catch((cause: unknown) => {
    throw new TscomposeError({ code: "not-found", message: `ssh "${id}": cannot read "${path}"`, cause });
  });
  if (stats.isSocket()) return () => socketAgent(path);
  const agent = keyAgent(await keyIn(path, id));
  return async () => agent;
}

async function keyIn(path: string, id: string): Promise<PrivateKey> {
  try {
    return readPrivateKey(await readFile(path, "utf8"));
  } catch (cause) {
    if (!(cause instanceof UnusableKeyError)) throw cause;
    throw new TscomposeError({ code: "unsupported", message: `ssh "${id}": "${path}" ${cause.message}`, cause });
  }
}

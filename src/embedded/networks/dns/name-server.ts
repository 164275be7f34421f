import { askDns, type DnsListener, listenForDns } from "../../host/dns-socket.ts";
import { decide, noSuchName, serverFailure } from "./answer.ts";
import type { NameTable } from "./name-table.ts";

/** What a server of names has to know of those who ask. */
export interface NameServerNeeds {
  readonly names: NameTable;
  /** Whom to ask for what is no container's name, in order; none for a container that may reach nobody. */
  readonly upstreamsOf: (containerId: string) => Promise<readonly string[]>;
}

/** As dockerd: so long for each server. */
const upstreamTimeoutMs = 4_000;
/** As dockerd: more questions at a time are refused. */
const mostForwarded = 1024;

/** Serves the names of containers on a bridge's address; a container is known by the address it asks from. */
export async function serveNames(address: string, { names, upstreamsOf }: NameServerNeeds): Promise<DnsListener> {
  let forwarded = 0;
  return listenForDns(address, async (query, { address: client, transport }) => {
    const containerId = names.callerAt(client);
    if (containerId === undefined) return undefined;
    const decision = decide(query, { containerId, transport }, names);
    if (decision.kind === "drop") return undefined;
    if (decision.kind === "answer") return decision.packet;
    if (forwarded >= mostForwarded) return serverFailure(query);
    forwarded += 1;
    try {
      return await forward(query, await upstreamsOf(containerId), transport);
    } finally {
      forwarded -= 1;
    }
  });
}

async function forward(
  query: Buffer,
  upstreams: readonly string[],
  transport: "tcp" | "udp",
): Promise<Buffer | undefined> {
  for (const address of upstreams) {
    const reply = await askDns({ address, port: 53 }, query, { transport, timeoutMs: upstreamTimeoutMs });
    if (reply !== undefined) return reply;
  }
  return upstreams.length === 0 ? noSuchName(query) : serverFailure(query);
}

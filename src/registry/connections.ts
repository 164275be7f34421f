import { Agent as PlainAgent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { Endpoint, RegistrySettings, Trust } from "./endpoints.ts";

/** Connections to registries, used again while there is something to ask. */
export interface Connections extends Disposable {
  /** For a URL at an endpoint, or where that one leads to. */
  agentFor(url: URL, endpoint: Pick<Endpoint, "isInsecure">): Promise<PlainAgent>;
}

export function openConnections(settings: Pick<RegistrySettings, "trust">): Connections {
  const plain = new PlainAgent({ keepAlive: true });
  const agents = new Map<string, Promise<TlsAgent>>();
  const open = async (host: string, isInsecure: boolean): Promise<TlsAgent> => {
    const trust = await settings.trust(host);
    // Who names an authority wants to be sure, wherever the registry is.
    const isVerified = !isInsecure || (trust.authorities ?? []).length > 0;
    return new TlsAgent({
      keepAlive: true,
      secureContext: contextOf(trust, isVerified),
      rejectUnauthorized: isVerified,
    });
  };
  return {
    async agentFor({ protocol, host }, { isInsecure }) {
      if (protocol === "http:") return plain;
      const key = `${host} ${isInsecure}`;
      const agent = agents.get(key) ?? open(host, isInsecure);
      agents.set(key, agent);
      return agent;
    },
    [Symbol.dispose]() {
      plain.destroy();
      for (const agent of agents.values()) {
        agent.then(
          (opened) => opened.destroy(),
          () => {},
        );
      }
    },
  };
}

let usual: SecureContext | undefined;

/** Node brings authorities along, the system has those of its company; Docker believes the latter. */
function usualAuthorities(): string[] {
  return [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
}

/** To read all authorities takes 50 ms: not for registries whose certificates nobody looks at, and once for all others. */
function contextOf({ authorities = [], keys = [] }: Trust, isVerified: boolean): SecureContext {
  if (authorities.length === 0 && keys.length === 0) {
    if (!isVerified) return createSecureContext();
    return (usual ??= createSecureContext({ ca: usualAuthorities() }));
  }
  return createSecureContext({
    ...(isVerified && { ca: [...usualAuthorities(), ...authorities] }),
    cert: keys.map(({ certificate }) => certificate),
    key: keys.map(({ key }) => key),
  });
}

import type Docker from "dockerode";
import type { ApiRequest, Transport } from "./transport.ts";

/** What a verb of dockerode asks its modem for. */
export interface Dial {
  readonly path: string;
  readonly method: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly file?: unknown;
  readonly authconfig?: { readonly base64?: string };
  readonly abortSignal?: AbortSignal;
  readonly hijack?: boolean;
  readonly isStream?: boolean;
}

/** Words by which dockerode's callers speak to its modem, mixed with what is meant for the engine. */
const ownWords = new Set(["abortSignal", "authconfig", "hijack"]);

/** Loads dockerode, and gives its verbs our transport. */
export async function dockerodeOver(transport: Transport): Promise<Docker> {
  const { default: Dockerode }: { default: new (options: object) => Docker } = await import("dockerode");
  const dial = (asked: Dial, answer: (error: unknown, data?: unknown) => void): void => {
    send(transport, asked).then((data) => answer(null, data), answer);
  };
  return new Dockerode({ modem: { dial } });
}

async function send(transport: Transport, asked: Dial): Promise<unknown> {
  const call = requestOf(asked);
  if (asked.hijack === true) return transport.upgrade(call);
  return asked.isStream === true ? transport.open(call) : transport.ask(call);
}

/** Translates a verb into the call it stands for: dockerode mixes parameters, body and its own words in one bag. */
export function requestOf(asked: Dial): ApiRequest {
  const given = Object.fromEntries(Object.entries(asked.options ?? {}).filter(([name]) => !ownWords.has(name)));
  const isBody = asked.method === "POST" && !asked.path.endsWith("?");
  const body = asked.file ?? (isBody && Object.keys(given).length > 0 ? given : undefined);
  return {
    method: asked.method,
    path: asked.path.replace(/\?$/, ""),
    ...(isBody ? {} : { query: given }),
    ...(body === undefined ? {} : { body }),
    headers: credentialHeaders(asked),
    isOpenEnded: asked.isStream === true || asked.path.endsWith("/wait?"),
    ...(asked.abortSignal === undefined ? {} : { signal: asked.abortSignal }),
  };
}

function credentialHeaders({ authconfig }: Dial): Record<string, string> {
  return authconfig?.base64 === undefined ? {} : { "X-Registry-Auth": authconfig.base64 };
}

import { type Answer, decode, encode, type Packet, type Question, RECURSION_AVAILABLE } from "dns-packet";
import { formatAddress, parseAddress } from "../address.ts";
import type { NameTable } from "./name-table.ts";

/** What becomes of a question. */
export type Decision =
  | { readonly kind: "answer"; readonly packet: Buffer }
  /** Not ours to know: ask the host's servers, or the container's own. */
  | { readonly kind: "forward" }
  /** No question at all: no answer either. */
  | { readonly kind: "drop" };

/** Who asks, and how long an answer may be: UDP without EDNS takes 512 bytes (RFC 1035, 4.2.1). */
export interface Asker {
  readonly containerId: string;
  readonly transport: "tcp" | "udp";
}

/** Codes of RFC 1035, 4.1.1: dns-packet has them as the low bits of `flags`. */
const rcodes = { noError: 0, serverFailure: 2, noSuchName: 3 } as const;
const authoritative = 1 << 10;
const truncated = 1 << 9;
const wantsRecursion = 1 << 8;

/** Seconds. Short: a container that comes back has another address, and some programs keep what they were told. */
const timeToLive = 5;

/** Answers a question from the table, or leaves it to others. */
export function decide(query: Uint8Array, asker: Asker, names: NameTable): Decision {
  const packet = parse(query);
  const question = packet?.questions?.[0];
  if (packet === undefined || question === undefined || packet.type !== "query") return { kind: "drop" };
  const answers = answersTo(question, asker.containerId, names);
  if (answers === undefined) return { kind: "forward" };
  const limit = asker.transport === "tcp" ? 65_535 : udpLimit(packet);
  return { kind: "answer", packet: encodeReply(packet, question, answers, limit) };
}

/** Says that a name exists nowhere: nobody is left to ask. */
export function noSuchName(query: Uint8Array): Buffer | undefined {
  return refusal(query, rcodes.noSuchName);
}

/** Says that those who might know do not answer. */
export function serverFailure(query: Uint8Array): Buffer | undefined {
  return refusal(query, rcodes.serverFailure);
}

/** Records for a question; empty for a name that has none of this type; `undefined` for a name that is not ours. */
function answersTo(question: Question, callerId: string, names: NameTable): Answer[] | undefined {
  const { name, type } = question;
  if (type === "PTR") {
    const address = addressOfReverse(name);
    const found = address === undefined ? undefined : names.nameOf(callerId, address);
    return found === undefined ? undefined : [{ type: "PTR", name, ttl: timeToLive, data: found }];
  }
  const endpoints = names.find(callerId, name, type === "AAAA" ? "AAAA" : "A");
  if (endpoints === undefined) return undefined;
  if (type !== "A" && type !== "AAAA") return [];
  return endpoints
    .map(({ ipv4, ipv6 }) => (type === "A" ? ipv4 : ipv6))
    .filter((data) => data !== undefined)
    .map((data) => ({ type, name, ttl: timeToLive, data }));
}

/** `2.0.18.172.in-addr.arpa` → `172.18.0.2`, and the same for `ip6.arpa`. */
function addressOfReverse(name: string): string | undefined {
  const [, labels = "", zone] = /^(.+)\.(in-addr|ip6)\.arpa$/i.exec(name) ?? [];
  const parts = labels.split(".").reverse();
  const text = zone?.toLowerCase() === "ip6" ? (parts.join("").match(/.{4}/g) ?? []).join(":") : parts.join(".");
  const address = parseAddress(text);
  return address === undefined ? undefined : formatAddress(address);
}

function encodeReply(query: Packet, question: Question, answers: Answer[], limit: number): Buffer {
  const flags = authoritative | RECURSION_AVAILABLE | ((query.flags ?? 0) & wantsRecursion) | rcodes.noError;
  const reply: Packet = { type: "response", id: query.id ?? 0, flags, questions: [question], answers };
  const whole = encode(reply);
  if (whole.length <= limit) return whole;
  return encode({ ...reply, flags: flags | truncated, answers: [] });
}

function refusal(query: Uint8Array, code: number): Buffer | undefined {
  const packet = parse(query);
  if (packet === undefined) return undefined;
  const flags = RECURSION_AVAILABLE | ((packet.flags ?? 0) & wantsRecursion) | code;
  return encode({ type: "response", id: packet.id ?? 0, flags, questions: packet.questions ?? [] });
}

function udpLimit({ additionals = [] }: Packet): number {
  const options = additionals.find(({ type }) => type === "OPT");
  return options !== undefined && "udpPayloadSize" in options ? Math.max(512, options.udpPayloadSize) : 512;
}

function parse(query: Uint8Array): Packet | undefined {
  try {
    return decode(Buffer.from(query));
  } catch {
    // What a container sends to its server of names is its own affair.
    return undefined;
  }
}

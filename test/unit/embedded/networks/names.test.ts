import { decode, encode, type Packet, type RecordType } from "dns-packet";
import { describe, expect, test } from "vitest";
import { decide, noSuchName, serverFailure } from "../../../../src/embedded/networks/dns/answer.ts";
import { type NamedEndpoint, NameTable } from "../../../../src/embedded/networks/dns/name-table.ts";

function endpoint(containerId: string, network: string, more: Partial<NamedEndpoint> = {}): NamedEndpoint {
  return { containerId, network, names: [containerId], links: {}, ipv4: undefined, ipv6: undefined, ...more };
}

function table(...endpoints: NamedEndpoint[]): NameTable {
  const names = new NameTable();
  for (const each of endpoints) names.add(each);
  return names;
}

function question(name: string, type: RecordType, additionals: Packet["additionals"] = []): Buffer {
  return encode({ type: "query", id: 7, flags: 0x100, questions: [{ name, type }], additionals });
}

/** The reply in one line: code, flags, data of the answers. */
function reply(names: NameTable, caller: string, name: string, type: RecordType = "A"): string {
  const decision = decide(question(name, type), { containerId: caller, transport: "udp" }, names);
  if (decision.kind !== "answer") return decision.kind;
  const { id, flags = 0, answers = [] } = decode(decision.packet);
  const data = answers.map((answer) => ("data" in answer && typeof answer.data === "string" ? answer.data : ""));
  return [id, flags & 15, ...data].join(" ");
}

describe("the server of names", () => {
  const names = table(
    endpoint("web-1", "front", { names: ["web-1", "web"], ipv4: "10.0.0.2", ipv6: "fd00::2" }),
    endpoint("web-2", "front", { names: ["web-2", "web"], ipv4: "10.0.0.3" }),
    endpoint("api", "front", { ipv4: "10.0.0.4", links: { store: "web-1" } }),
    endpoint("api", "back", { ipv4: "10.1.0.4" }),
    endpoint("db", "back", { ipv4: "10.1.0.5" }),
  );

  test.each([
    { caller: "api", name: "web-1", type: "A", says: "7 0 10.0.0.2", why: "a neighbour" },
    { caller: "api", name: "WEB-1", type: "A", says: "7 0 10.0.0.2", why: "in any case" },
    { caller: "api", name: "web-1.front", type: "A", says: "7 0 10.0.0.2", why: "with its network" },
    { caller: "api", name: "web-1.back", type: "A", says: "forward", why: "not of that network" },
    { caller: "api", name: "db", type: "A", says: "7 0 10.1.0.5", why: "on its other network" },
    { caller: "web-1", name: "db", type: "A", says: "forward", why: "of a network that the caller is not on" },
    { caller: "api", name: "store", type: "A", says: "7 0 10.0.0.2", why: "a link of the caller" },
    { caller: "web-2", name: "store", type: "A", says: "forward", why: "a link of another" },
    { caller: "api", name: "web-1", type: "AAAA", says: "7 0 fd00::2", why: "IPv6" },
    { caller: "api", name: "db", type: "AAAA", says: "7 0", why: "no such record: NODATA" },
    { caller: "api", name: "web-1", type: "MX", says: "7 0", why: "no other types" },
    { caller: "api", name: "2.0.0.10.in-addr.arpa", type: "PTR", says: "7 0 web-1.front", why: "an address" },
    { caller: "web-1", name: "5.0.1.10.in-addr.arpa", type: "PTR", says: "forward", why: "an address elsewhere" },
    {
      caller: "api",
      name: "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa",
      type: "PTR",
      says: "7 0 web-1.front",
      why: "an IPv6 address",
    },
    { caller: "stranger", name: "web-1", type: "A", says: "forward", why: "a caller without networks" },
  ] as const)("$caller asks $type $name: $why", ({ caller, name, type, says }) => {
    expect(reply(names, caller, name, type)).toBe(says);
  });

  test("replicas take turns, also for programs that ask for both families", () => {
    const firsts = Array.from({ length: 4 }, () => {
      const first = reply(names, "api", "web").split(" ")[2];
      reply(names, "api", "web", "AAAA");
      return first;
    });
    expect(new Set(firsts)).toEqual(new Set(["10.0.0.2", "10.0.0.3"]));
  });

  test("a container that left is forgotten, on one network or all", () => {
    const tested = table(
      endpoint("a", "one", { ipv4: "10.0.0.2" }),
      endpoint("a", "two", { ipv4: "10.1.0.2" }),
      endpoint("b", "one", { ipv4: "10.0.0.3" }),
    );
    tested.remove("a", "two");
    expect([tested.callerAt("10.1.0.2"), tested.callerAt("10.0.0.2")]).toEqual([undefined, "a"]);
    tested.remove("a");
    expect(reply(tested, "b", "a")).toBe("forward");
  });

  test("an answer too long for UDP asks for TCP, unless the asker takes more", () => {
    const many = table(
      ...Array.from({ length: 60 }, (_, i) => endpoint(`c${i}`, "net", { names: ["web"], ipv4: `10.0.1.${i}` })),
    );
    const plain = decide(question("web", "A"), { containerId: "c0", transport: "udp" }, many);
    const tcp = decide(question("web", "A"), { containerId: "c0", transport: "tcp" }, many);
    const edns = question("web", "A", [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: 4096,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ]);
    const large = decide(edns, { containerId: "c0", transport: "udp" }, many);
    const seen = [plain, tcp, large].map((decision) => {
      const packet = decision.kind === "answer" ? decode(decision.packet) : undefined;
      return { truncated: packet?.flag_tc, answers: packet?.answers?.length };
    });
    expect(seen).toEqual([
      { truncated: true, answers: 0 },
      { truncated: false, answers: 60 },
      { truncated: false, answers: 60 },
    ]);
  });

  test("what is no question gets no answer", () => {
    const asker = { containerId: "api", transport: "udp" } as const;
    const response = encode({ type: "response", id: 1, questions: [{ type: "A", name: "web" }] });
    for (const bytes of [Buffer.alloc(0), Buffer.from("x"), Buffer.alloc(12), Buffer.alloc(600, 0xff), response]) {
      expect(decide(bytes, asker, names)).toEqual({ kind: "drop" });
    }
    expect(noSuchName(Buffer.from("x"))).toBeUndefined();
  });

  test("refusals repeat the question", () => {
    const query = question("nobody", "A");
    const codes = [noSuchName(query), serverFailure(query)].map((packet) => {
      const { id, flags = 0, questions } = decode(packet ?? Buffer.alloc(0));
      return [id, flags & 15, questions?.[0]?.name];
    });
    expect(codes).toEqual([
      [7, 3, "nobody"],
      [7, 2, "nobody"],
    ]);
  });
});

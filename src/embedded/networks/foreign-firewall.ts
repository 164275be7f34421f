// Other managers of the firewall (dockerd, ufw) let nothing pass that they do not know. A verdict "accept" of our own
// chain does not bind theirs, so each of their chains that drops by policy gets rules that accept our bridges, found
// again by their comments. Chains that accept by policy are left alone.

/** What has to get through the chains of others. */
export interface Passage {
  /** Name of the bridge. */
  readonly device: string;
  readonly hasIpv6: boolean;
  /** Where its containers ask for names. */
  readonly namesPort: number | undefined;
}

/** What is to be done to the chains of others. */
export interface ForeignChanges {
  /** Lines for `nft -f`; empty when all is as it should be. */
  readonly lines: readonly string[];
  /** What the lines do, in words: one sentence for each chain that is opened. */
  readonly told: readonly string[];
}

/** Compares the rules of the host (`nft -j list ruleset`) with what has to get through. */
export function foreignChanges(ruleset: unknown, mark: string, passages: readonly Passage[]): ForeignChanges {
  const { chains, rules } = parse(ruleset);
  const foreign = chains.filter(({ family, table }) => families.includes(family) && table !== mark);
  const doors = foreign
    .filter(({ hook, policy }) => policy === "drop" && (hook === "forward" || hook === "input"))
    .map((chain) => ({ chain: entranceOf(chain, foreign), hook: chain.hook ?? "", policyOf: chain.name }));
  const lines: string[] = [];
  const told: string[] = [];
  const wantedIn = new Map<string, Set<string>>();
  for (const { chain, hook, policyOf } of doors) {
    const wanted = wantedRules(chain.family, hook, mark, passages);
    const there = new Set(rules.filter((rule) => keyOf(rule) === nameOf(chain)).map(({ comment }) => comment));
    wantedIn.set(nameOf(chain), new Set([...(wantedIn.get(nameOf(chain)) ?? []), ...wanted.keys()]));
    const missing = [...wanted].filter(([comment]) => !there.has(comment));
    lines.push(...missing.map(([comment, rule]) => `insert rule ${nameOf(chain)} ${rule} comment "${comment}"`));
    if (missing.length > 0) {
      told.push(
        `the firewall's chain ${policyOf} (${chain.family} ${chain.table}) drops what it does not know: ` +
          `accepted the engine's bridges in ${chain.name}`,
      );
    }
  }
  const stale = rules.filter(
    (rule) => rule.comment.startsWith(`${mark} `) && wantedIn.get(keyOf(rule))?.has(rule.comment) !== true,
  );
  lines.unshift(...stale.map((rule) => `delete rule ${keyOf(rule)} handle ${rule.handle}`));
  return { lines, told };
}

/** What no rule of ours can mend. */
export function foreignWarnings(ruleset: unknown, passages: readonly Passage[]): string[] {
  const hasFirewalld = parse(ruleset).chains.some(({ table }) => table === "firewalld");
  const [first] = passages;
  if (!hasFirewalld || first === undefined) return [];
  return [
    "firewalld is active and may reject the traffic of containers: " +
      `firewall-cmd --permanent --zone=trusted --add-interface=${first.device} && firewall-cmd --reload`,
  ];
}

/** The same for the kernel's older firewall, which nftables does not show: its rules as `iptables-legacy -S` tells them. */
export function legacyWarnings(rules: string, passages: readonly Passage[]): string[] {
  const lines = rules.split("\n");
  if (!lines.includes("-P FORWARD DROP")) return [];
  const accepts = (way: "-i" | "-o", name: string): boolean => lines.includes(`-A FORWARD ${way} ${name} -j ACCEPT`);
  const closed = passages
    .map(({ device }) => ({ device, all: device.replace(/^tsc.*/, "tsc+") }))
    .find(({ device, all }) => (["-i", "-o"] as const).some((way) => !accepts(way, device) && !accepts(way, all)));
  if (closed === undefined) return [];
  const opening = ["-i", "-o"].map((way) => `iptables-legacy -I FORWARD ${way} ${closed.all} -j ACCEPT`);
  return [`iptables-legacy drops what passes through, that of containers, too: ${opening.join(" && ")}`];
}

const families = ["ip", "ip6", "inet"];

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
}

interface Rule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  readonly comment: string;
}

/** dockerd keeps a chain for rules of others, which outlives its restarts. */
function entranceOf(chain: Chain, all: readonly Chain[]): Chain {
  if (chain.hook !== "forward") return chain;
  const isDoor = ({ family, table, name }: Chain): boolean =>
    name === "DOCKER-USER" && family === chain.family && table === chain.table;
  return all.find(isDoor) ?? chain;
}

/** By comment; plain enough for iptables to show them. */
function wantedRules(
  family: string,
  hook: string,
  mark: string,
  passages: readonly Passage[],
): ReadonlyMap<string, string> {
  const concerned = passages.filter(({ hasIpv6 }) => family !== "ip6" || hasIpv6);
  return new Map(
    concerned.flatMap(({ device, namesPort }): [string, string][] => {
      if (hook === "forward") {
        return [
          [`${mark} from ${device}`, `iifname "${device}" counter accept`],
          [`${mark} to ${device}`, `oifname "${device}" counter accept`],
        ];
      }
      if (namesPort === undefined || family === "ip6") return [];
      return ["udp", "tcp"].map((protocol) => [
        `${mark} names ${device} ${protocol} ${namesPort}`,
        `iifname "${device}" ${protocol} dport ${namesPort} counter accept`,
      ]);
    }),
  );
}

function nameOf({ family, table, name }: Chain): string {
  return `${family} ${table} ${name}`;
}

function keyOf({ family, table, chain }: Rule): string {
  return `${family} ${table} ${chain}`;
}

function parse(ruleset: unknown): { readonly chains: readonly Chain[]; readonly rules: readonly Rule[] } {
  const { nftables = [] } = ruleset as { readonly nftables?: readonly { chain?: Chain; rule?: Partial<Rule> }[] };
  return {
    chains: nftables.flatMap(({ chain }) => (chain === undefined ? [] : [chain])),
    rules: nftables.flatMap(({ rule }) => (rule === undefined ? [] : [{ comment: "", ...rule } as Rule])),
  };
}

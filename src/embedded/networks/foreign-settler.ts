import { nowNs } from "../host/clock.ts";
import { legacyForwardRules } from "../host/legacy-firewall.ts";
import { readRuleset } from "../host/nft.ts";
import { foreignChanges, foreignWarnings, legacyWarnings, type Passage } from "./foreign-firewall.ts";
import { namesAddress, type NetworkState } from "./live.ts";

/** A look costs as much as a fifth of a start. */
const betweenLooksNs = 10_000_000_000n;

/** Keeps the chains of other firewall managers open for the engine's bridges. */
export class ForeignSettler {
  readonly #state: NetworkState;
  readonly #told = new Set<string>();
  #settledNs = 0n;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(state: NetworkState) {
    this.#state = state;
  }

  /** The same for a manager that came later, looked for at most once in a while, when a container starts. */
  settleNow(): void {
    const now = nowNs();
    if (now - this.#settledNs < betweenLooksNs) return;
    this.#settledNs = now;
    void this.settle();
  }

  /** Brings them up to date with the networks that there are now; calls at the same time share the work. */
  settle(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#settleOnce().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    // What runs may have looked before the change that this call is about.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.settle();
    });
    return this.#next;
  }

  /** Never rejects: networks work without where nobody else drops. */
  async #settleOnce(): Promise<void> {
    try {
      await this.#openForeignChains();
    } catch (error) {
      this.#tell(`the firewall's other rules: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #openForeignChains(): Promise<void> {
    const { nft, mark } = this.#state;
    const ruleset = await readRuleset();
    const passages = this.#passages();
    const { lines, told } = foreignChanges(ruleset, mark, passages);
    if (lines.length > 0) await nft.apply(lines.join("\n"));
    const warnings = [...foreignWarnings(ruleset, passages), ...legacyWarnings(await legacyForwardRules(), passages)];
    for (const message of [...told, ...warnings]) this.#tell(message);
  }

  #tell(message: string): void {
    if (!this.#told.has(message)) this.#state.announce(message);
    this.#told.add(message);
  }

  #passages(): Passage[] {
    return this.#state.store.all().flatMap((network) => {
      const { device, hasIpv6 } = network;
      const isUp = device !== undefined && this.#state.servers.has(network.id);
      const namesPort = namesAddress(this.#state, network)?.port;
      return isUp ? [{ device, hasIpv6, namesPort }] : [];
    });
  }
}

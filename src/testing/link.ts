import { UsageError } from "../errors.ts";
import type { Ends } from "./faults/ends.ts";
import { readDelayMs, readShare, undisturbed } from "./faults/disturbance.ts";
import type { Fault } from "./faults/fault.ts";
import type { LinkFaults } from "./faults/link-faults.ts";

/**
 * The way from one service of a stack to another, to be made worse. What is done to it lasts until the fault is healed, by its
 * scope or by the stack's; several add up. It concerns the containers that run: a restart of either side may end it.
 */
export class TestLink {
  readonly #ends: Ends;
  readonly #faults: LinkFaults;

  constructor(ends: Ends, faults: LinkFaults) {
    if (ends.from === ends.to) throw new UsageError(`link: "${ends.from}" has no link to itself`);
    this.#ends = ends;
    this.#faults = faults;
  }

  /** Holds each packet to the other side back: `"200ms"`, `"1.5s"`, or milliseconds. A request takes that much longer. */
  async latency(delay: string | number): Promise<Fault> {
    return this.#faults.disturb(this.#ends, { ...undisturbed, delayMs: readDelayMs(delay) });
  }

  /** Loses packets in both directions: 0.05 is one of twenty. */
  async drop(share: number): Promise<Fault> {
    return this.#faults.disturb(this.#ends, { ...undisturbed, lostShare: readShare(share) });
  }

  /** Loses all packets: connections hang, as they do when a cable is pulled. */
  async cut(): Promise<Fault> {
    return this.#faults.disturb(this.#ends, { ...undisturbed, isCut: true });
  }
}

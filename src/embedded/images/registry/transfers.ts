import { unlessAborted } from "../../store/unless-aborted.ts";
import type { Layer } from "../layers/layer-store.ts";
import type { Tell } from "./lines.ts";

/** Brings layers, each once at a time: who wants one that is on its way waits for it and hears how far it is. */
export interface Transfers {
  /** `bring` is used when nobody else does it. Throws what it throws, or when the signal is aborted. */
  layer(diffId: string, wish: TransferWish): Promise<Layer>;
}

export interface TransferWish {
  readonly bring: (tell: Tell, signal: AbortSignal) => Promise<Layer>;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

interface Transfer {
  readonly listeners: Set<Tell>;
  readonly abandoned: AbortController;
  readonly layer: Promise<Layer>;
}

export function createTransfers(find: (diffId: string) => Layer | undefined): Transfers {
  const running = new Map<string, Transfer>();

  function start(diffId: string, { bring }: TransferWish): Transfer {
    const listeners = new Set<Tell>();
    const abandoned = new AbortController();
    const tellAll: Tell = (line) => {
      for (const tell of listeners) tell(line);
    };
    const layer = bring(tellAll, abandoned.signal).finally(() => running.delete(diffId));
    layer.catch(() => {});
    const transfer = { listeners, abandoned, layer };
    running.set(diffId, transfer);
    return transfer;
  }

  return {
    async layer(diffId, wish) {
      for (;;) {
        wish.signal.throwIfAborted();
        const known = find(diffId);
        if (known !== undefined) return known;
        const joined = running.get(diffId);
        const transfer = joined ?? start(diffId, wish);
        try {
          return await listen(transfer, wish);
        } catch (error) {
          wish.signal.throwIfAborted();
          // Others may be refused, or go away: that is no answer to this one.
          if (joined === undefined) throw error;
        }
      }
    },
  };
}

/** The last to leave stops it, and stays until it has stopped. */
async function listen({ listeners, abandoned, layer }: Transfer, { tell, signal }: TransferWish): Promise<Layer> {
  // Two pulls of one client may have the same ear.
  const ear: Tell = (line) => tell(line);
  listeners.add(ear);
  try {
    return await unlessAborted(layer, signal);
  } finally {
    listeners.delete(ear);
    if (listeners.size === 0) {
      abandoned.abort();
      await layer.catch(() => {});
    }
  }
}

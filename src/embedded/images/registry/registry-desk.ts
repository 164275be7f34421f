import { badRequest } from "../../api/http-error.ts";
import { type RegistryClient, type RegistryOptions, openRegistries } from "../../../registry/client.ts";
import type { RegistrySettings } from "../../../registry/endpoints.ts";
import { RegistryError } from "../../../registry/registry-error.ts";
import type { LayerStore } from "../layers/layer-store.ts";
import { type Gate, createGate } from "./gate.ts";
import { type Transfers, createTransfers } from "./transfers.ts";

/** What everything that speaks to registries shares. */
export interface RegistryDesk {
  /** A client by the settings of this moment: whoever edits them need not restart the engine. */
  open(): Promise<RegistryClient>;
  readonly transfers: Transfers;
  readonly downloads: Gate;
  readonly uploads: Gate;
}

/** As many layers at once as Docker fetches; more sent at once would only hold more memory. */
const mostDownloads = 3;
const mostUploads = 3;

export interface DeskParts {
  readonly layers: Pick<LayerStore, "find">;
  readonly settings: () => Promise<RegistrySettings>;
  readonly options?: RegistryOptions;
}

export function openRegistryDesk({ layers, settings, options }: DeskParts): RegistryDesk {
  return {
    open: async () => openRegistries(await settings().catch(refuseSettings), options),
    transfers: createTransfers((diffId) => layers.find(diffId)),
    downloads: createGate(mostDownloads),
    uploads: createGate(mostUploads),
  };
}

function refuseSettings(error: unknown): never {
  throw error instanceof RegistryError ? badRequest(error.message) : error;
}

import { createHash } from "node:crypto";
import { networkHashInput, serviceHashInput, volumeHashInput } from "../compose/encode.ts";
import type { Network, Service, Volume } from "../compose/project.ts";

/** The text whose digest is a service's config hash; apart from the digest so that container ids can be filled in late. */
export function serviceHashText(service: Service): string {
  return serviceHashInput(service);
}

/** Config hash of a network. */
export function networkHash(network: Network): string {
  return digest(networkHashInput(network));
}

/** Config hash of a volume. */
export function volumeHash(volume: Volume): string {
  return digest(volumeHashInput(volume));
}

/** SHA-256 in hexadecimal: the form of all hashes in labels. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

import { label } from "../observe/labels.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";

/** Volumes without a name of their own that came down to a container from those whose place it took. */
export function takenOver({ labels }: ObservedContainer): readonly string[] {
  return (labels[label.anonymousVolumes] ?? "").split(",").filter((name) => name !== "");
}

/** What whoever takes the place of a container is to know: volumes that nobody could find by a name, used further or not. */
export function volumesLeftBy(container: ObservedContainer, all: readonly ObservedContainer[]): readonly string[] {
  const isShared = (source: string): boolean =>
    all.some(({ id, mounts }) => id !== container.id && mounts.some((mount) => mount.source === source));
  const own = container.mounts.flatMap(({ type, source }) =>
    type === "volume" && isMadeFor(container, source) && !isShared(source) ? [source] : [],
  );
  return [...new Set([...takenOver(container), ...own])].sort();
}

/** Whether the engine made a volume for this very container. When in doubt it did not: a volume of somebody is not ours to remove. */
function isMadeFor({ details, labels }: ObservedContainer, volume: string): boolean {
  if (!isEnginesName(volume)) return false;
  // Looked at closely only where it differs: otherwise it is as it was made, and the first of its line took over nothing.
  if (details === undefined) return labels[label.replace] === undefined;
  const { Binds, Mounts } = details.HostConfig;
  const named = [...(Binds ?? []).map((bind) => bind.split(":")[0]), ...(Mounts ?? []).map(({ Source }) => Source)];
  return !named.includes(volume);
}

/** Whether a volume's name is one that engines make up: 64 hexadecimal digits. */
export function isEnginesName(volume: string): boolean {
  return /^[0-9a-f]{64}$/.test(volume);
}

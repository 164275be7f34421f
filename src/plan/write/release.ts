import type { ObservedNetwork } from "../../observe/snapshot.ts";
import { networkBody } from "../spec/network.ts";
import { volumeBody } from "../spec/volume.ts";
import type { Writer } from "./writer.ts";

/** Makes room, then makes networks and volumes: only what stands in the way of something new is stopped this early. */
export function writeRelease(writer: Writer): void {
  writeLeftovers(writer);
  writeLiveUpdates(writer);
  writeNetworks(writer);
  writeVolumes(writer);
}

/** Remains of an interrupted run hold names that the new containers need. */
function writeLeftovers(writer: Writer): void {
  for (const { existing, cause } of writer.each("remove")) {
    if (existing.name === existing.container.name) continue;
    writer.remove(existing.container, cause, { after: [], withVolumes: true });
  }
  for (const { existing } of writer.each("keep", "start", "unpause", "restart")) {
    const { container, name, needsRename } = existing;
    if (!needsRename) continue;
    const operation = { kind: "rename-container", container: container.id, name, service: container.service } as const;
    writer.prepared.set(name, [writer.add(operation, "finishes an interrupted recreation")]);
  }
}

function writeLiveUpdates(writer: Writer): void {
  for (const { existing } of writer.each("keep", "start", "unpause", "restart")) {
    const { container, name, update } = existing;
    if (update === undefined) continue;
    const about = { id: container.id, name, service: container.service } as const;
    const after = writer.prepared.get(name) ?? [];
    const step = writer.add({ kind: "update-container", ...about, body: update.body }, update.cause, { after });
    writer.prepared.set(name, [step]);
  }
}

function writeNetworks(writer: Writer): void {
  const { networks, project } = writer.planning;
  for (const [key, decision] of networks) {
    if (decision.kind === "keep") continue;
    const { network, cause } = decision;
    const after = decision.kind === "recreate" ? [writeNetworkRemoval(writer, key, decision)] : [];
    const body = networkBody(network, project.name);
    writer.networks.set(key, writer.add({ kind: "create-network", name: network.name, body }, cause, { after }));
  }
}

/** A network cannot go while containers use it: ours are stopped and taken off it first. */
function writeNetworkRemoval(
  writer: Writer,
  key: string,
  { observed: { id, name }, cause }: { readonly observed: ObservedNetwork; readonly cause: string },
): number {
  const attached = writer.planning.snapshot.containers.filter(({ networks }) => networks[name] === id);
  const released = attached.map((container) => {
    const because = `network ${key} is recreated`;
    const stop = writer.stop(container, because, { after: [] });
    const after = stop === undefined ? [] : [stop];
    return writer.add({ kind: "disconnect-network", network: name, container: container.name }, because, { after });
  });
  return writer.add({ kind: "remove-network", id, name }, cause, { after: released });
}

function writeVolumes(writer: Writer): void {
  const { volumes, project } = writer.planning;
  const replaced = [...volumes.values()].some(({ kind }) => kind === "recreate");
  const users = replaced ? writer.each("recreate").filter(({ removesFirst }) => removesFirst) : [];
  const released = users.map(({ existing, cause }) =>
    writer.remove(existing.container, cause, { after: [], withVolumes: false, isReplaced: true }),
  );
  for (const [key, decision] of volumes) {
    if (decision.kind === "keep") continue;
    const { volume, cause } = decision;
    const after =
      decision.kind === "recreate"
        ? [writer.add({ kind: "remove-volume", name: volume.name }, cause, { after: released })]
        : [];
    const body = volumeBody(volume, project.name);
    writer.volumes.set(key, writer.add({ kind: "create-volume", name: volume.name, body }, cause, { after }));
  }
}

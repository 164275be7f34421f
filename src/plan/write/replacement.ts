import { isReplaceable, type Recreation, rolloutOf } from "../rollout.ts";
import type { Writer } from "./writer.ts";

/**
 * Stops and removes what is not wanted any more. By now everything new exists, so that a missing image or a refused body
 * leaves all that runs untouched. Replicas that are replaced one after another are left to the start of their service.
 */
export function writeReplacement(writer: Writer): void {
  const barrier = allCreated(writer);
  // Dependents first: a service must not outlive what it is restarted with.
  for (const { existing, service, cause, when } of writer.each("restart").reverse()) {
    const after = [...barrier, ...stoppedDependents(writer, service.name)];
    const stop = writer.stop(existing.container, cause, { after, when });
    const earlier = writer.prepared.get(existing.name) ?? [];
    if (stop !== undefined) writer.prepared.set(existing.name, [...earlier, stop]);
  }
  decideRollouts(writer);
  for (const decision of writer.each("recreate").reverse()) {
    const { container } = decision.existing;
    if (decision.removesFirst || isRolledOut(writer, decision.service.name, container.id)) continue;
    const after = [...barrier, ...stoppedDependents(writer, decision.service.name)];
    const withVolumes = writer.planning.options.renewAnonymousVolumes === true;
    writer.remove(container, "replaced", { after, when: decision.when, withVolumes, isReplaced: true });
  }
  for (const { existing, cause } of writer.each("remove").reverse()) {
    if (writer.removed.has(existing.container.id)) continue;
    // Nobody can reach the anonymous volumes of a replica that is gone.
    writer.remove(existing.container, cause, { after: barrier, withVolumes: true });
  }
  for (const { container, cause } of writer.decisions.orphans) {
    writer.remove(container, cause, { after: barrier, withVolumes: false });
  }
  writeRenames(writer);
}

/** Every step that makes a container: what runs is left alone until all of them have succeeded. */
export function allCreated(writer: Writer): readonly number[] {
  return [...writer.created.values()].flat();
}

function decideRollouts(writer: Writer): void {
  const { options, report, remark } = writer.planning;
  if (options.start === false) return;
  for (const { service, replicas } of writer.decided.values()) {
    const rollout = rolloutOf({
      service,
      replicas: replicas.filter(isReplaceable).filter((replica) => isUndisturbed(writer, replica)),
      wantedOf: ({ name }: Recreation) => writer.wanted.get(name),
      report,
      remark,
    });
    if (rollout !== undefined) writer.rollouts.set(service.name, rollout);
  }
}

/** True while the old one runs on, and nobody else has the name of the new one. */
function isUndisturbed({ planning, stopped }: Writer, { existing: { container }, name }: Recreation): boolean {
  const isTaken = planning.snapshot.containers.some((each) => each.name === name && each.id !== container.id);
  return !isTaken && !stopped.has(container.id);
}

function isRolledOut(writer: Writer, service: string, id: string): boolean {
  return writer.rollouts.get(service)?.replicas.some(({ existing }) => existing.container.id === id) ?? false;
}

/** Steps after which those that are restarted along with a service have stopped. */
export function stoppedDependents(writer: Writer, name: string): number[] {
  const dependents = [...writer.decided.values()].filter(({ service }) => service.dependsOn?.[name]?.restart === true);
  return dependents.flatMap(({ replicas }) =>
    replicas.flatMap((decision) =>
      "existing" in decision ? (writer.stopped.get(decision.existing.container.id)?.step ?? []) : [],
    ),
  );
}

/** New containers get their final name once whoever held it is gone. */
function writeRenames(writer: Writer): void {
  for (const decision of writer.each("create", "recreate")) {
    const { name, service } = decision;
    const created = writer.created.get(name) ?? [];
    if (decision.kind === "recreate" && isRolledOut(writer, service.name, decision.existing.container.id)) {
      writer.prepared.set(name, created);
      continue;
    }
    const holder = writer.planning.snapshot.containers.find((each) => each.name === name);
    const freed = holder === undefined ? undefined : writer.removed.get(holder.id);
    const isTemporary = freed !== undefined && (created[0] ?? 0) < freed;
    if (!isTemporary) {
      const replaced = decision.kind === "recreate" ? (writer.removed.get(decision.existing.container.id) ?? []) : [];
      writer.prepared.set(name, [...created, replaced].flat());
      continue;
    }
    const operation = { kind: "rename-container", container: name, name, service: service.name } as const;
    const when = decision.kind === "recreate" ? decision.when : [];
    writer.prepared.set(name, [writer.add(operation, "replaced", { after: [...created, freed], when })]);
  }
}

import type { Service } from "../../compose/project.ts";
import type { ObservedContainer } from "../../observe/snapshot.ts";
import type { Guard } from "../plan.ts";
import { temporaryName } from "../names.ts";
import { modelSteps } from "../models.ts";
import { providersOf, providerSteps } from "../provided.ts";
import { referencesOf } from "../references.ts";
import { sharedReplica, survivorName } from "../decision.ts";
import type { InheritedVolume } from "../spec/mounts.ts";
import { volumesLeftBy } from "../inheritance.ts";
import { wantedContainer } from "../wanted.ts";
import type { Writer } from "./writer.ts";

/** Makes every new container, beside what still runs. */
export function writeCreation(writer: Writer): void {
  for (const decision of writer.each("create", "recreate")) {
    const { service, name, number, cause } = decision;
    const replaced = decision.kind === "recreate" ? decision : undefined;
    writeContainer(writer, {
      service,
      name,
      number,
      cause,
      when: replaced?.when ?? [],
      ...(replaced === undefined ? {} : { replaced: replaced.existing.container }),
    });
  }
}

interface NewContainer {
  readonly service: Service;
  readonly name: string;
  readonly number: number;
  readonly cause: string;
  readonly when: readonly Guard[];
  readonly replaced?: ObservedContainer;
}

function writeContainer(writer: Writer, { service, name, number, cause, when, replaced }: NewContainer): void {
  const { planning, decided } = writer;
  const provided = providersOf(service, planning.providers);
  const wanted = wantedContainer(planning, decided, {
    service,
    name,
    number,
    isProvided: provided.length > 0,
    ...(replaced === undefined
      ? {}
      : {
          ...(planning.options.renewAnonymousVolumes === true
            ? {}
            : {
                inherited: inheritedVolumes(writer, service, replaced),
                takenOver: volumesLeftBy(replaced, planning.snapshot.containers),
              }),
          replaces: service.containerName ?? `${service.name}-${number}`,
        }),
  });
  const holder = planning.snapshot.containers.find((each) => each.name === name);
  const isHeld = holder !== undefined && !writer.removed.has(holder.id);
  const step = writer.add(
    {
      kind: "create-container",
      name: isHeld ? temporaryName(holder.id, name) : name,
      finalName: name,
      service: service.name,
      ...(replaced === undefined ? {} : { replaces: replaced.id }),
      body: wanted.body,
      ...(service.platform === undefined ? {} : { platform: service.platform }),
      late: wanted.late,
      ...(provided.length === 0 ? {} : { provided }),
    },
    cause,
    { after: [...needs(writer, service), ...outsideSteps(writer, service)], when },
  );
  const joined = wanted.connectLater.map(({ network, settings }) =>
    writer.add({ kind: "connect-network", network, container: name, endpoint: settings }, "joined after creation", {
      after: [step],
      when,
    }),
  );
  writer.wanted.set(name, wanted);
  writer.created.set(name, [step, ...joined]);
}

/** What programs of this machine do for a service. */
function outsideSteps({ planning: { providers, models } }: Writer, service: Service): number[] {
  return [...providerSteps(service, providers), ...modelSteps(service, models)];
}

/** Steps that make what a container is made of. */
function needs(writer: Writer, service: Service): number[] {
  const volumes = (service.volumes ?? []).flatMap(({ type, source }) =>
    type === "volume" ? (writer.volumes.get(source ?? "") ?? []) : [],
  );
  const networks = Object.keys(service.networks ?? {}).flatMap((key) => writer.networks.get(key) ?? []);
  const parents = referencesOf(service).flatMap(({ service: parent }) => {
    const first = sharedReplica(writer.decided.get(parent));
    return first === undefined ? [] : (writer.created.get(survivorName(first) ?? "") ?? []);
  });
  // What is removed this early stands in the way of something new: its name, or a volume.
  const room = [...writer.removed.values()];
  return [...networks, ...volumes, ...parents, ...room];
}

/** Anonymous volumes go from the old container to the new: those of the file, and those the image declares. */
function inheritedVolumes(writer: Writer, service: Service, old: ObservedContainer): InheritedVolume[] {
  const anonymous = new Set(
    (service.volumes ?? []).flatMap(({ type, source, target }) =>
      type === "volume" && source === undefined ? [target] : [],
    ),
  );
  const named = new Set(
    (service.volumes ?? []).flatMap(({ source, target }) => (source === undefined ? [] : [target])),
  );
  const declared = new Set(writer.planning.images[service.name]?.observed?.volumes);
  return old.mounts
    .filter(({ type, target }) => type === "volume" && !named.has(target))
    .filter(({ target }) => anonymous.has(target) || declared.has(target))
    .map(({ source, target }) => ({ source, target }));
}

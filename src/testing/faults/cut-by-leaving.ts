import type { ContainerInspect, EndpointSettings } from "../../docker-api/container.ts";
import { UsageError } from "../../errors.ts";
import type { Running } from "../running.ts";
import { Fault } from "./fault.ts";
import { beyond, type Ends, inspectService } from "./ends.ts";

/**
 * Cuts a link by what every engine can do: the one side leaves the networks that it has in common with the other, and joins
 * them again. Throws where that would cut more than was asked for.
 */
export async function cutByLeaving(ends: Ends, obstacle: string, running: Running): Promise<Fault> {
  const { engine } = running.context;
  const [leaving, staying] = await Promise.all([inspectService(running, ends.from), inspectService(running, ends.to)]);
  const common = networksOf(leaving).filter((network) => networksOf(staying).includes(network));
  if (common.length === 0) throw new UsageError(`"${ends.from}" and "${ends.to}" have no network in common`);
  const others = running.containers.filter(({ service }) => service !== ends.from && service !== ends.to);
  const inspected = await Promise.all(others.map(({ id }) => engine.inspectContainer(id)));
  const third = inspected.find((each) => each !== undefined && networksOf([each]).some((own) => common.includes(own)));
  if (third !== undefined) {
    const name = running.containers.find(({ id }) => id === third.Id)?.service;
    throw beyond(ends, `${obstacle}, and without its network "${ends.from}" would not reach "${name}" either`);
  }
  const left = leaving.flatMap(({ Id, NetworkSettings: { Networks } }) =>
    Object.entries(Networks).flatMap(([network, endpoint]) =>
      common.includes(network) ? [{ Id, network, endpoint }] : [],
    ),
  );
  await Promise.all(left.map(({ Id, network }) => engine.disconnectNetwork(network, Id, { force: true })));
  return new Fault(async () => {
    for (const { Id, network, endpoint } of left) {
      // A container that was made anew meanwhile has joined by itself.
      if ((await engine.inspectContainer(Id)) !== undefined)
        await engine.connectNetwork(network, Id, asBefore(endpoint));
    }
    await running.refresh();
  });
}

function networksOf(containers: readonly ContainerInspect[]): readonly string[] {
  return containers.flatMap(({ NetworkSettings }) => Object.keys(NetworkSettings.Networks));
}

/** What somebody has said of an endpoint, without what the engine has made of it. */
function asBefore({ IPAMConfig, Links, Aliases, DriverOpts, GwPriority }: EndpointSettings): EndpointSettings {
  return {
    ...(IPAMConfig ? { IPAMConfig } : {}),
    ...(Links ? { Links } : {}),
    ...(Aliases ? { Aliases } : {}),
    ...(DriverOpts ? { DriverOpts } : {}),
    ...(GwPriority === undefined ? {} : { GwPriority }),
  };
}

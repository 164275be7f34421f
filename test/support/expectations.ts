import { expect } from "vitest";
import type { ContainerRow } from "./engine-api.ts";
import type { ContainerInspect } from "../../src/docker-api/container.ts";
import type { Action, World } from "./scenario.ts";

const serviceLabel = "com.docker.compose.service";
const projectLabel = "com.docker.compose.project";

/** The service's containers are in this state, as the engine says: `running`, `healthy`, `exited`; there is at least one. */
export function serviceIs(service: string, state: string): Action {
  return async (world) => {
    const containers = await containersOf(world, service);
    const states = await Promise.all(containers.map(({ Id }) => stateOf(Id, world)));
    expect(states, `states of ${service}`).not.toEqual([]);
    expect(new Set(states), `states of ${service}`).toEqual(new Set([state]));
  };
}

/** These are the names of all containers, networks and volumes of the project, without the project's own name. */
export function belongingsAre(...names: readonly string[]): Action {
  return async ({ project }) => expect(await project.belongings()).toEqual(names.toSorted());
}

/** Nothing that carries the project's label is there. */
export const nothingIsLeft: Action = belongingsAre();

/** Notes which containers the service has, for `isSameContainer` and `isNewContainer`. */
export function remember(service: string): Action {
  return async (world) => void world.memory.set(service, await idsOf(world, service));
}

/** The service still has the containers that were remembered. */
export function isSameContainer(service: string): Action {
  return async (world) => expect(await idsOf(world, service)).toBe(world.memory.get(service));
}

/** The service has other containers than those that were remembered. */
export function isNewContainer(service: string): Action {
  return async (world) => expect(await idsOf(world, service)).not.toBe(world.memory.get(service));
}

/** What the engine tells of every container of the service, or a part of it, is this. */
export function inspects(service: string, part: (container: ContainerInspect) => unknown, expected: unknown): Action {
  return async (world) => {
    const containers = await containersOf(world, service);
    expect(containers, `containers of ${service}`).not.toEqual([]);
    for (const { Id } of containers) {
      expect(part((await world.engine.get(`/containers/${Id}/json`)) as ContainerInspect)).toEqual(expected);
    }
  };
}

/** This is the value of a variable in the service's containers; `undefined`: it is not set. */
export function variableIs(service: string, name: string, value: string | undefined): Action {
  const valueOf = ({ Config }: ContainerInspect): string | undefined =>
    Config.Env?.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  return inspects(service, valueOf, value);
}

/** A GET of this address brings a text that matches. */
export function answers(address: string, expected: RegExp): Action {
  return async () => {
    const response = await fetch(address);
    expect(await response.text(), address).toMatch(expected);
  };
}

/** A POST of this JSON succeeds. */
export function accepts(address: string, body: unknown): Action {
  return async () => {
    const response = await fetch(address, { method: "POST", body: JSON.stringify(body) });
    expect(response.ok, `${response.status} ${await response.text()}`).toBe(true);
  };
}

/** The last command wrote this to stdout. */
export function printed(expected: RegExp | string): Action {
  return async ({ outcomes }) => says(outcomes.at(-1)?.stdout, expected);
}

/** The last command wrote so many different things of this kind to stdout, and none of them twice. */
export function printedTimes(times: number, expected: RegExp): Action {
  return async ({ outcomes }) => {
    const found = [...(outcomes.at(-1)?.stdout ?? "").matchAll(expected)].map(([text]) => text);
    expect({ found, different: new Set(found).size }).toEqual({ found, different: times });
    expect(found).toHaveLength(times);
  };
}

/** The last command did not write this to stdout. */
export function didNotPrint(unexpected: RegExp): Action {
  return async ({ outcomes }) => expect(outcomes.at(-1)?.stdout ?? "").not.toMatch(unexpected);
}

/** The last command wrote this to stderr. */
export function complained(expected: RegExp | string): Action {
  return async ({ outcomes }) => says(outcomes.at(-1)?.stderr, expected);
}

/** The last command did not write this to stderr. */
export function didNotComplain(unexpected: RegExp): Action {
  return async ({ outcomes }) => expect(outcomes.at(-1)?.stderr ?? "").not.toMatch(unexpected);
}

/** A text is all of it, a pattern may be a part. */
function says(output: string | undefined, expected: RegExp | string): void {
  if (typeof expected === "string") expect(output?.trim()).toBe(expected);
  else expect(output).toMatch(expected);
}

async function containersOf({ project, engine }: World, service: string): Promise<readonly ContainerRow[]> {
  return engine.containers({ label: [`${projectLabel}=${project.name}`, `${serviceLabel}=${service}`] });
}

async function idsOf(world: World, service: string): Promise<string> {
  const ids = (await containersOf(world, service)).map(({ Id }) => Id);
  expect(ids, `containers of ${service}`).not.toEqual([]);
  return ids.toSorted().join(" ");
}

/** By inspection, which waits until a change that an event has told of is complete: lists may show the state before it. */
async function stateOf(id: string, { engine }: World): Promise<string> {
  const { State } = (await engine.get(`/containers/${id}/json`)) as ContainerInspect;
  const health = State.Health?.Status ?? "none";
  return State.Status === "running" && health !== "none" && health !== "" ? health : State.Status;
}

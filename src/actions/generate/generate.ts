import type { Encoded } from "../../compose/encode.ts";
import { escapeDollars, type PrintFormat, printModel } from "../../compose/print.ts";
import type { Context } from "../../context.ts";
import type { ContainerInspect } from "../../docker-api/container.ts";
import { TscomposeError, UsageError } from "../../errors.ts";
import { label } from "../../observe/labels.ts";
import { type Part, resourcesOf, serviceNameOf, serviceOf } from "./reverse.ts";

/** What to make a compose file of. */
export interface GenerateOptions {
  /** Names or ids of containers, whoever made them. */
  readonly containers: readonly string[];
  /** Name of the project; absent: the file has none. */
  readonly name?: string;
  /** Where the file will be: what is mounted from there has a relative path; absolute. */
  readonly projectDirectory?: string;
}

/**
 * A compose file that makes such containers again, as data: one service for each, or for all replicas of one. Networks
 * and volumes keep the names that they have, so that data is found again.
 */
export async function generate(
  { containers: wanted, name, projectDirectory }: GenerateOptions,
  { engine }: Pick<Context, "engine">,
): Promise<Part> {
  if (wanted.length === 0) throw new UsageError("generate: expected at least one container", "see docker ps");
  const found = await Promise.all(
    wanted.map(async (nameOrId) => {
      const container = await engine.inspectContainer(nameOrId);
      if (container !== undefined) return container;
      throw new TscomposeError({ code: "not-found", message: `the engine has no container "${nameOrId}"` });
    }),
  );
  const byService = Map.groupBy(found, serviceNameOf);
  const services = await Promise.all(
    [...byService].map(async ([service, replicas]) => {
      const [first] = replicas;
      if (first === undefined) return [service, {}] as const;
      const made = serviceOf(first, await engine.inspectImage(first.Image), projectDirectory);
      const more = { ...ownName(first), ...(replicas.length > 1 ? { scale: replicas.length } : {}) };
      return [service, { ...made, ...more }] as const;
    }),
  );
  return {
    ...(name === undefined ? {} : { name }),
    services: Object.fromEntries(services.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    ...declared(
      "networks",
      found.flatMap((container) => resourcesOf(container).networks),
    ),
    ...declared(
      "volumes",
      found.flatMap((container) => resourcesOf(container).volumes),
    ),
  };
}

/** The same as text, which reads back as what it was made of. */
export function printGenerated(model: Part, format: PrintFormat): string {
  return escapeDollars(printModel(model as Encoded, format));
}

/** What was not made by compose had its name from somebody. */
function ownName({ Name, Config }: ContainerInspect): Part {
  return Config.Labels[label.service] === undefined ? { container_name: Name.replace(/^\//, "") } : {};
}

function declared(section: string, names: readonly string[]): Part {
  const distinct = [...new Set(names)].toSorted();
  if (distinct.length === 0) return {};
  return { [section]: Object.fromEntries(distinct.map((name) => [name, { name }])) };
}

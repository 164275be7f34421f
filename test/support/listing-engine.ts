import type { ContainerInspect, ContainerSummary } from "../../src/docker-api/container.ts";
import type { Engine } from "../../src/engine/engine.ts";

/** What a test says of a container; all else is what an engine would fill in. */
export interface SampleRow extends Partial<Omit<ContainerSummary, "Labels">> {
  readonly name: string;
  readonly service: string;
  readonly number?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A row of an engine's list: a replica of the project `app`, or without a number a one-off. */
export function listedRow({ name, service, number, labels, ...row }: SampleRow): ContainerSummary {
  return {
    Id: `id-of-${name}`,
    Names: [`/${name}`],
    Image: `${service}:1`,
    ImageID: "sha256:1",
    Command: "serve",
    Created: 1_000,
    Ports: [],
    State: "running",
    Status: "Up 2 minutes",
    Labels: {
      "com.docker.compose.project": "app",
      "com.docker.compose.service": service,
      "com.docker.compose.config-hash": "h",
      "com.docker.compose.oneoff": number === undefined ? "True" : "False",
      ...(number === undefined ? {} : { "com.docker.compose.container-number": String(number) }),
      ...labels,
    },
    ...row,
  };
}

/** An engine that can only be looked at: it lists these containers, by the labels asked for, and counts the calls. */
export function listingEngine(
  rows: readonly ContainerSummary[],
  inspected: Readonly<Record<string, ContainerInspect>> = {},
): { readonly engine: Engine; readonly calls: string[] } {
  const calls: string[] = [];
  const verbs: Pick<Engine, "listContainers" | "inspectContainer"> = {
    listContainers({ all, filters }) {
      calls.push("list");
      const hasLabel = (row: ContainerSummary, text: string): boolean => {
        const [key = "", value] = text.split("=");
        return value === undefined ? row.Labels[key] !== undefined : row.Labels[key] === value;
      };
      const fits = rows.filter((row) => (filters["label"] ?? []).every((text) => hasLabel(row, text)));
      return Promise.resolve(fits.filter(({ State }) => all || State === "running"));
    },
    inspectContainer(id) {
      calls.push(`inspect ${id}`);
      return Promise.resolve(inspected[id]);
    },
  };
  return { engine: verbs as Engine, calls };
}

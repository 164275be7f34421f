import type { ContainerDocument } from "../containers/container.ts";

type Startable = Pick<ContainerDocument, "id" | "name" | "config" | "hostConfig">;

/**
 * Puts containers into waves: each comes after all that it depends on, by Compose's labels or because it shares their
 * namespaces or volumes. Who depends on each other comes in any order.
 */
export function bootOrder(containers: readonly Startable[]): readonly (readonly string[])[] {
  const levels = new Map<string, number>();
  const levelOf = (container: Startable, above: ReadonlySet<string>): number => {
    const known = levels.get(container.id);
    if (known !== undefined) return known;
    const within = new Set([...above, container.id]);
    const before = containers.filter((other) => !within.has(other.id) && dependsOn(container, other));
    const level = 1 + Math.max(-1, ...before.map((other) => levelOf(other, within)));
    levels.set(container.id, level);
    return level;
  };
  const waves: string[][] = [];
  for (const container of containers) (waves[levelOf(container, new Set())] ??= []).push(container.id);
  return waves;
}

function dependsOn(container: Startable, other: Startable): boolean {
  return (
    namedBy(container).some((name) => name === other.name || other.id.startsWith(name)) || isServiceOf(container, other)
  );
}

/** Containers of which it needs something that is there only while they run, or that they were given. */
function namedBy({ hostConfig }: Startable): readonly string[] {
  const { NetworkMode = "", IpcMode = "", PidMode = "", VolumesFrom, Links } = hostConfig;
  const shared = [NetworkMode, IpcMode, PidMode].flatMap((mode) => /^container:(.+)$/.exec(mode)?.[1] ?? []);
  const listed = [...(VolumesFrom ?? []), ...(Links ?? [])].map(
    (entry) => entry.split(":")[0]?.replace(/^\//, "") ?? "",
  );
  return [...shared, ...listed.filter((name) => name !== "")];
}

const project = "com.docker.compose.project";
const service = "com.docker.compose.service";
/** `db:service_healthy:true,cache:service_started:false` */
const dependencies = "com.docker.compose.depends_on";

function isServiceOf({ config: { Labels: own } }: Startable, { config: { Labels: others } }: Startable): boolean {
  if (own?.[project] === undefined || own[project] !== others?.[project]) return false;
  const wanted = (own[dependencies] ?? "").split(",").map((entry) => entry.split(":")[0]);
  return wanted.includes(others[service]);
}

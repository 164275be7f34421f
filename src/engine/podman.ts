import type { ContainerInspect } from "../docker-api/container.ts";
import type { ProcessList } from "../docker-api/measurement.ts";
import { told, toldOrMissing } from "./answer.ts";
import type { Transport } from "./transport.ts";

/**
 * A container's binds as Docker tells them: those that somebody asked for. Podman's name every volume, also the ones it
 * made for the container alone; only its own API tells which these are.
 */
export async function withBindsAskedFor(container: ContainerInspect, transport: Transport): Promise<ContainerInspect> {
  const { Binds } = container.HostConfig;
  if (!Binds?.some(mayBeAnonymous)) return container;
  const isKept = await Promise.all(
    Binds.map(async (bind) => !mayBeAnonymous(bind) || !(await isAnonymous(sourceOf(bind), transport))),
  );
  return { ...container, HostConfig: { ...container.HostConfig, Binds: Binds.filter((_, at) => isKept[at]) } };
}

/** What runs in a container: left to its usual way, Podman runs the container's own `ps`, and parts no columns. */
export async function processesOf(id: string, transport: Transport): Promise<ProcessList> {
  const path = `/containers/${encodeURIComponent(id)}/top`;
  const query = { ps_args: "user,pid,ppid,pcpu,stime,tty,time,args" };
  const asked = transport.ask({ method: "GET", path, query });
  // It does not say that it answers with JSON.
  const parsed = asked.then((answer): unknown => (typeof answer === "string" ? JSON.parse(answer) : answer));
  const { Titles, Processes } = await told<ProcessList>(`listing processes of container ${id}`, parsed);
  return { Titles: Titles.map((title) => (title === "COMMAND" ? "CMD" : title)), Processes };
}

/** Whether a bind's volume has a name as engines make them up. */
function mayBeAnonymous(bind: string): boolean {
  return /^[0-9a-f]{64}:/.test(bind);
}

async function isAnonymous(volume: string, transport: Transport): Promise<boolean> {
  const asked = transport.ask({ method: "GET", path: `/libpod/volumes/${volume}/json` });
  const found = await toldOrMissing<{ readonly Anonymous?: boolean }>(`inspecting volume ${volume}`, asked);
  return found?.Anonymous === true;
}

function sourceOf(bind: string): string {
  return bind.slice(0, bind.indexOf(":"));
}

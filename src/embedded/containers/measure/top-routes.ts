import { badRequest, conflict, HttpError } from "../../api/http-error.ts";
import type { Route } from "../../api/route.ts";
import { cgroupFiles } from "../../host/cgroup-files.ts";
import { neighboursOf } from "../../host/processes.ts";
import { CommandError, run } from "../../host/run.ts";
import type { ContainerRooms } from "../rooms.ts";

/** `/containers/{id}/top` */
export function topRoutes({ register, limits }: Pick<ContainerRooms, "register" | "limits">): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/containers/{id}/top",
      handle: async ({ params, query }) => {
        const { id, state } = register.get(params["id"] ?? "");
        if (state.status === "restarting") {
          throw conflict(`Container ${id} is restarting, wait until the container is running`);
        }
        if (state.process === undefined) throw conflict(`container ${id} is not running`);
        const { pid } = state.process;
        const pids = limits.hasCgroups ? await cgroupFiles(pid)?.pids() : neighboursOf(pid);
        const table = await listing((query.get("ps_args") || "-ef").split(/\s+/));
        return { kind: "json", body: processesOf(table, new Set(pids)) };
      },
    },
  ];
}

/** What ps(1) of the host says. */
async function listing(args: readonly string[]): Promise<string> {
  try {
    return (
      await run(
        "ps",
        args.filter((arg) => arg !== ""),
      )
    ).stdout;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const isMissing = error.exitCode === undefined;
    throw isMissing
      ? new HttpError(500, "ps is not installed on the host; install procps (apt-get install procps)")
      : badRequest(`ps: ${error.stderr.trim()}`);
  }
}

/** The rows of these processes: columns are cut at spaces, the last one holds the rest. Throws 400 without `PID`. */
export function processesOf(
  table: string,
  pids: ReadonlySet<number>,
): { readonly Titles: readonly string[]; readonly Processes: readonly (readonly string[])[] } {
  const [head = "", ...rows] = table.split("\n").filter((line) => line.trim() !== "");
  const titles = head.trim().split(/\s+/);
  const at = titles.indexOf("PID");
  if (at < 0) throw badRequest("Couldn't find PID field in ps output");
  const cells = rows.map((row) => {
    const words = row.trim().split(/\s+/);
    return [...words.slice(0, titles.length - 1), words.slice(titles.length - 1).join(" ")];
  });
  return { Titles: titles, Processes: cells.filter((row) => pids.has(Number(row[at]))) };
}

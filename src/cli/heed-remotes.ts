import { dirname, resolve } from "node:path";
import type { Loaded } from "../compose/load.ts";
import { UsageError } from "../errors.ts";
import { confirm } from "./confirm.ts";
import type { Session } from "./session.ts";

type Asker = Pick<Session, "io" | "flags" | "loading">;

/**
 * Asks a person before anything is run that only files from afar have asked for, or that they take from here: whom to
 * trust with this machine, and with its variables, is not for them to say. What the user's own files name is the user's
 * word. False: the answer was no.
 */
export async function heedRemotes(
  loaded: Pick<Loaded, "fetched">,
  { yes = false }: { readonly yes?: boolean },
  session: Asker,
): Promise<boolean> {
  const { io, flags } = session;
  if (loaded.fetched.length === 0 || yes || flags.dryRun === true) return true;
  const parts = [chosenAfar(loaded, io.workingDirectory), await takenFromHere(loaded, session)].filter(Boolean);
  if (parts.length === 0) return true;
  const about = parts.join("\n");
  if (!io.stdin.isTTY) throw new UsageError(about, "look whether you trust them, then allow it with --yes");
  io.stderr.write(`${about}\n`);
  return confirm("Use them?", io);
}

/** References that nobody here has written. */
function chosenAfar({ fetched }: Pick<Loaded, "fetched">, workingDirectory: string): string {
  const copied = new Set(fetched.flatMap(({ copies }) => copies.map((path) => dirname(path))));
  const chosen = fetched.filter(({ at }) => at !== undefined && isBelow(resolve(workingDirectory, at.file), copied));
  const list = chosen.map(({ reference, at }) => `\n  ${reference} (${at?.file}:${at?.line})`).join("");
  return list === "" ? "" : `files from afar ask for others from afar:${list}`;
}

/** Variables of a project that is from afar as a whole, with what they stand for here; Docker Compose shows them, too. */
async function takenFromHere({ fetched }: Pick<Loaded, "fetched">, session: Asker): Promise<string> {
  if (!fetched.some(({ at }) => at === undefined)) return "";
  const [{ takenVariables }, { renderTable, wideTable }, [request, context]] = await Promise.all([
    import("../actions/remote/taken-variables.ts"),
    import("./view/table.ts"),
    session.loading(),
  ]);
  const variables = await takenVariables(request, context);
  if (variables.length === 0) return "";
  const rows = variables.map(({ name, value, from }) => [`  ${name}`, value, from]);
  const table = renderTable(["  VARIABLE", "VALUE", "FROM"], rows, wideTable);
  return `files from afar take these variables:\n${table.trimEnd()}`;
}

function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  return [...folders].some((folder) => path.startsWith(`${folder}/`));
}

import { dirname, resolve } from "node:path";
import type { Loaded } from "../compose/load.ts";
import { UsageError } from "../errors.ts";
import { confirm } from "./confirm.ts";
import type { Session } from "./session.ts";

/**
 * Asks a person before anything is run that only files from afar have asked for: whom to trust with this machine is not
 * for them to say. What the user's own files name is the user's word. False: the answer was no.
 */
export async function heedRemotes(
  { fetched }: Pick<Loaded, "fetched">,
  { yes = false }: { readonly yes?: boolean },
  { io, flags }: Pick<Session, "io" | "flags">,
): Promise<boolean> {
  const copied = new Set(fetched.flatMap(({ copies }) => copies.map((path) => dirname(path))));
  const chosenAfar = fetched.filter(
    ({ at }) => at !== undefined && isBelow(resolve(io.workingDirectory, at.file), copied),
  );
  if (chosenAfar.length === 0 || yes || flags.dryRun === true) return true;
  const list = chosenAfar.map(({ reference, at }) => `  ${reference} (${at?.file}:${at?.line})\n`).join("");
  const about = `files from afar ask for others from afar:\n${list}`;
  if (!io.stdin.isTTY) throw new UsageError(about.trimEnd(), "look whether you trust them, then allow it with --yes");
  io.stderr.write(about);
  return confirm("Use them?", io);
}

function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  return [...folders].some((folder) => path.startsWith(`${folder}/`));
}

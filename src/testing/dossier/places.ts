import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { thisMachine } from "../../system/machine.ts";
import { temporaryFolder } from "../../system/surroundings.ts";
import { ensureOwnFolder } from "../own-folder.ts";
import { keepNewest } from "./keep-newest.ts";

/** The variable that names the folder of dossiers; reporters set it for the processes of tests. */
export const dossierVariable = "TSCOMPOSE_DOSSIERS";

/** Where dossiers are kept when a reporter is used and nobody says where, below the folder of the project. */
export const usualDossiers = "test-results/tscompose";

/** Where dossiers of stacks are written that run while a test may fail; absent: nobody wants any. */
export function wantedDossiers(environment: Readonly<Record<string, string>>): string | undefined {
  const named = environment[dossierVariable];
  return named === undefined || named === "" ? undefined : resolve(named);
}

/** Nobody tidies up the folder for temporary files, and nobody reads what is older. */
const mostUnasked = 20;

/**
 * Where the dossier of a stack is written that does not start; made when it is not there yet. Where nobody asked for
 * dossiers there are the last few only.
 */
export async function openDossiersOfStarts(environment: Readonly<Record<string, string>>): Promise<string> {
  const wanted = wantedDossiers(environment);
  if (wanted !== undefined) {
    await mkdir(wanted, { recursive: true });
    return wanted;
  }
  const own = join(temporaryFolder(), `tscompose-dossiers-${thisMachine().userId ?? 0}`);
  await ensureOwnFolder(own);
  await keepNewest(own, mostUnasked - 1);
  return own;
}

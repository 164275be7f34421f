import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LockContext } from "../actions/lock.ts";
import { InvalidProjectError } from "../compose/diagnostic.ts";
import type { Loaded } from "../compose/load.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "./session.ts";

/** What `up` and `plan` say of the lock. */
export interface LockFlags {
  /** Refuse what does not match. */
  readonly frozen?: boolean;
  /** As `--pull` has it. */
  readonly pull?: string;
}

/**
 * Compares a project with its `compose.lock`: warns of what has drifted from it, and with `--frozen` refuses it, each
 * with its place. Without a lock there is nothing to compare, unless `--frozen` asks for it.
 */
export async function heedLock(session: Session, loaded: Loaded, engine: Engine, flags: LockFlags): Promise<void> {
  const isStrict = flags.frozen === true;
  // Most projects have none: they do not pay for what compares.
  if (!isStrict && !existsSync(join(loaded.project.workingDirectory, "compose.lock"))) return;
  const { checkLock } = await import("../actions/lock.ts");
  const context = { ...(await session.context(engine, { emit: () => {} })), ...registriesOf(session, loaded) };
  const found = await checkLock(loaded, { isStrict, pullsAll: flags.pull === "always" }, context);
  const { sources, environment } = loaded;
  if (isStrict && found.length > 0) throw new InvalidProjectError(found, sources);
  await session.warn({ warnings: found, sources, environment });
}

/** Who the user is at registries, and which of them need no TLS. */
export function registriesOf(
  session: Session,
  { environment }: Loaded,
): Pick<LockContext, "environment" | "homeDirectory" | "insecureRegistries"> {
  const { insecureRegistry: insecureRegistries = [] } = session.flags;
  return { environment, homeDirectory: session.io.homeDirectory, insecureRegistries };
}

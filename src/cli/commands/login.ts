import { login as logIn, logout as logOut, shownRegistry } from "../../actions/login.ts";
import { UsageError } from "../../errors.ts";
import { askLine, askSecret, readPiped } from "../ask.ts";
import type { CommandModule } from "../command.ts";
import { refuseDryRun } from "../dry-run.ts";
import { exitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";

interface LoginFlags {
  readonly username?: string;
  readonly passwordStdin?: boolean;
}

/** `login`: keeps a login where Docker's programs keep theirs. */
export const login: CommandModule<LoginFlags> = {
  declare(command) {
    command
      .argument("[registry]", "host of the registry (default: Docker Hub)")
      .option("-u, --username <name>", "who you are there")
      .option("--password-stdin", "read the password from standard input");
  },
  async run({ args: [registry, ...others], flags, session }) {
    refuseDryRun(session, "login");
    expectOne(others);
    const { io, signal } = session;
    const { username, password } = await askFor(flags, io);
    const { environment, homeDirectory } = io;
    const wish = { username, password, ...(registry === undefined ? {} : { registry }) };
    const { path, helper } = await logIn(wish, { environment, homeDirectory, signal });
    if (helper === undefined) {
      io.stderr.write(
        `the password stands in ${path}, readable by you only; a credential helper would keep it better\n`,
      );
    }
    session.print("Login Succeeded");
    return exitCode.success;
  },
};

/** `logout`: forgets a login. */
export const logout: CommandModule<object> = {
  declare(command) {
    command.argument("[registry]", "host of the registry (default: Docker Hub)");
  },
  async run({ args: [registry, ...others], session }) {
    refuseDryRun(session, "logout");
    expectOne(others);
    const { environment, homeDirectory } = session.io;
    const wasThere = await logOut(registry, { environment, homeDirectory, signal: session.signal });
    const name = shownRegistry(registry);
    session.print(wasThere ? `Removed the login of ${name}` : `Not logged in to ${name}`);
    return exitCode.success;
  },
};

async function askFor(
  { username, passwordStdin = false }: LoginFlags,
  io: Io,
): Promise<{ readonly username: string; readonly password: string }> {
  if (passwordStdin) {
    if (username === undefined) throw new UsageError("--password-stdin needs --username");
    return { username, password: expectSome(await readPiped(io), "password") };
  }
  if (!io.stdin.isTTY) {
    throw new UsageError("no terminal to ask on", "pipe the password: … | tscompose login -u NAME --password-stdin");
  }
  const name = expectSome(username ?? (await askLine("Username: ", io)), "username");
  return { username: name, password: expectSome(await askSecret("Password: ", io), "password") };
}

function expectSome(text: string, what: string): string {
  if (text === "") throw new UsageError(`no ${what} was given`);
  return text;
}

function expectOne(others: readonly string[]): void {
  if (others.length > 0) throw new UsageError("one registry at a time");
}

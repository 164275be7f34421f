import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { openFifoWriter } from "../../host/fifo.ts";
import { spawnWaitingMonitor } from "../../host/monitor.ts";
import { resizeTerminal, type TerminalSize } from "../../host/terminal.ts";
import { execScript } from "../../runtime/exec-script.ts";
import { ociJson } from "../../runtime/oci.ts";
import { userOf, withHome } from "../bundle.ts";
import type { ContainerDocument } from "../container.ts";
import type { ContainerRooms } from "../rooms.ts";
import type { OutputClient } from "../streams/output-client.ts";
import { ProgramOutput } from "../streams/program-output.ts";
import { execFailure } from "./exec-failure.ts";
import { execProcess, type ExecWish } from "./exec-spec.ts";

/** A command that runs in a container. */
export interface RunningExec {
  /** Its input, when it has one; ending it is the command's end of input. */
  readonly input: Writable | undefined;
  /** Of its first process, once it runs; `undefined` when it could not be started. */
  readonly pid: Promise<number | undefined>;
  /** Resolves when it has ended, and all that it wrote was passed on; its clients are not ended. */
  readonly exitCode: Promise<number>;
  /** A client is not behind any more. */
  relieve(): void;
}

/** What runs, and where. */
export interface ExecStart {
  readonly id: string;
  readonly container: ContainerDocument;
  readonly wish: ExecWish;
  /** Who gets its output; why it could not be started is told as output, too. */
  readonly clients: ReadonlySet<OutputClient>;
}

/** Runs a command in a container. Throws 400 for an unknown user. */
export async function startExec(
  rooms: ContainerRooms,
  { id, container, wish, clients }: ExecStart,
): Promise<RunningExec> {
  const { paths, isolation } = rooms;
  const runtime = rooms.runtimes.of(container.id);
  const folder = join(paths.execs, id);
  const pidFile = join(paths.signs, `${id}.pid`);
  const actor = wish.User ? withUser(container, wish.User) : container;
  const user = userOf(rooms, actor);
  const script = execScript({
    hasInput: wish.AttachStdin === true,
    hasTerminal: wish.Tty === true,
    runtime: runtime.command,
    hidesUnifiedCgroups: runtime.hidesUnifiedCgroups,
  });
  const command = ociJson(execProcess(withHome(rooms, actor), wish, { user, isolation }));
  // Small files in memory: at once they take less than a way through Node's thread pool, and commands are many.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "command.json"), command, { mode: 0o600 });
  const monitor = spawnWaitingMonitor(
    script,
    [folder, container.id, runtime.root, pidFile],
    join(folder, "monitor.log"),
  );
  await monitor.ready;
  const pipes = { stdout: join(folder, "out"), stderr: join(folder, "err") };
  const output = new ProgramOutput(pipes, clients);
  // Until it is known to run, what comes is the runtime's, and is told in better words.
  output.hold();
  const input = wish.AttachStdin === true ? openFifoWriter(join(folder, "in")) : undefined;
  input?.on("error", () => {});
  monitor.proceed();
  const pid = startedPid(rooms, id, monitor.ended);
  void pid.then((number) => number !== undefined && output.relieve());
  const exitCode = monitor.ended.then(async () => {
    const hasStarted = (await pid) !== undefined;
    if (hasStarted) output.close();
    else output.discard();
    const code = outcome(folder, wish, { hasStarted, clients });
    input?.destroy();
    rmSync(folder, { recursive: true, force: true });
    await rooms.signs.remove(`${id}.pid`);
    return code;
  });
  return { input, pid, exitCode, relieve: () => output.relieve() };
}

/** Sets the size of a command's terminal as soon as it has one. */
export async function resizeExec({ pid }: RunningExec, size: TerminalSize): Promise<void> {
  const number = await pid;
  if (number !== undefined) await resizeTerminal(number, size);
}

function withUser(container: ContainerDocument, User: string): ContainerDocument {
  return { ...container, config: { ...container.config, User } };
}

function startedPid({ signs }: ContainerRooms, id: string, ended: Promise<void>): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const stop = signs.await(`${id}.pid`, (text) => resolve(Number(text)));
  // Short commands are over before their sign is noticed.
  void ended.then(() => resolve(Number(signs.read(`${id}.pid`) ?? 0) || undefined));
  return promise.finally(stop);
}

/** The exit code; who waits for output is told why there is none. */
function outcome(
  folder: string,
  { Cmd: [command = ""] }: ExecWish,
  { hasStarted, clients }: { readonly hasStarted: boolean; readonly clients: ReadonlySet<OutputClient> },
): number {
  if (hasStarted) return Number(textOr(join(folder, "exit"), "137"));
  const said = [textOr(join(folder, "runtime.log"), ""), textOr(join(folder, "monitor.log"), "")].join("\n");
  const { message, exitCode } = execFailure(said, command);
  for (const client of clients) client.write("stdout", Buffer.from(`${message}\r\n`));
  return exitCode;
}

function textOr(path: string, instead: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return instead;
  }
}

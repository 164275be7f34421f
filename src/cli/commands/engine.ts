import { UsageError } from "../../errors.ts";
import type { Call, CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { version } from "../version.ts";

interface EngineFlags {
  readonly data?: string;
  readonly run?: string;
  readonly socket?: string;
}

type Verb = (call: Call<EngineFlags>) => Promise<number>;

/** `engine`: the embedded engine by hand. */
export const engine: CommandModule<EngineFlags> = {
  declare(command) {
    command
      .argument("<verb>", "serve")
      .option("--data <path>", "where it keeps images, volumes and containers (default: /var/lib/tscompose)")
      .option("--run <path>", "where it keeps what does not outlive a reboot (default: /run/tscompose)")
      .option("--socket <path>", "socket of its API (default: engine.sock in the run folder)");
  },
  run(call) {
    const [name = ""] = call.args;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined) throw new UsageError(`engine: "${name}" is none of ${Object.keys(verbs).join(", ")}`);
    return verb(call);
  },
};

const verbs: Readonly<Record<string, Verb>> = { serve };

/** Serves in the foreground until it is interrupted. */
async function serve({ flags, session }: Call<EngineFlags>): Promise<number> {
  const { serveEmbeddedEngine } = await import("../../open-engine.ts");
  const { io, signal } = session;
  const onFault = (error: unknown): void => {
    io.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  };
  const announce = (message: string): void => io.stderr.write(`${message}\n`);
  await using engine = await serveEmbeddedEngine({ ...flags, version, onFault, announce });
  session.print(`engine listens on ${engine.address}`);
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve());
  await promise;
  return exitCode.success;
}

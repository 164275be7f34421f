import { attachContainer } from "../../actions/attach-container.ts";
import type { CommandModule } from "../command.ts";
import { refuseDryRun } from "../dry-run.ts";
import { exitCode } from "../exit-code.ts";
import { integer } from "../go-flags.ts";
import { forwardSignals, processTerminal } from "../terminal.ts";
import { findReplica } from "../../actions/select-containers.ts";

interface AttachFlags {
  readonly detachKeys?: string;
  readonly index?: number;
  readonly noStdin?: boolean;
  readonly sigProxy: boolean;
}

/** `attach`: joins the streams of a running container. */
export const attach: CommandModule<AttachFlags> = {
  declare(command) {
    command
      .argument("<service>", "whose container")
      .option("--detach-keys <keys>", "keys that leave it running (default: ctrl-p,ctrl-q)")
      .option("--index <n>", "number of the container, if the service has several", integer)
      .option("--no-stdin", "pass on no input")
      .option("--sig-proxy", "pass on signals; --sig-proxy=false leaves it running instead", true);
  },
  async run({ args: [service = ""], flags, session }) {
    refuseDryRun(session, "attach");
    const { detachKeys, index, noStdin = false, sigProxy } = flags;
    const subject = await session.target();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const which = { service, ...(index === undefined ? {} : { index }) };
    const { id } = await findReplica(engine, subject, { ...which, mustRun: true });
    const signal = sigProxy ? session.interrupts.takeForce() : session.signal;
    using _ = forwardSignals((name) => {
      if (sigProxy) void engine.killContainer(id, { signal: name }).catch(() => {});
    });
    const code = await attachContainer(
      subject,
      { ...which, stdin: !noStdin, ...(detachKeys === undefined ? {} : { detachKeys }) },
      { ...context, signal, terminal: processTerminal(session.io) },
    );
    return signal.aborted ? exitCode.interrupted : code;
  },
};

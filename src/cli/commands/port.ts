import { port as findPort } from "../../actions/port.ts";
import { UsageError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { integer } from "../go-flags.ts";

interface PortFlags {
  readonly index?: number;
  readonly protocol: string;
}

/** `port`: prints where a port of a container is published. */
export const port: CommandModule<PortFlags> = {
  declare(command) {
    command
      .argument("<service>", "whose port")
      .argument("<port>", "the port inside the container")
      .option("--index <n>", "number of the container, if the service has several", integer)
      .option("--protocol <protocol>", "tcp or udp", "tcp");
  },
  async run({ args: [service = "", text = ""], flags, session }) {
    const request = {
      service,
      target: portNumber(text),
      protocol: flags.protocol.toLowerCase(),
      ...(flags.index === undefined ? {} : { index: flags.index }),
    };
    const subject = await session.target();
    await using engine = await session.openEngine();
    session.print(await findPort(subject, request, await session.context(engine, { emit: () => {} })));
    return exitCode.success;
  },
};

function portNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new UsageError(`port: expected a number up to 65535, got "${text}"`);
}

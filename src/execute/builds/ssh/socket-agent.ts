import { connect } from "node:net";
import type { SshAgent } from "../../../engine/buildkit/build-session.ts";
import { framedMessages } from "../../../engine/buildkit/ssh-forward.ts";
import { TscomposeError } from "../../../errors.ts";
import { field } from "./fields.ts";
import { agentMessage } from "./messages.ts";

/** The user's own agent. Builds may list its keys and let it sign; they may not add, remove or lock any. */
export async function socketAgent(path: string): Promise<SshAgent> {
  const socket = connect({ path });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", (cause) => reject(noAnswer(path, cause)));
  });
  socket.on("error", () => {}); // whoever waits for an answer is told that there is none
  const answers = framedMessages(socket);
  return {
    async answer(message) {
      if (message[0] !== agentMessage.requestIdentities && message[0] !== agentMessage.signRequest) {
        return Buffer.of(agentMessage.failure);
      }
      socket.write(field(message));
      const { value, done } = await answers.next();
      return done === true ? Buffer.of(agentMessage.failure) : value;
    },
    close: () => void socket.destroy(),
  };
}

function noAnswer(path: string, cause: Error): TscomposeError {
  const message = `the ssh agent at "${path}" does not answer: ${cause.message}`;
  return new TscomposeError({ code: "unavailable", message, cause });
}

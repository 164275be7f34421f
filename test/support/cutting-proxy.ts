import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";

/** A way to a server that breaks off. */
export interface CuttingProxy extends AsyncDisposable {
  /** Host and port. */
  readonly host: string;
  /** How many connections it has broken off. */
  readonly cuts: () => number;
}

/**
 * Passes connections on to a server, and breaks each off after as many bytes as `limitOf` says, counted in both
 * directions; a limit of infinity lets one through.
 */
export async function startCuttingProxy(target: string, limitOf: () => number): Promise<CuttingProxy> {
  const [hostname = "", port = ""] = target.split(":");
  const sockets = new Set<Socket>();
  let cuts = 0;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    let left = limitOf();
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    const pass = (from: Socket, to: Socket): void => {
      sockets.add(from);
      from.on("error", end).on("close", end);
      from.on("data", (chunk: Buffer) => {
        to.write(chunk.subarray(0, Math.max(0, left)));
        left -= chunk.length;
        if (left > 0) return;
        cuts += 1;
        // Reset, and not closed in good order: nobody can take that for the end.
        near.resetAndDestroy();
        far.destroy();
      });
    };
    pass(near, far);
    pass(far, near);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

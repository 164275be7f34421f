import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { destination } from "../support/engine-api.ts";

/** Calls of an engine over connections that are kept: as cheap as a client can be. */
export class Wire implements Disposable {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  /** Throws what the engine refuses. */
  send(method: string, path: string, body?: object): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { "Content-Type": "application/json" };
      const call = request({ ...destination(this.#address), method, path, headers, agent: this.#agent });
      call.on("error", reject);
      call.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          if ((response.statusCode ?? 500) < 400) return resolve();
          reject(new Error(`${method} ${path}: ${response.statusCode} ${Buffer.concat(chunks).toString().trim()}`));
        });
      });
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** What an engine tells line by line, until the caller has seen enough. */
  async *follow(path: string): AsyncGenerator<unknown, void> {
    const call = request({ ...destination(this.#address), method: "GET", path, agent: false }).end();
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    let rest = "";
    for await (const chunk of answer.setEncoding("utf8")) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield JSON.parse(line);
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

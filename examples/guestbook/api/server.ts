import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { readFileSync } from "node:fs";
import { openGuestbook, parseEntry } from "./guestbook.ts";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const guestbook = openGuestbook({
  host: process.env["DATABASE_HOST"] ?? "localhost",
  port: 5432,
  user: "guestbook",
  database: "guestbook",
  password: readFileSync(process.env["DATABASE_PASSWORD_FILE"] ?? "/run/secrets/database-password", "utf8").trim(),
});

const server = createServer(async (request, response) => {
  const { status, body } = await answer(request).catch((error: unknown) => {
    console.error(error);
    return { status: 503, body: { error: "the guestbook is closed for the moment" } };
  });
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
});

server.listen(3000, () => console.log("guestbook api listens on port 3000"));

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => {
    server.close(() => guestbook.close());
    server.closeIdleConnections();
  });
}

async function answer(request: IncomingMessage): Promise<Answer> {
  switch (`${request.method} ${request.url}`) {
    case "GET /health":
      await guestbook.count();
      return { status: 200, body: { healthy: true } };
    case "GET /entries":
      return { status: 200, body: await guestbook.list() };
    case "POST /entries": {
      const entry = parseEntry(await readBody(request));
      if (typeof entry === "string") return { status: 400, body: { error: entry } };
      return { status: 201, body: await guestbook.sign(entry) };
    }
    default:
      return { status: 404, body: { error: "there is no such page" } };
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > 10_000) break;
  }
  return text;
}

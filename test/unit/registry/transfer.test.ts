import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRegistries, type RegistryClient } from "../../../src/registry/client.ts";
import type { RegistrySettings } from "../../../src/registry/endpoints.ts";

const blob = randomBytes(300_000);
const digest = `sha256:${createHash("sha256").update(blob).digest("hex")}` as const;

let server: Server;
let host: string;
let handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push([request.method, request.url?.split("?")[0], request.headers.range].filter(Boolean).join(" "));
    request.on("error", () => {});
    void handle(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const { signal } = new AbortController();

function open(settings: Partial<RegistrySettings> = {}): RegistryClient {
  const usual = { mirrors: [], insecure: [], trust: async () => ({}) };
  return openRegistries({ ...usual, ...settings }, { pause: async () => {} });
}

async function read(wanted = digest as string, size = blob.length): Promise<Buffer> {
  using registries = open();
  const repository = registries.reader(`${host}/a/b`, { signal });
  return Buffer.concat(await Array.fromAsync(repository.blob({ digest: wanted as `sha256:${string}`, size })));
}

describe("a blob that is cut off", () => {
  /** Sends so much and breaks off, until all has been sent. */
  const inPieces = (answer: (start: number, response: ServerResponse) => number) => {
    handle = (request, response) => {
      const wanted = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
      const start = answer(wanted, response);
      const end = Math.min(blob.length, start + 120_000);
      response.write(blob.subarray(start, end), () => (end < blob.length ? response.destroy() : response.end()));
    };
  };

  test("goes on where it was", async () => {
    inPieces((start, response) => {
      const headers = { "Content-Range": `bytes ${start}-${blob.length - 1}/${blob.length}` };
      response.writeHead(start === 0 ? 200 : 206, headers);
      return start;
    });
    expect((await read()).equals(blob)).toBe(true);
    const ranges = asked.map((each) => Number(/bytes=(\d+)-/.exec(each)?.[1] ?? 0));
    expect(ranges).toEqual(ranges.toSorted((one, other) => one - other));
    expect(ranges.at(-1)).toBeGreaterThanOrEqual(120_000);
  });

  test("comes whole where the registry knows no ranges, once it comes at all", async () => {
    let tries = 0;
    handle = (_request, response) => {
      tries += 1;
      response.writeHead(200);
      if (tries < 3) response.write(blob.subarray(0, 100_000 * tries), () => response.destroy());
      else response.end(blob);
    };
    expect((await read()).equals(blob)).toBe(true);
  });

  test("is given up when nothing more comes", async () => {
    handle = (_request, response) => void response.writeHead(200).end(blob.subarray(0, 1000));
    await expect(read()).rejects.toThrow(/blob sha256:.* of a\/b: cut off after 1000 of 300000 bytes/);
  });

  test("is not taken for another part", async () => {
    inPieces((start, response) => {
      response.writeHead(start === 0 ? 200 : 206, { "Content-Range": `bytes ${start + 1}-9/9` });
      return start;
    });
    await expect(read()).rejects.toThrow("another part came than was asked for");
  });
});

test("a blob that is longer than promised, or of no length at all, is refused", async () => {
  handle = (_request, response) => void response.end(blob);
  await expect(read(digest, 1000)).rejects.toThrow("more than 1000 bytes came");
  await expect(read(digest, Number.NaN)).rejects.toThrow("it has no length");
});

describe("an upload that is cut off", () => {
  const body = (request: IncomingMessage): Promise<Buffer[]> => request.toArray() as Promise<Buffer[]>;
  const send = async (): Promise<void> => {
    using registries = open();
    const chunks = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < blob.length; at += 50_000) yield blob.subarray(at, at + 50_000);
    };
    const content = { open: chunks, digest: () => digest, subject: "layer 1" };
    await registries.writer(`${host}/a/b`, { signal }).uploadBlob(content);
  };

  test.each([true, false])("goes on where it was, or begins anew (the registry can tell: %s)", async (canTell) => {
    let kept: Buffer[] = [];
    let isCut = false;
    handle = async (request, response) => {
      const place = { Location: `/v2/a/b/blobs/uploads/1` };
      if (request.method === "POST") {
        kept = [];
        response.writeHead(202, place).end();
      } else if (request.method === "PATCH" && !isCut) {
        isCut = true;
        const { socket } = request;
        for await (const part of request) if (kept.push(part as Buffer) > 1) break;
        socket.destroy();
      } else if (request.method === "GET") {
        const range = `0-${Buffer.concat(kept).length - 1}`;
        response.writeHead(canTell ? 204 : 404, { ...place, Range: range }).end();
      } else if (request.method === "PATCH") {
        kept.push(...(await body(request)));
        response.writeHead(202, place).end();
      } else {
        response.writeHead(201).end();
      }
    };
    await send();
    expect(Buffer.concat(kept).equals(blob)).toBe(true);
    expect(asked.filter((each) => each.startsWith("POST"))).toHaveLength(canTell ? 1 : 2);
  });

  test("is given up where the registry will not", async () => {
    handle = (_request, response) => void response.writeHead(507).end("no room");
    await expect(send()).rejects.toThrow(/answers 507 for the layer 1: no room/);
  });
});

import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Where a question came from. */
export interface DnsClient {
  readonly address: string;
  readonly transport: "tcp" | "udp";
}

/** Gives the reply to a question, or none. */
export type DnsHandler = (query: Buffer, client: DnsClient) => Promise<Buffer | undefined>;

/** A server of names that listens. */
export interface DnsListener {
  /** The same for UDP and TCP. */
  readonly port: number;
  close(): Promise<void>;
}

/** A port that is free for TCP may be taken for UDP. */
const mostTries = 20;
const mostTcpClients = 256;
const idleTcpMs = 10_000;
/** Bytes: a client that only asks and never reads is left. */
const mostUnread = 256 * 1024;

/** Listens for questions over UDP and TCP on one port that the kernel chooses. */
export async function listenForDns(address: string, handle: DnsHandler): Promise<DnsListener> {
  for (let tries = 1; ; tries += 1) {
    const tcp = createServer((socket) => serveTcp(socket, handle));
    tcp.maxConnections = mostTcpClients;
    const port = await listenTcp(tcp, address);
    try {
      const udp = await bindUdp(address, port);
      udp.on("message", (query, { address: client, port: clientPort }) => {
        const reply = (answer: Buffer | undefined): void => {
          if (answer !== undefined) udp.send(answer, clientPort, client);
        };
        handle(query, { address: client, transport: "udp" }).then(reply, () => {});
      });
      udp.on("error", () => {});
      return { port, close: () => closeBoth(tcp, udp) };
    } catch (error) {
      tcp.close();
      if (tries === mostTries) throw error;
    }
  }
}

/** Asks one server; `undefined` when it gives no answer in time. */
export function askDns(
  server: { readonly address: string; readonly port: number },
  query: Buffer,
  { transport, timeoutMs }: { readonly transport: "tcp" | "udp"; readonly timeoutMs: number },
): Promise<Buffer | undefined> {
  return transport === "udp" ? askUdp(server, query, timeoutMs) : askTcp(server, query, timeoutMs);
}

async function askUdp(
  { address, port }: { readonly address: string; readonly port: number },
  query: Buffer,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const timer = setTimeout(resolve, timeoutMs, undefined);
  socket.on("error", () => resolve(undefined));
  // Connected: the kernel drops what comes from elsewhere, and tells when nobody listens there.
  socket.connect(port, address, (error?: Error | null) => {
    if (error) resolve(undefined);
    else socket.send(query);
  });
  socket.on("message", (reply) => {
    if (reply.readUInt16BE(0) === query.readUInt16BE(0)) resolve(reply);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

async function askTcp(
  { address, port }: { readonly address: string; readonly port: number },
  query: Buffer,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  const socket = connect({ host: address, port });
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  socket.setTimeout(timeoutMs, () => resolve(undefined));
  socket.on("error", () => resolve(undefined));
  socket.on("close", () => resolve(undefined));
  socket.on("connect", () => socket.write(framed(query)));
  onMessages(socket, resolve);
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

function serveTcp(socket: Socket, handle: DnsHandler): void {
  socket.setTimeout(idleTcpMs, () => socket.destroy());
  socket.on("error", () => {});
  onMessages(socket, (query) => {
    const client: DnsClient = { address: socket.remoteAddress ?? "", transport: "tcp" };
    const reply = (answer: Buffer | undefined): void => {
      if (answer === undefined || socket.writableLength > mostUnread) socket.destroy();
      else socket.write(framed(answer));
    };
    handle(query, client).then(reply, () => socket.destroy());
  });
}

/** Messages over TCP have two bytes of length before them (RFC 1035, 4.2.2). */
function onMessages(socket: Socket, listener: (message: Buffer) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      listener(pending.subarray(2, end));
      pending = pending.subarray(end);
    }
  });
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

async function listenTcp(server: Server, address: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: address, port: 0, exclusive: true }, resolve);
  await promise;
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

async function bindUdp(address: string, port: number): Promise<UdpSocket> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("error", reject);
  socket.bind({ address, port, exclusive: true }, resolve);
  await promise;
  socket.off("error", reject);
  return socket;
}

async function closeBoth(tcp: Server, udp: UdpSocket): Promise<void> {
  udp.close();
  const { promise, resolve } = Promise.withResolvers<void>();
  tcp.close(() => resolve());
  await promise;
}

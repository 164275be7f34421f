// Runs the engine's networks in the network namespace that it is started in, and does what it is told: one JSON
// request per line on standard input, one reply per line on standard output.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { EndpointSettings } from "../../../src/docker-api/container.ts";
import { HttpError } from "../../../src/embedded/api/http-error.ts";
import type { Route } from "../../../src/embedded/api/route.ts";
import { createEventBus } from "../../../src/embedded/events.ts";
import { createNetworks } from "../../../src/embedded/networks/create-networks.ts";
import type { NetworkedContainer, Survivor } from "../../../src/embedded/networks/networks.ts";
import type { DriverReply, DriverRequest } from "./protocol.ts";

const [folder = "", mark = ""] = process.argv.slice(2);
const events: string[] = [];
const announced: string[] = [];
const known = new Map<string, { container: NetworkedContainer; pid: number | undefined }>();
const actual = new Map<string, Readonly<Record<string, EndpointSettings>>>();
const bus = createEventBus(() => process.hrtime.bigint());
bus.subscribe(({ Action, Actor }) => events.push(`${Action} ${Actor.Attributes["name"] ?? ""}`));

const networks = await createNetworks({
  paths: { mark, networks: folder },
  events: bus,
  announce: (message) => announced.push(message),
  containers: {
    alone: (_, action) => action(),
    find: (reference) => [...known.values()].find(({ container: { id, name } }) => [id, name].includes(reference)),
    saveEndpoints: async (id, change) => {
      const found = known.get(id);
      if (found !== undefined) known.set(id, { ...found, container: { ...found.container, endpoints: change.wished } });
      actual.set(id, change.actual);
    },
  },
});

for await (const line of createInterface({ input: process.stdin })) {
  void answer(JSON.parse(line) as DriverRequest);
}

async function answer(request: DriverRequest): Promise<void> {
  const reply = await perform(request).then(
    (value): DriverReply => ({ id: request.id, value: value ?? null }),
    (error: unknown): DriverReply => ({
      id: request.id,
      error: error instanceof Error ? error.message : String(error),
      ...(error instanceof HttpError ? { status: error.status } : { stack: String((error as Error).stack) }),
    }),
  );
  if (!process.stdout.write(`${JSON.stringify(reply)}\n`)) await once(process.stdout, "drain");
}

async function perform({ verb, args }: DriverRequest): Promise<unknown> {
  switch (verb) {
    case "recover": {
      const survivors = (args[0] ?? []) as readonly (Survivor & { readonly pid: number })[];
      for (const { container, pid } of survivors) known.set(container.id, { container, pid });
      return networks.recover(survivors);
    }
    case "prepare": {
      const container = args[0] as NetworkedContainer;
      known.set(container.id, { container, pid: undefined });
      return networks.prepare(container);
    }
    case "activate": {
      const [id, pid] = args as [string, number];
      const found = known.get(id);
      if (found !== undefined) known.set(id, { ...found, pid });
      return networks.activate(id);
    }
    case "release":
      known.delete(String(args[0]));
      return networks.release(String(args[0]));
    case "close":
      return networks.close();
    case "request":
      return request(...(args as [string, string, unknown]));
    case "seen":
      return { events, announced, actual: Object.fromEntries(actual) };
  }
}

async function request(method: string, path: string, body: unknown): Promise<unknown> {
  const url = new URL(path, "http://engine");
  for (const route of networks.routes) {
    const params = matched(route, method, url.pathname);
    if (params === undefined) continue;
    const reply = await route.handle({
      params,
      query: url.searchParams,
      headers: {},
      apiVersion: "1.51",
      body: Readable.from([]),
      json: async () => body,
      signal: new AbortController().signal,
      hijack: () => Promise.reject(new Error("no stream here")),
      upgrade: () => Promise.reject(new Error("no stream here")),
    });
    return reply.kind === "json" ? reply.body : null;
  }
  throw new Error(`no route for ${method} ${path}`);
}

function matched(route: Route, method: string, path: string): Record<string, string> | undefined {
  if (route.method !== method) return undefined;
  const pattern = route.path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  const found = new RegExp(`^${pattern}$`).exec(path);
  return found === null ? undefined : { ...found.groups };
}

import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import type { HostConfig } from "../../docker-api/container.ts";
import { sendSignal } from "../host/processes.ts";
import type { Paths } from "../store/paths.ts";
import { checkIsolation } from "../runtime/oci-spec.ts";
import { type ContainerConfig, type ContainerDocument, type ContainerMount, never } from "./container.ts";
import { checkHostConfig, completeHostConfig } from "./host-config.ts";
import { createNewsDesk } from "./news.ts";
import { Register } from "./register.ts";
import type { ContainerRooms } from "./rooms.ts";
import { Runs } from "./runs.ts";
import { OutputClient } from "./streams/output-client.ts";
import { Streams } from "./streams/streams.ts";

/** A container for one command. */
export interface ThrowawayWish {
  /** Folders for overlayfs, the uppermost layer first. */
  readonly lowerDirs: readonly string[];
  /** Where what it changes goes: the folder `layer` in it is the upper one. */
  readonly folder: string;
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  readonly mounts: readonly ContainerMount[];
  readonly onOutput: (stream: "stdout" | "stderr", bytes: Buffer) => void;
  /** Kills it. */
  readonly signal: AbortSignal;
}

/** Containers that are in no list and in no event: they run one command, isolated as all others are. */
export interface Throwaways {
  /** Resolves with the exit code when everything that was written has been told. Throws what keeps it from starting. */
  run(wish: ThrowawayWish): Promise<number>;
}

/** Makes them of what other containers are made of. */
export function createThrowaways(rooms: ContainerRooms): Throwaways {
  const folders = new Map<string, string>();
  const outputs = new Map<string, ThrowawayWish["onOutput"]>();
  const paths = pathsIn(rooms.paths, folders);
  const news = createNewsDesk(rooms.onFault);
  // Their documents hold secrets of a build.
  const register = new Register(paths, rooms.onFault, { isOnDisk: false });
  const streams = new Streams({ paths, now: rooms.now, onFault: rooms.onFault });
  const networks: ContainerRooms["networks"] = {
    ...rooms.networks,
    prepare: (container) => rooms.networks.prepare({ ...container, isUnlisted: true }),
  };
  const own: ContainerRooms = { ...rooms, paths, news, register, streams, networks, publish: () => {} };
  const runs = new Runs(own);
  return {
    async run(wish) {
      const id = randomBytes(32).toString("hex");
      folders.set(id, wish.folder);
      outputs.set(id, wish.onOutput);
      try {
        return await runOnce({ rooms: own, runs, streams, outputs }, id, wish);
      } finally {
        await register.remove(id);
        folders.delete(id);
        outputs.delete(id);
      }
    },
  };
}

interface RunParts {
  readonly rooms: ContainerRooms;
  readonly runs: Runs;
  readonly streams: Streams;
  readonly outputs: ReadonlyMap<string, ThrowawayWish["onOutput"]>;
}

async function runOnce(parts: RunParts, id: string, wish: ThrowawayWish): Promise<number> {
  const { rooms, runs } = parts;
  const { register, paths } = rooms;
  wish.signal.throwIfAborted();
  await mkdir(paths.container(id).data, { recursive: true, mode: 0o710 });
  await mkdir(paths.container(id).upper, { recursive: true, mode: 0o755 });
  await mkdir(paths.container(id).work, { recursive: true, mode: 0o700 });
  await register.put(documentOf(rooms, id, wish));
  const kill = (): void => {
    const { process: first } = register.get(id).state;
    if (first !== undefined) sendSignal(first, 9);
  };
  wish.signal.addEventListener("abort", kill);
  const told = tell(parts, id);
  try {
    await runs.start(id);
    if (wish.signal.aborted) kill();
    await runs.ended(id);
    await told;
  } finally {
    wish.signal.removeEventListener("abort", kill);
    await rm(paths.container(id).work, { recursive: true, force: true });
  }
  wish.signal.throwIfAborted();
  return register.get(id).state.exitCode;
}

function documentOf(rooms: ContainerRooms, id: string, wish: ThrowawayWish): ContainerDocument {
  const { config, lowerDirs, mounts } = wish;
  checkHostConfig(wish.hostConfig);
  checkIsolation(wish.hostConfig, rooms.isolation);
  const unlogged = { ...wish.hostConfig, LogConfig: { Type: "none", Config: {} } };
  const hostConfig = completeHostConfig(unlogged, {
    cgroupVersion: rooms.machine.cgroupVersion,
    runtime: rooms.runtimes.usual.name,
  });
  return {
    id,
    name: id,
    created: rooms.now(),
    image: { reference: "", id: "", config: {}, lowerDirs },
    config,
    hostConfig,
    endpoints: { [hostConfig.NetworkMode ?? "bridge"]: {} },
    mounts,
    restartCount: 0,
    isStoppedByHand: false,
    state: { status: "created", exitCode: 0, error: "", isOomKilled: false, startedAt: never, finishedAt: never },
  };
}

/** Their documents are not among those of other containers, and what they change is where it is wanted. */
function pathsIn(paths: Paths, folders: ReadonlyMap<string, string>): Paths {
  const containers = join(paths.data, "build", "commands");
  return {
    ...paths,
    containers,
    container(id) {
      const folder = folders.get(id) ?? join(containers, id);
      const data = join(containers, id);
      return {
        ...paths.container(id),
        data,
        document: join(data, "container.json"),
        log: join(data, "log"),
        upper: join(folder, "layer"),
        work: join(folder, "work"),
      };
    },
  };
}

/** Passes on what a command writes; resolves when everything was told, which is after its run. */
async function tell({ streams, outputs }: Pick<RunParts, "streams" | "outputs">, id: string): Promise<void> {
  const ends = (["stdout", "stderr"] as const).map((stream) => {
    const connection = new PassThrough();
    connection.on("data", (bytes: Buffer) => outputs.get(id)?.(stream, bytes));
    streams.join(
      id,
      new OutputClient(connection, {
        streams: new Set([stream]),
        isFramed: false,
        onRelief: () => streams.relieve(id),
      }),
    );
    return finished(connection);
  });
  await Promise.all(ends);
}

import type { Server } from "node:http";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { takeOver } from "./boot/take-over.ts";
import { eventRoutes } from "./api/events.ts";
import type { Builder } from "./build/build.ts";
import { buildRoutes } from "./build/classic/build-routes.ts";
import type { ClientSession } from "./build/buildkit/client-session.ts";
import { buildKitRoutes } from "./build/buildkit/doors.ts";
import { Rendezvous } from "./build/buildkit/rendezvous.ts";
import { createBuilder } from "./build/create-builder.ts";
import { createRouter } from "./api/router.ts";
import type { Route } from "./api/route.ts";
import { swarmRoutes } from "./api/swarm.ts";
import { systemRoutes } from "./api/system.ts";
import type { Counts } from "./api/system-info.ts";
import { followExits } from "./containers/after-exit.ts";
import { type ContainerDocument, isRunning } from "./containers/container.ts";
import type { Containers } from "./containers/containers.ts";
import { Execs } from "./containers/exec/execs.ts";
import { execRoutes } from "./containers/exec/exec-routes.ts";
import { HealthChecks } from "./containers/health/health-checks.ts";
import { statsRoutes } from "./containers/measure/stats-routes.ts";
import { topRoutes } from "./containers/measure/top-routes.ts";
import { listContainers } from "./containers/list.ts";
import { type Draft, Drafts } from "./containers/drafts.ts";
import { createNewsDesk } from "./containers/news.ts";
import { onNetworks } from "./containers/on-networks.ts";
import { OutOfMemory } from "./containers/out-of-memory.ts";
import { Register } from "./containers/register.ts";
import type { ContainerRooms } from "./containers/rooms.ts";
import { createRestarts } from "./containers/restarts.ts";
import { containerRoutes, listParts, type RouteParts } from "./containers/routes.ts";
import { Runs } from "./containers/runs.ts";
import { streamRoutes } from "./containers/streams/stream-routes.ts";
import { Streams } from "./containers/streams/streams.ts";
import { startContainer, stopContainer, type VerbParts } from "./containers/verbs.ts";
import { createThrowaways } from "./containers/throwaway.ts";
import { createEventBus } from "./events.ts";
import { prepareApparmor } from "./host/apparmor.ts";
import { sweepCgroups } from "./host/cgroups.ts";
import { nowNs, timestamp } from "./host/clock.ts";
import { isolationFacts, limitFacts } from "./host/isolation.ts";
import { fileSystemOf } from "./host/file-system.ts";
import { networkSetting } from "./host/host-network.ts";
import { findInit } from "./host/init.ts";
import type { Rootless } from "./host/keeper.ts";
import { machineFacts } from "./host/machine.ts";
import { noOutlet, OutletPorts } from "./host/outlet-ports.ts";
import { machinePorts, type PortHost } from "./host/port-socket.ts";
import { Signs } from "./host/signs.ts";
import { archiveRoutes } from "./files/archive-routes.ts";
import { commitRoutes } from "./files/commit-routes.ts";
import { exportRoutes } from "./files/export-routes.ts";
import { usageRoutes } from "./files/usage-routes.ts";
import { createImages } from "./images/create-images.ts";
import type { ImageUser } from "./images/room.ts";
import { createNetworks } from "./networks/create-networks.ts";
import { findRuntimes } from "./runtime/low-level.ts";
import { createSeccompCache } from "./runtime/seccomp-cache.ts";
import { createApiServer } from "./server.ts";
import { engineId } from "./store/engine-id.ts";
import type { Paths } from "./store/paths.ts";
import { createTurns } from "./store/turns.ts";
import { unbuilt } from "./unbuilt.ts";
import { createVolumes, type VolumeUser } from "./volumes/create-volumes.ts";

/** What an engine is made of. */
export interface EngineParts {
  readonly paths: Paths;
  /** Of tscompose. */
  readonly version: string;
  readonly onFault: (error: unknown) => void;
  /** Present for the engine of an ordinary user. */
  readonly rootless: Rootless | undefined;
  readonly onRequest: () => () => void;
  /** Told what the engine did to the host, or could not do: one sentence each. */
  readonly announce: (message: string) => void;
}

/** An engine that is put together: containers of an earlier one are taken over, the server does not listen yet. */
export interface Engine extends AsyncDisposable {
  readonly server: Server;
  /** Builds images for who is in this process. */
  readonly builder: Builder;
  /** Whether anything runs that needs an engine. */
  isBusy(): boolean;
}

/** Puts the engine's rooms together. */
export async function createEngine(parts: EngineParts): Promise<Engine> {
  const { paths, version, rootless, onFault, onRequest, announce } = parts;
  const hasCgroups = rootless === undefined;
  const machine = machineFacts();
  const bus = createEventBus(nowNs);
  const register = new Register(paths, onFault);
  await register.load();
  const drafts = new Drafts();
  const news = createNewsDesk(onFault);
  await mkdir(paths.running, { recursive: true, mode: 0o711 });
  const signs = new Signs(paths.signs);
  const publish = publisher(bus);
  const containers: Containers = {
    get: (reference) => register.get(reference),
    find: (reference) => register.find(reference),
    all: () => register.all(),
    onStart: (listener) => news.on("start", listener),
    start: async (id) => void (await startContainer(verbs, id)),
    stop: async (id, options) => void (await stopContainer(verbs, id, options)),
    publish,
  };
  const images = await createImages({
    folder: paths.images,
    configFolder: paths.config,
    architecture: machine.architecture,
    bus,
    nowNs,
    users: () => [...register.all().map(imageUser), ...drafts.all().map(draftedImageUser)],
  });
  const volumes = await createVolumes({
    folder: paths.volumes,
    bus,
    now: timestamp,
    users: () => [
      ...register.all().map((container) => volumeUser(container, runs.isStarting(container.id))),
      ...drafts.all().map(draftedVolumeUser),
    ],
  });
  const networks = await createNetworks({
    paths,
    events: bus,
    containers: onNetworks(register, (id, action) => runs.alone(id, action)),
    announce,
    portHost: portHostOf(rootless),
  });
  const streams = new Streams({ paths, now: timestamp, onFault });
  const isolation = isolationFacts(await prepareApparmor());
  const runtimes = await findRuntimes({ run: paths.run, isHybrid: machine.isHybrid, hasCgroups });
  const oom = new OutOfMemory({ register, publish, onFault });
  const rooms: ContainerRooms = {
    paths,
    machine,
    register,
    drafts,
    signs,
    images,
    volumes,
    networks,
    streams,
    publish,
    news,
    restarts: createRestarts(news),
    oom,
    isolation,
    limits: limitFacts({ hasCgroups }),
    seccomp: createSeccompCache(join(paths.data, "seccomp"), runtimes.usual),
    runtimes,
    now: timestamp,
    onFault,
  };
  const runs = new Runs(rooms);
  const verbs: VerbParts = { rooms, runs, turns: createTurns(), restarting: new Set() };
  const execs = new Execs(rooms);
  const nowMs = (): number => Number(nowNs() / 1_000_000n);
  const health = new HealthChecks(rooms, nowMs);
  followExits(verbs);
  await takeOver(verbs);
  const containerParts: RouteParts = {
    ...verbs,
    healthOf: (id) => health.of(id),
    execIds: (id) => execs.idsOf(id),
    nowMs,
  };
  const files = {
    paths,
    volumes,
    containers,
    turns: verbs.turns,
    find: (id: string) => register.find(id),
    ended: (id: string) => runs.ended(id),
  };
  const builder = await createBuilder({
    paths,
    images,
    commands: createThrowaways(rooms),
    now: timestamp,
    nowMs,
    onFault,
  });
  const building = { builder, images: images.forBuilds, sessions: new Rendezvous<ClientSession>() };
  const routes: readonly Route[] = [
    ...systemRoutes({
      version,
      id: await engineId(paths),
      dataRoot: paths.data,
      fileSystem: await fileSystemOf(paths.data),
      machine,
      limits: rooms.limits,
      isRootless: rootless !== undefined,
      apparmor: isolation.apparmor,
      hasSeccomp: isolation.hasSeccomp,
      init: findInit(),
      forwardsIpv4: () => networkSetting("ipv4/ip_forward") === "1",
      runtime: runtimes.usual,
      now: timestamp,
      counts: () => countsOf(register.all(), images.usage().images.length),
    }),
    ...eventRoutes({ bus, nowNs }),
    ...containerRoutes(containerParts),
    ...streamRoutes({ containers, streams, paths }),
    ...execRoutes({ containers, execs }),
    ...statsRoutes(rooms),
    ...topRoutes(rooms),
    ...archiveRoutes(files),
    ...exportRoutes(files),
    ...commitRoutes({ paths, containers, images, turns: verbs.turns }),
    ...usageRoutes({
      images,
      volumes,
      containers: () => listContainers(listParts(containerParts, new URLSearchParams("all=1&size=1"))),
    }),
    ...buildRoutes({ ...building, nowNs }),
    ...buildKitRoutes({
      ...building,
      worker: { architecture: images.forBuilds.architecture, version, hostGateway: networks.hostGateway },
      nowMs,
      onFault,
    }),
    ...images.routes,
    ...volumes.routes,
    ...networks.routes,
    ...swarmRoutes,
    ...unbuilt,
  ];
  const name = `tscompose/${version} (linux)`;
  return {
    builder,
    server: createApiServer({ router: createRouter(routes), name, onFault, onRequest }),
    isBusy: () => register.all().some(({ state }) => ["running", "paused", "restarting"].includes(state.status)),
    async [Symbol.asyncDispose]() {
      health[Symbol.dispose]();
      await builder.close();
      oom[Symbol.dispose]();
      streams[Symbol.dispose]();
      await networks.close();
      await register.settled();
      signs[Symbol.dispose]();
      sweepCgroups(paths.mark, (id) => register.find(id) !== undefined);
    },
  };
}

function portHostOf(rootless: Rootless | undefined): PortHost {
  if (rootless === undefined) return machinePorts;
  return rootless.outlet === undefined ? noOutlet : new OutletPorts(rootless.outlet);
}

function imageUser(container: ContainerDocument): ImageUser {
  const { id, image } = container;
  return { id, imageId: image.id, isRunning: isRunning(container), lowerDirs: image.lowerDirs };
}

function draftedImageUser({ id, image }: Draft): ImageUser {
  return { id, imageId: image.id, isRunning: false, lowerDirs: image.lowerDirs };
}

function draftedVolumeUser({ id, volumes }: Draft): VolumeUser {
  return { id, isRunning: false, volumes: [...volumes] };
}

function volumeUser(container: ContainerDocument, isStarting: boolean): VolumeUser {
  const { id, mounts } = container;
  return {
    id,
    isRunning: isStarting || isRunning(container),
    volumes: mounts.flatMap(({ Name }) => (Name === undefined ? [] : [Name])),
  };
}

/** Events of a container carry its name, its image and all its labels. */
function publisher({ publish }: Pick<ReturnType<typeof createEventBus>, "publish">): Containers["publish"] {
  return ({ id, name, image, config }, action, attributes = {}) => {
    const Attributes = { ...config.Labels, ...attributes, image: image.reference, name };
    publish({ Type: "container", Action: action, Actor: { ID: id, Attributes } });
  };
}

function countsOf(containers: readonly ContainerDocument[], images: number): Counts {
  const count = (...statuses: readonly string[]): number =>
    containers.filter(({ state }) => statuses.includes(state.status)).length;
  return {
    containers: containers.length,
    running: count("running", "restarting"),
    paused: count("paused"),
    stopped: count("created", "exited", "dead", "removing"),
    images,
  };
}

import { setTimeout as pass } from "node:timers/promises";
import { randomBytes } from "node:crypto";
import { takeOver } from "./embedded.ts";
import { Floor } from "./floor.ts";
import { clocked, type Contestant } from "./measure.ts";
import { chain, diamond, flat, healthBody, type Probing, wide } from "./projects.ts";
import { leave, Player, type Side, usageOf } from "./side.ts";
import { WatchedProject } from "./watched-project.ts";

/** One kind of work, and how much of the peer's figure it may take. */
export interface Row {
  readonly name: string;
  /** In which rounds: slow work is measured less often. */
  readonly share: number;
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Sets up whoever takes part; what they leave is gone when `stack` is disposed of. */
  enter(sides: Sides, stack: AsyncDisposableStack): Promise<Contestant[]>;
}

/** What is measured, and the goals: our median over the peer's, and over the floor. */
export interface Metric {
  readonly unit: "ms" | "% CPU" | "MiB";
  readonly ofPeer?: number;
  readonly ofFloor?: number;
}

/** Who takes part: ours and the peer on one engine, and ours on the embedded one where that can run. */
export interface Sides {
  readonly ours: Side;
  readonly peer: Side;
  readonly embedded?: Side;
}

const lines = 200_000;
const restMs = 10_000;

/** All that is measured. */
export const rows: readonly Row[] = [
  reading("version", { ofPeer: 1 }, "", ["version"]),
  reading("help", { ofPeer: 1 }, "", ["--help"]),
  reading("config, 1 service", {}, wide(1), ["config"]),
  reading("config, 100 services", { ofPeer: 1 }, wide(100), ["config"]),
  reading("config, 1,000 services", { ofPeer: 1 }, wide(1000), ["config"], 0.3),
  life("1 service", flat(1), { floor: independent(1), share: 0.5 }),
  life("5 services", flat(5), { floor: independent(5), share: 0.5 }),
  life("20 services", flat(20), {
    floor: independent(20),
    share: 0.3,
    up: { ofPeer: 0.8, ofFloor: 1.25 },
    down: { ofPeer: 0.9 },
  }),
  life("50 services", flat(50), { floor: independent(50), share: 0.15 }),
  life("a chain of ten that wait for health", chain(10, "while it starts"), {
    floor: inTurn(10, "while it starts"),
    share: 0.3,
    up: { ofPeer: 0.35 },
  }),
  life("a chain of ten that are probed all along", chain(10, "all along"), {
    floor: inTurn(10, "all along"),
    share: 0.15,
  }),
  life("a diamond of eight", diamond(6), { share: 0.3 }),
  standing("up -d, nothing to do, 20 services", { ofPeer: 0.6 }, flat(20), ["up", "-d"]),
  standing("ps, 20 services", { ofPeer: 0.8 }, flat(20), ["ps"]),
  changing(),
  building(),
  sending(),
  logging(),
  resting(),
  saving("one saved file", "save", 1.5, {}),
  saving("500 new files", "burst", 0.25, { ofPeer: 0.25 }),
];

/** Work that needs no engine. */
function reading(
  name: string,
  goal: Omit<Metric, "unit">,
  file: string,
  command: readonly string[],
  share: number = 1,
): Row {
  return {
    name,
    share,
    metrics: { time: { unit: "ms", ...goal } },
    async enter({ ours, peer }, stack) {
      const players = await enterAll([ours, peer], file, stack);
      return players.map((player) => timed(player, () => player.run(...command)));
    },
  };
}

interface LifeOptions {
  readonly floor?: FloorWork;
  readonly share: number;
  readonly up?: Omit<Metric, "unit">;
  readonly down?: Omit<Metric, "unit">;
}

/** The same project, made by the engine's calls alone. */
interface FloorWork {
  readonly count: number;
  readonly up: (floor: Floor) => Promise<void>;
}

function independent(count: number): FloorWork {
  return { count, up: (floor) => floor.up(count) };
}

function inTurn(count: number, probing: Probing): FloorWork {
  return { count, up: (floor) => floor.upInTurn(count, healthBody(probing)) };
}

/** `up -d` where nothing is, and `down` again. */
function life(what: string, file: string, { floor, share, up, down }: LifeOptions): Row {
  return {
    name: what,
    share,
    metrics: { "up -d": { unit: "ms", ...up }, down: { unit: "ms", ...down } },
    async enter({ ours, peer, embedded }, stack) {
      const sides = [ours, peer, ...(embedded === undefined ? [] : [embedded])];
      const players = (await enterAll(sides, file, stack)).map((player) => ({
        name: player.side.name,
        measure: async () => ({
          "up -d": await clocked(() => player.run("up", "-d")),
          down: await clocked(() => player.run("down")),
        }),
      }));
      return floor === undefined ? players : [...players, lifeOfFloor(ours.address, floor, stack)];
    },
  };
}

function lifeOfFloor(address: string, { count, up }: FloorWork, stack: AsyncDisposableStack): Contestant {
  const floor = stack.use(new Floor(address, `bench-floor-${randomBytes(3).toString("hex")}`));
  return {
    name: "floor",
    measure: async () => ({
      "up -d": await clocked(() => up(floor)),
      down: await clocked(() => floor.down(count)),
    }),
  };
}

/** Work on a project that is up. */
function standing(name: string, goal: Omit<Metric, "unit">, file: string, command: readonly string[]): Row {
  return {
    name,
    share: 1,
    metrics: { time: { unit: "ms", ...goal } },
    async enter({ ours, peer }, stack) {
      const players = await enterAll([ours, peer], file, stack);
      for (const player of players) await player.run("up", "-d");
      return players.map((player) => timed(player, () => player.run(...command)));
    },
  };
}

/** One of twenty services has another environment each time. */
function changing(): Row {
  return {
    name: "up -d, one of 20 services changed",
    share: 0.5,
    metrics: { time: { unit: "ms" } },
    async enter({ ours, peer }, stack) {
      const file = flat(20);
      const players = await enterAll([ours, peer], file, stack);
      for (const player of players) await player.run("up", "-d");
      let turn = 0;
      return players.map((player) => ({
        name: player.side.name,
        async measure() {
          const changed = file.replace("s7:\n", `s7:\n    environment: { TURN: "${++turn}" }\n`);
          await player.project.write({ "compose.yaml": changed });
          return { time: await clocked(() => player.run("up", "-d")) };
        },
      }));
    },
  };
}

/** The example's image, with nothing that is known of it, and with all. */
function building(): Row {
  return {
    name: "build of the guestbook",
    share: 0.5,
    metrics: { cold: { unit: "ms", ofPeer: 1 }, cached: { unit: "ms", ofPeer: 0.7 } },
    async enter({ ours, peer, embedded }, stack) {
      const sides = [ours, peer, ...(embedded === undefined ? [] : [embedded])];
      if (embedded !== undefined) await takeOver("node:24", embedded.address);
      return (await enterAll(sides, new URL("../../examples/guestbook", import.meta.url), stack)).map((player) => ({
        name: player.side.name,
        measure: async () => ({
          cold: await clocked(() => player.run("build", "--no-cache")),
          cached: await clocked(() => player.run("build")),
        }),
      }));
    },
  };
}

/** A context of many small files, all of them new to the builder, and then none. */
function sending(): Row {
  const files = Array.from({ length: 5000 }, (_, index) => `web/${index % 100}/${index}.txt`);
  return {
    name: "build with 5,000 files",
    share: 0.2,
    metrics: { "all new": { unit: "ms" }, unchanged: { unit: "ms" } },
    async enter({ ours, peer, embedded }, stack) {
      const sides = [ours, peer, ...(embedded === undefined ? [] : [embedded])];
      const players = await enterAll(sides, "services: { web: { build: web } }\n", stack);
      let turn = 0;
      return players.map((player) => ({
        name: player.side.name,
        async measure() {
          const text = `${++turn} is in all of them\n`.repeat(50);
          const contents = Object.fromEntries(files.map((file) => [file, text]));
          await player.project.write({ "web/Dockerfile": "FROM busybox\nCOPY . /all\n", ...contents });
          return {
            "all new": await clocked(() => player.run("build")),
            unchanged: await clocked(() => player.run("build")),
          };
        },
      }));
    },
  };
}

/** Many lines of one container, from the first to the last. */
function logging(): Row {
  const printing = `yes "GET /index.html 200 12 ms, as long as most lines are" | head -n ${lines}`;
  const file = `services:\n  s0:\n    image: busybox\n    command: ["sh", "-c", '${printing}']\n`;
  return {
    name: `logs of ${lines.toLocaleString("en")} lines`,
    share: 0.3,
    metrics: { time: { unit: "ms", ofPeer: 1 } },
    async enter({ ours, peer }, stack) {
      const players = await enterAll([ours, peer], file, stack);
      for (const player of players) {
        await player.run("up", "-d");
        await player.run("wait", "s0");
      }
      return players.map((player) =>
        timed(player, async () => {
          const seen = (await player.run("logs")).trimEnd().split("\n").length;
          if (seen !== lines) throw new Error(`${player.side.name} shows ${seen} lines of ${lines}`);
        }),
      );
    },
  };
}

/** An attached `up` of five silent services, while nothing happens. */
function resting(): Row {
  return {
    name: "attached up at rest, 5 services",
    share: 0.15,
    metrics: { CPU: { unit: "% CPU", ofPeer: 1 }, memory: { unit: "MiB", ofPeer: 1 } },
    async enter({ ours, peer }, stack) {
      const players = await enterAll([ours, peer], flat(5), stack);
      for (const player of players) await player.run("up", "-d");
      return players.map((player) => ({
        name: player.side.name,
        async measure() {
          const attached = player.start("up");
          // What comes after the start belongs to it: it is not rest yet.
          await pass(3000);
          const before = usageOf(attached);
          await pass(restMs);
          const after = usageOf(attached);
          await leave(attached);
          return { CPU: ((after.cpu - before.cpu) / (restMs / 1000)) * 100, memory: after.memory };
        },
      }));
    },
  };
}

/** From a save to what a container sees of it. */
function saving(what: string, work: "save" | "burst", share: number, goal: Omit<Metric, "unit">): Row {
  return {
    name: `watch, ${what} until the container has ${work === "save" ? "it" : "them"}`,
    share,
    metrics: { time: { unit: "ms", ...goal } },
    async enter({ ours, peer }, stack) {
      const contestants: Contestant[] = [];
      for (const side of [ours, peer]) {
        const watched = stack.use(await WatchedProject.enter(side));
        contestants.push({ name: side.name, measure: async () => ({ time: await clocked(() => watched[work]()) }) });
      }
      return contestants;
    },
  };
}

async function enterAll(sides: readonly Side[], project: string | URL, stack: AsyncDisposableStack): Promise<Player[]> {
  const players: Player[] = [];
  for (const side of sides) players.push(stack.use(await Player.enter(side, project)));
  return players;
}

function timed({ side }: Player, work: () => Promise<unknown>): Contestant {
  return { name: side.name, measure: async () => ({ time: await clocked(work) }) };
}

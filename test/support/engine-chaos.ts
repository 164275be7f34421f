import { setTimeout as delay } from "node:timers/promises";
import { demultiplex } from "./engine-api.ts";
import type { EngineProcess } from "./engine-process.ts";
import { untruths } from "./engine-truth.ts";

/** How much of it there is. */
export interface ChaosWish {
  readonly engine: EngineProcess;
  readonly rounds: number;
  /** Numbers from 0 to 1; with the same ones the same is asked, though never at the same instants. */
  readonly random: () => number;
  /** Told of every round. */
  readonly onRound?: (round: number, asked: readonly string[]) => void;
}

/** What came of it. */
export interface ChaosReport {
  readonly operations: number;
  readonly kills: number;
  /** Lines of containers that count, all of which were there once. */
  readonly lines: number;
}

// No beginnings of ids.
const names = ["chaos-a", "chaos-b", "chaos-c", "chaos-d", "chaos-e", "chaos-f"];
const networks = ["chaos-one", "chaos-two"];
const volumes = ["chaos-x", "chaos-y"];
const restartPolicies = [{ Name: "always" }, { Name: "on-failure", MaximumRetryCount: 2 }];
const patienceMs = 60_000;
/** Counts on; each start begins anew. */
const counting = ["sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; usleep 20000; done"];
const commands = [counting, counting, counting, ["sh", "-c", "exit 3"], ["sleep", "1000"]];

/**
 * Lets random operations loose on an engine, several at once, and kills it in the middle of them; after every round what
 * it tells must be what is. Throws at the first untruth, and when the engine tells of a fault of its own, with what was
 * asked.
 */
export async function engineChaos({ engine, rounds, random, onRound }: ChaosWish): Promise<ChaosReport> {
  const ask = operations(engine, random);
  const counter = await startCounter(engine);
  let [asked, kills] = [0, 0];
  for (let round = 1; round <= rounds; round += 1) {
    const wishes = Array.from({ length: 2 + Math.floor(random() * 5) }, () => ask());
    asked += wishes.length;
    const words = wishes.map(({ words }) => words);
    const answers = Promise.all(wishes.map(({ send }) => send().catch(() => {})));
    if (random() < 0.8) {
      await delay(random() * 300);
      await engine.kill();
      kills += 1;
      await answers;
      await engine.comeBack();
    } else await answers;
    onRound?.(round, words);
    const what = `round ${round}: ${words.join(", ")}`;
    await becomesTrue(engine, what);
    if (engine.faults.length > 0) throw new Error(`${what}\n${engine.faults.join("")}`);
  }
  await engine.api.send("POST", `/containers/${counter}/kill`);
  const counted = await Promise.all((await engine.api.containers()).map(({ Id }) => countedLines(engine, Id)));
  const whole = await countedLines(engine, counter, { hasOneRun: true });
  return { operations: asked, kills, lines: counted.reduce((sum, lines) => sum + lines, whole) };
}

/** What begins by itself after a return of the engine needs its time; what is wrong stays wrong. */
async function becomesTrue(engine: EngineProcess, what: string): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = await untruths(engine.api, engine.folder).catch((error: unknown) => [String(error)]);
    if (found.length === 0) return;
    if (performance.now() > end) throw new Error(`${what}\n${found.join("\n")}`);
    await delay(100);
  }
}

async function startCounter({ api }: EngineProcess): Promise<string> {
  const body = { Image: "busybox:latest", Cmd: counting, HostConfig: { NetworkMode: "none" } };
  const { Id } = (await api.post("/containers/create?name=counter", body)) as { Id: string };
  await api.send("POST", `/containers/${Id}/start`);
  return Id;
}

/** How many lines a container has counted. Throws when one is missing or there twice. */
async function countedLines({ api }: EngineProcess, id: string, { hasOneRun = false } = {}): Promise<number> {
  const text = demultiplex(await api.download(`/containers/${id}/logs?stdout=1&follow=0`)).toString();
  const numbers = text.split("\n").filter(Boolean).map(Number);
  const wrong = numbers.findIndex((number, index) => {
    const before = numbers[index - 1] ?? 0;
    return number !== before + 1 && (hasOneRun || number !== 1);
  });
  if (wrong < 0) return numbers.length;
  throw new Error(`the log of ${id} has ${numbers[wrong]} after ${numbers[wrong - 1]}, line ${wrong + 1}`);
}

interface Wish {
  /** What it is, in words. */
  readonly words: string;
  readonly send: () => Promise<unknown>;
}

/** Gives a random operation at each call. */
function operations({ api }: EngineProcess, random: () => number): () => Wish {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const post =
    (path: string, body: unknown = {}) =>
    (): Promise<unknown> =>
      api.postForBytes(path, body);
  const remove = (path: string) => (): Promise<unknown> => api.send("DELETE", path);
  const exec = (name: string) => async (): Promise<unknown> => {
    const wish = { Cmd: ["echo", "exec"], AttachStdout: true };
    const { Id } = (await api.post(`/containers/${name}/exec`, wish)) as { Id: string };
    return api.postForBytes(`/exec/${Id}/start`, {});
  };
  const copyWithin = (name: string) => async (): Promise<unknown> => {
    const archive = await api.download(`/containers/${name}/archive?path=/etc/passwd`);
    return api.send("PUT", `/containers/${name}/archive?path=/tmp`, archive);
  };
  const kinds: readonly ((name: string) => Wish)[] = [
    (name) => {
      const body = createBody(pick, random);
      const made = async (): Promise<void> => {
        await api.postForBytes(`/containers/create?name=${name}`, body);
        await api.postForBytes(`/containers/${name}/start`, {});
      };
      return { words: `run ${name} ${JSON.stringify(body)}`, send: made };
    },
    (name) => ({ words: `create ${name}`, send: post(`/containers/create?name=${name}`, createBody(pick, random)) }),
    (name) => ({ words: `start ${name}`, send: post(`/containers/${name}/start`) }),
    (name) => ({ words: `stop ${name}`, send: post(`/containers/${name}/stop?t=0`) }),
    (name) => ({ words: `kill ${name}`, send: post(`/containers/${name}/kill`) }),
    (name) => ({ words: `restart ${name}`, send: post(`/containers/${name}/restart?t=0`) }),
    (name) => ({ words: `pause ${name}`, send: post(`/containers/${name}/pause`) }),
    (name) => ({ words: `unpause ${name}`, send: post(`/containers/${name}/unpause`) }),
    (name) => ({ words: `rm ${name}`, send: remove(`/containers/${name}?force=1&v=1`) }),
    (name) => ({ words: `exec ${name}`, send: exec(name) }),
    (name) => ({ words: `update ${name}`, send: post(`/containers/${name}/update`, { Memory: 64_000_000 }) }),
    (name) => ({ words: `read ${name}`, send: () => api.download(`/containers/${name}/logs?stdout=1`) }),
    (name) => ({ words: `top ${name}`, send: () => api.get(`/containers/${name}/top`) }),
    (name) => ({ words: `stats ${name}`, send: () => api.get(`/containers/${name}/stats?stream=0`) }),
    (name) => ({ words: `commit ${name}`, send: post(`/commit?container=${name}&repo=chaos`) }),
    (name) => ({ words: `copy ${name}`, send: copyWithin(name) }),
    (name) => {
      const other = pick(names);
      return { words: `rename ${name} ${other}`, send: post(`/containers/${name}/rename?name=${other}`) };
    },
    (name) => {
      const network = pick(networks);
      return { words: `connect ${name} ${network}`, send: post(`/networks/${network}/connect`, { Container: name }) };
    },
    (name) => {
      const network = pick(networks);
      const body = { Container: name, Force: true };
      return { words: `disconnect ${name} ${network}`, send: post(`/networks/${network}/disconnect`, body) };
    },
    () => {
      const Name = pick(networks);
      return { words: `network create ${Name}`, send: post("/networks/create", { Name }) };
    },
    () => {
      const name = pick(networks);
      return { words: `network rm ${name}`, send: remove(`/networks/${name}`) };
    },
    () => {
      const Name = pick(volumes);
      return { words: `volume create ${Name}`, send: post("/volumes/create", { Name }) };
    },
    () => {
      const name = pick(volumes);
      return { words: `volume rm ${name}`, send: remove(`/volumes/${name}`) };
    },
  ];
  // Half of all is a container that runs: otherwise there is nothing to hurt.
  const [begin = kinds[0]] = kinds;
  return () => (random() < 0.3 && begin !== undefined ? begin : pick(kinds))(pick(names));
}

function createBody(pick: <T>(list: readonly T[]) => T, random: () => number): object {
  return {
    Image: "busybox:latest",
    Cmd: pick(commands),
    StopSignal: "SIGKILL",
    HostConfig: {
      NetworkMode: pick(["none", "bridge", ...networks]),
      AutoRemove: random() < 0.1,
      ...(random() < 0.2 ? { RestartPolicy: pick(restartPolicies) } : {}),
      ...(random() < 0.3 ? { Binds: [`${pick(volumes)}:/data`] } : {}),
      ...(random() < 0.2 ? { PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1" }] } } : {}),
      ...(random() < 0.2 ? { LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } } } : {}),
    },
  };
}

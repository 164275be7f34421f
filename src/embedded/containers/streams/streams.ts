import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { spoolStart } from "../../host/spool.ts";
import type { Paths } from "../../store/paths.ts";
import type { ContainerDocument } from "../container.ts";
import type { ContainerStreams } from "../containers.ts";
import { LogFile } from "../logs/log-file.ts";
import { logOptions } from "../logs/log-options.ts";
import { LogPlaceFile, type LogProgress, loadProgress } from "../logs/log-place.ts";
import { ContainerOutput } from "./container-output.ts";
import type { OutputClient } from "./output-client.ts";

/** What a container writes while it runs, and clients that may come before it starts. */
interface Channel {
  readonly clients: Set<OutputClient>;
  output?: ContainerOutput;
  log?: LogFile;
}

/** Where a container's spoolers keep what it writes until it is in its log. */
export function spoolFolder(paths: Paths, id: string): string {
  return join(paths.container(id).data, "spool");
}

interface StreamFacts {
  readonly paths: Paths;
  readonly now: () => string;
  readonly onFault: (error: unknown) => void;
}

/** The output of all containers. */
export class Streams implements ContainerStreams {
  readonly #paths: Paths;
  readonly #now: () => string;
  readonly #onFault: (error: unknown) => void;
  readonly #channels = new Map<string, Channel>();

  /** `now` gives the time of a line; `onFault` is told when a log cannot be written. */
  constructor({ paths, now, onFault }: StreamFacts) {
    this.#paths = paths;
    this.#now = now;
    this.#onFault = onFault;
  }

  /** See {@link ContainerStreams}. */
  begin(container: ContainerDocument): void {
    rmSync(spoolFolder(this.#paths, container.id), { recursive: true, force: true });
    this.#open(container, undefined);
  }

  /** See {@link ContainerStreams}. */
  adopt(container: ContainerDocument): void {
    this.#open(container, loadProgress(this.#progressPath(container.id)));
  }

  /** See {@link ContainerStreams}. */
  async close(containerId: string): Promise<void> {
    const channel = this.#channels.get(containerId);
    if (channel === undefined) return;
    await channel.output?.finish();
    this.#channels.delete(containerId);
    channel.log?.close();
    for (const client of channel.clients) client.end();
    rmSync(spoolFolder(this.#paths, containerId), { recursive: true, force: true });
  }

  /** Lets go of everything; the next engine goes on with it. */
  [Symbol.dispose](): void {
    for (const { output, log } of this.#channels.values()) {
      output?.leave();
      log?.close();
    }
    this.#channels.clear();
  }

  /** The log that is being written; `undefined` when the container does not run. What has come is in it. */
  liveLog(containerId: string): LogFile | undefined {
    const channel = this.#channels.get(containerId);
    channel?.output?.catchUp();
    return channel?.log;
  }

  /** Passes on what the container writes until its run ends, also when it has not begun; returns an end of that. */
  join(containerId: string, client: OutputClient): () => void {
    const channel = this.#channel(containerId);
    channel.clients.add(client);
    return () => {
      channel.clients.delete(client);
      channel.output?.relieve();
      if (channel.output === undefined && channel.clients.size === 0) this.#channels.delete(containerId);
    };
  }

  /** A client of this container is not behind any more. */
  relieve(containerId: string): void {
    this.#channels.get(containerId)?.output?.relieve();
  }

  #open({ id, hostConfig }: ContainerDocument, progress: LogProgress | undefined): void {
    const channel = this.#channel(id);
    const { run, log: path } = this.#paths.container(id);
    const spool = spoolFolder(this.#paths, id);
    mkdirSync(spool, { recursive: true, mode: 0o700 });
    const log = new LogFile(path, logOptions(hostConfig));
    const pipes = { stdout: join(run, "out"), stderr: join(run, "err") };
    const start = { logBytes: log.bytes, places: { stdout: spoolStart, stderr: spoolStart } };
    channel.log = log;
    channel.output = new ContainerOutput({ spool, pipes }, progress ?? start, {
      log,
      progress: new LogPlaceFile(this.#progressPath(id)),
      clients: channel.clients,
      now: this.#now,
      onFault: this.#onFault,
    });
  }

  #progressPath(id: string): string {
    return join(this.#paths.container(id).data, "log-place");
  }

  #channel(containerId: string): Channel {
    const known = this.#channels.get(containerId);
    if (known !== undefined) return known;
    const channel: Channel = { clients: new Set() };
    this.#channels.set(containerId, channel);
    return channel;
  }
}

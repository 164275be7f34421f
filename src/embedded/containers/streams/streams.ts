import { join } from "node:path";
import type { Paths } from "../../store/paths.ts";
import type { ContainerDocument } from "../container.ts";
import type { ContainerStreams } from "../containers.ts";
import { LogFile } from "../logs/log-file.ts";
import { logOptions } from "../logs/log-options.ts";
import type { OutputClient } from "./output-client.ts";
import { ProgramOutput } from "./program-output.ts";

/** Where a container is read and written: its pipes while it runs, and clients that may come before it starts. */
interface Channel {
  readonly clients: Set<OutputClient>;
  output?: ProgramOutput;
  log?: LogFile;
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
  open({ id, hostConfig }: ContainerDocument): void {
    const channel = this.#channel(id);
    channel.output?.close();
    const { run, log: path } = this.#paths.container(id);
    channel.log = new LogFile(path, logOptions(hostConfig));
    const pipes = { stdout: join(run, "out"), stderr: join(run, "err") };
    channel.output = new ProgramOutput(pipes, {
      clients: channel.clients,
      log: channel.log,
      now: this.#now,
      onFault: this.#onFault,
    });
  }

  /** See {@link ContainerStreams}. */
  close(containerId: string): Promise<void> {
    const channel = this.#channels.get(containerId);
    if (channel === undefined) return Promise.resolve();
    this.#channels.delete(containerId);
    channel.output?.close();
    channel.log?.close();
    for (const client of channel.clients) client.end();
    return Promise.resolve();
  }

  /** See {@link ContainerStreams}. */
  forget(containerId: string): void {
    void this.close(containerId);
  }

  /** The log that is being written; `undefined` when the container does not run. All that was read is in it. */
  liveLog(containerId: string): LogFile | undefined {
    const channel = this.#channels.get(containerId);
    channel?.output?.flush();
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

  #channel(containerId: string): Channel {
    const known = this.#channels.get(containerId);
    if (known !== undefined) return known;
    const channel: Channel = { clients: new Set() };
    this.#channels.set(containerId, channel);
    return channel;
  }
}

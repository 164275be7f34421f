import { createHash } from "node:crypto";
import { join, resolve } from "node:path";

/** Where an engine keeps what it has. */
export interface Roots {
  /** What outlives a reboot. */
  readonly data: string;
  /** What does not: on a tmpfs where there is one. */
  readonly run: string;
  /** The Unix socket of the API. */
  readonly socket: string;
  /** Where the machine's owner says what is to be otherwise: mirrors and certificates of registries. */
  readonly config: string;
}

const defaultData = "/var/lib/tscompose";
const defaultRun = "/run/tscompose";
const defaultConfig = "/etc/tscompose";

/** Fills in the usual places for those that are not told. */
export function rootsOf({
  data = defaultData,
  run = defaultRun,
  config = defaultConfig,
  socket,
}: Partial<Roots>): Roots {
  return { data, run, config, socket: socket ?? join(run, "engine.sock") };
}

/** Every place that more than one room has to know. */
export interface Paths extends Roots {
  readonly images: string;
  readonly volumes: string;
  readonly networks: string;
  readonly containers: string;
  /** Folders of running containers, on `run`. */
  readonly running: string;
  /** Where monitors leave signs: `<id>.pid` once a container runs, `<id>.exit` when it has ended. */
  readonly signs: string;
  /** Folders of running `exec`s, on `run`. */
  readonly execs: string;
  /**
   * Tells this engine's kernel objects (nft table, cgroup, lock) from those of an engine with other roots: `tscompose`
   * for the default data root, else `tscompose_` and 10 hex digits.
   */
  readonly mark: string;
  readonly container: (id: string) => ContainerPaths;
}

/** The places of one container. */
export interface ContainerPaths {
  /** What outlives a reboot: document, log, upper folder. */
  readonly data: string;
  readonly document: string;
  /** In json-file format; older ones have `.1`, `.2`, … behind it. */
  readonly log: string;
  /** Upper and work folder of its overlay. */
  readonly upper: string;
  readonly work: string;
  /** What exists only while it runs: pipes, bundle, exit code. */
  readonly run: string;
  /** Where its root is mounted, in the monitor's own mount namespace only. */
  readonly rootfs: string;
}

/** Derives all places from the roots. */
export function pathsOf(roots: Roots): Paths {
  const data = resolve(roots.data);
  const run = resolve(roots.run);
  const containers = join(data, "containers");
  const running = join(run, "c");
  return {
    data,
    run,
    socket: resolve(roots.socket),
    config: resolve(roots.config),
    images: join(data, "images"),
    volumes: join(data, "volumes"),
    networks: join(data, "networks"),
    containers,
    running,
    signs: join(run, "signs"),
    execs: join(run, "x"),
    mark: data === defaultData ? "tscompose" : `tscompose_${digest(data)}`,
    container: (id) => ({
      data: join(containers, id),
      document: join(containers, id, "container.json"),
      log: join(containers, id, `${id}-json.log`),
      upper: join(containers, id, "u"),
      work: join(containers, id, "w"),
      run: join(running, id),
      rootfs: join(running, id, "m"),
    }),
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}

import type { ContainerCreateBody, ContainerInspect } from "../../src/docker-api/container.ts";
import { label } from "../../src/observe/labels.ts";
import type { ObservedContainer, ObservedImage, Snapshot } from "../../src/observe/snapshot.ts";
import { digest, serviceHashText } from "../../src/plan/config-hash.ts";
import { imageKey } from "../../src/plan/names.ts";
import type { LateValue, Operation } from "../../src/plan/operation.ts";
import { bodyWith, serviceWith, type Variables, variablesDigest } from "../../src/plan/provided.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";

/** What a simulated engine does where a real one has a will of its own. */
export interface Simulation {
  /** Images that a pull or a build leaves behind, by reference; others get an id made from their name. */
  readonly images?: Readonly<Record<string, string>>;
  /** Final state of containers once started, by name: `running` unless told otherwise. */
  readonly states?: Readonly<Record<string, Pick<ObservedContainer, "state" | "exitCode" | "health">>>;
  /** What providers tell their dependents, by service. */
  readonly variables?: Readonly<Record<string, Variables>>;
  /** Stop before this step, as an interrupted run does. */
  readonly until?: number;
}

/** The snapshot that carrying out a plan leaves behind, were the engine to do exactly as told. */
export function simulate(plan: Plan, before: Snapshot, simulation: Simulation = {}): Snapshot {
  const world = new World(before, simulation);
  for (const step of plan.steps) {
    if (step.id === simulation.until) break;
    // Nothing fails here, so nothing is taken back.
    if (step.ifFailed === undefined && step.ifMoreFailed === undefined && world.holds(step))
      world.perform(step.operation);
  }
  return world.snapshot();
}

/** An engine that holds nothing of a project. */
export function emptySnapshot(projectName: string, apiVersion = "1.51"): Snapshot {
  const none = { containers: [], hookContainers: [], portHolders: [], nameHolders: [], networks: [], volumes: [] };
  return { projectName, apiVersion, ...none, images: {} };
}

/** An image as an engine would tell it. */
export function observedImage(reference: string, more: Partial<ObservedImage> = {}): ObservedImage {
  return { id: `sha256:${digest(reference)}`, volumes: [], labels: {}, config: {}, ...more };
}

class World {
  readonly #before: Snapshot;
  readonly #simulation: Simulation;
  #containers: readonly ObservedContainer[];
  #hookContainers: readonly ObservedContainer[];
  #networks: Snapshot["networks"];
  #volumes: Snapshot["volumes"];
  #images: Record<string, ObservedImage>;
  readonly #made = new Map<string, string>();
  #clock = 1000;

  constructor(before: Snapshot, simulation: Simulation) {
    this.#before = before;
    this.#simulation = simulation;
    this.#containers = before.containers;
    this.#hookContainers = before.hookContainers;
    this.#networks = before.networks;
    this.#volumes = before.volumes;
    this.#images = { ...before.images };
  }

  snapshot(): Snapshot {
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    return {
      ...this.#before,
      containers: this.#containers.toSorted(byName),
      hookContainers: this.#hookContainers.toSorted(byName),
      networks: this.#networks.toSorted(byName),
      volumes: this.#volumes.toSorted(byName),
      images: this.#images,
    };
  }

  holds({ when = [] }: Step): boolean {
    if (when.length === 0) return true;
    return when.some((guard) => {
      if (guard.kind === "variables-changed") return variablesDigest(this.#told(guard.provider)) !== guard.from;
      const image = this.#images[imageKey(guard.image, guard.platform)];
      return guard.kind === "image-absent" ? image === undefined : image?.id !== guard.from;
    });
  }

  perform(operation: Operation): void {
    switch (operation.kind) {
      case "pull-image":
      case "build-image": {
        const id = this.#simulation.images?.[operation.image];
        const image = observedImage(operation.image, id === undefined ? {} : { id });
        this.#images[imageKey(operation.image, operation.platform)] = image;
        return;
      }
      case "remove-image":
        delete this.#images[operation.image];
        return;
      case "create-network": {
        const { name, body } = operation;
        const labels = body.Labels ?? {};
        const info = { ...body, Id: digest(`${name} ${this.#clock++}`), Driver: body.Driver ?? "bridge" };
        const made = { id: info.Id, name, driver: info.Driver, labels, isOwned: true, info };
        this.#networks = [...this.#networks, made];
        return;
      }
      case "remove-network": {
        const users = this.#containers.filter(({ networks }) => networks[operation.name] === operation.id);
        if (users.length > 0) throw new Error(`network ${operation.name} has active endpoints`);
        this.#networks = this.#networks.filter(({ id }) => id !== operation.id);
        return;
      }
      case "create-volume": {
        const { name, body } = operation;
        const labels = body.Labels ?? {};
        const driver = body.Driver ?? "local";
        const info = { Name: name, Driver: driver, Mountpoint: "", Labels: labels, Options: body.DriverOpts ?? null };
        this.#volumes = [...this.#volumes, { name, driver, labels, isOwned: true, info }];
        return;
      }
      case "remove-volume":
        if (this.#containers.some(({ mounts }) => mounts.some(({ source }) => source === operation.name))) {
          throw new Error(`volume ${operation.name} is in use`);
        }
        this.#volumes = this.#volumes.filter(({ name }) => name !== operation.name);
        return;
      case "create-container":
        if (this.#containers.some(({ name }) => name === operation.name)) {
          throw new Error(`the container name ${operation.name} is in use`);
        }
        this.#create(operation);
        return;
      case "connect-network": {
        const id = this.#networks.find(({ name }) => name === operation.network)?.id ?? "";
        this.#change(operation.container, (each) => ({
          ...each,
          networks: { ...each.networks, [operation.network]: id },
        }));
        return;
      }
      case "disconnect-network":
        this.#change(operation.container, (each) => ({
          ...each,
          networks: Object.fromEntries(Object.entries(each.networks).filter(([name]) => name !== operation.network)),
        }));
        return;
      case "start-container":
        this.#change(operation.container, (each) => {
          const end = this.#simulation.states?.[each.name] ?? { state: "running" as const };
          const networks = Object.keys(each.networks).map((name) => [
            name,
            this.#networks.find((network) => network.name === name)?.id ?? "",
          ]);
          return { ...each, ...end, networks: Object.fromEntries(networks) };
        });
        return;
      case "unpause-container":
        this.#change(operation.container, (each) => ({ ...each, state: "running" }));
        return;
      case "restart-container":
        this.#change(operation.container, (each) => ({ ...each, state: "running" }));
        return;
      case "pause-container":
        this.#change(operation.container, (each) => ({ ...each, state: "paused" }));
        return;
      case "kill-container":
        this.#change(operation.container, (each) => ({ ...each, state: "exited", exitCode: 137 }));
        return;
      case "stop-container":
        this.#change(operation.id, (each) => ({ ...each, state: "exited", exitCode: 143 }));
        return;
      case "remove-container":
        this.#remove(this.#find(operation.id).id);
        return;
      case "update-container":
        this.#change(operation.id, (each) => {
          if (each.details === undefined) return each;
          return {
            ...each,
            details: { ...each.details, HostConfig: { ...each.details.HostConfig, ...operation.body } },
          };
        });
        return;
      case "rename-container":
        if (this.#containers.some(({ name }) => name === operation.name)) throw new Error(`${operation.name} is taken`);
        this.#change(operation.container, (each) => ({ ...each, name: operation.name }));
        return;
      case "push-image":
      case "upload-files":
      case "run-hook":
      case "await-containers":
      case "monitor-containers":
      case "run-provider":
      case "run-model":
      case "delay":
        return;
    }
  }

  #told(provider: string): Variables {
    return this.#simulation.variables?.[provider] ?? {};
  }

  #create({
    name,
    finalName,
    body,
    late,
    service,
    provided = [],
  }: Extract<Operation, { kind: "create-container" }>): void {
    const told = provided.map((provider) => [provider, this.#told(provider)] as const);
    const filled = this.#fillIn(bodyWith(body, told), late, Object.assign({}, ...told.map(([, each]) => each)));
    const id = digest(`${name} ${this.#clock++}`);
    this.#made.set(finalName, id);
    const labels = filled.Labels ?? {};
    const endpoints = Object.keys(filled.NetworkingConfig?.EndpointsConfig ?? {});
    const missing = endpoints.filter((each) => !this.#networks.some((network) => network.name === each));
    if (missing.length > 0) throw new Error(`network ${missing.join()} not found`);
    const networks = Object.fromEntries(endpoints.map((each) => [each, ""]));
    const made: ObservedContainer = {
      id,
      name,
      service,
      number: Number(labels[label.containerNumber]),
      isOneOff: false,
      state: "created",
      image: filled.Image ?? "",
      imageId: labels[label.image] ?? "",
      labels,
      networks,
      networkMode: filled.HostConfig?.NetworkMode ?? "",
      mounts: mountsOf(filled),
      ports: [],
      createdAtSeconds: this.#clock++,
      status: "Created",
      details: containerInspect(id, filled),
    };
    if (labels[label.hook] === undefined) this.#containers = [...this.#containers, made];
    else this.#hookContainers = [...this.#hookContainers, made];
  }

  #fillIn(body: ContainerCreateBody, late: readonly LateValue[], variables: Variables): ContainerCreateBody {
    const values = new Map<string, string>();
    const fill = (text: string): string =>
      [...values].reduce((all, [token, value]) => all.replaceAll(token, value), text);
    for (const value of late.toSorted((a) => (a.kind.endsWith("hash") ? 1 : -1))) {
      if (value.kind === "container-id") values.set(value.token, this.#find(value.container).id);
      else if (value.kind === "image-id") {
        values.set(value.token, this.#images[imageKey(value.image, value.platform)]?.id ?? "");
      } else {
        const text = value.kind === "hash" ? value.text : serviceHashText(serviceWith(value.service, variables));
        values.set(value.token, digest(fill(text)));
      }
    }
    return JSON.parse(fill(JSON.stringify(body))) as ContainerCreateBody;
  }

  #remove(gone: string): void {
    this.#containers = this.#containers.filter(({ id }) => id !== gone);
    this.#hookContainers = this.#hookContainers.filter(({ id }) => id !== gone);
  }

  #find(nameOrId: string): ObservedContainer {
    const key = this.#made.get(nameOrId) ?? nameOrId;
    const found = [...this.#containers, ...this.#hookContainers].find(({ id, name }) => id === key || name === key);
    if (found === undefined) throw new Error(`no container ${nameOrId}`);
    return found;
  }

  #change(nameOrId: string, change: (container: ObservedContainer) => ObservedContainer): void {
    const { id } = this.#find(nameOrId);
    this.#containers = this.#containers.map((each) => (each.id === id ? change(each) : each));
    this.#hookContainers = this.#hookContainers.map((each) => (each.id === id ? change(each) : each));
  }
}

function mountsOf({ HostConfig: host, Volumes }: ContainerCreateBody): ObservedContainer["mounts"] {
  const binds = (host?.Binds ?? []).map((text) => {
    const [source = "", target = ""] = text.split(":");
    return { type: source.startsWith("/") ? "bind" : "volume", source, target };
  });
  const mounts = (host?.Mounts ?? []).map(({ Type, Source, Target }) => ({
    type: Type,
    source: Source ?? digest(`anonymous ${Target}`),
    target: Target,
  }));
  const anonymous = Object.keys(Volumes ?? {}).map((target) => ({ type: "volume", source: digest(target), target }));
  return [...binds, ...mounts, ...anonymous];
}

/** A running container as an engine would tell it. */
export function containerInspect(id: string, body: ContainerCreateBody): ContainerInspect {
  return {
    Id: id,
    Created: "",
    Name: "",
    Image: "",
    RestartCount: 0,
    State: {
      Status: "running",
      Running: true,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: 1,
      ExitCode: 0,
      Error: "",
      StartedAt: "",
      FinishedAt: "",
    },
    Config: { ...body, Image: body.Image ?? "", Labels: body.Labels ?? {} },
    HostConfig: body.HostConfig ?? {},
    Mounts: [],
    NetworkSettings: { Networks: body.NetworkingConfig?.EndpointsConfig ?? {} },
  };
}

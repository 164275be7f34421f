import type { ContainerInspect } from "../../../src/docker-api/container.ts";
import type { TestProject } from "../../support/test-project.ts";
import { describeOutcome, type Outcome, start, toolUnderTest } from "../../support/tool.ts";
import { Bundle } from "./bundle.ts";
import { surroundings } from "./surroundings.ts";
import type { Definition, Kind, Proof, Proofs } from "./proof.ts";

/** What a thing with an attribute shows or prints, and the same of one without. */
export interface Sight {
  readonly seen: unknown;
  readonly plain: unknown;
}

/** The proof of a row, and the definition that has what it asks for. */
interface Subject<P extends Proof = Proof> {
  readonly row: string;
  readonly proof: P;
  readonly bundle: Bundle;
  readonly name: string;
}

type Inspected = Extract<Proof, { by: "inspection" }>;
type Scripted = Extract<Proof, { by: "script" }>;

const sleeper: Definition = { command: ["sleep", "infinity"], stop_signal: "SIGKILL" };

/** Makes all that the proofs ask for in one project, in as few things as it takes, and looks at each. */
export async function observe(proofs: Proofs, project: TestProject): Promise<ReadonlyMap<string, Sight>> {
  const container = new Bundle("made", { image: "busybox", ...sleeper });
  const running = new Bundle("running", { image: "busybox", ...sleeper });
  const image = new Bundle("built", { build: { context: "./built" }, ...sleeper });
  const network = new Bundle("net", {});
  const volume = new Bundle("vol", {});
  const inspected: Subject<Inspected>[] = [];
  const scripted: Subject<Scripted>[] = [];
  for (const [row, proof] of Object.entries(proofs)) {
    if (proof.by === "inspection") {
      const bundle = { container, image, network, volume }[proof.of];
      inspected.push({ row, proof, bundle, name: bundle.add(proof.given, proof) });
    } else if (proof.by === "script") {
      const bundle = "build" in proof.given ? image : running;
      scripted.push({ row, proof, bundle, name: bundle.add(proof.given, proof) });
    }
  }

  const { services, networks, volumes, ...files } = surroundings;
  const model = {
    services: { ...services, ...container.definitions, ...running.definitions, ...image.definitions },
    networks: { ...networks, ...network.definitions },
    volumes: { ...volumes, ...volume.definitions },
    ...files,
  };
  await project.write({ "compose.json": JSON.stringify(model, undefined, 2) });
  await mustSucceed(project, "--all-resources", "create");
  await mustSucceed(project, "up", "-d", running.plain, image.plain, ...scripted.map(({ name }) => name));
  return new Map([...(await printed(scripted, project)), ...(await shown(inspected, project))]);
}

/** What the engine shows of each. */
async function shown(subjects: readonly Subject<Inspected>[], project: TestProject): Promise<[string, Sight][]> {
  const known = new Map<string, Promise<unknown>>();
  const look = (of: Kind, name: string): Promise<unknown> => {
    const looking = known.get(`${of} ${name}`) ?? inspect(of, name, project);
    known.set(`${of} ${name}`, looking);
    return looking;
  };
  return Promise.all(
    subjects.map(async ({ row, proof: { of }, bundle, name }): Promise<[string, Sight]> => {
      const [seen, plain] = await Promise.all([look(of, name), look(of, bundle.plain)]);
      return [row, { seen, plain }];
    }),
  );
}

async function inspect(of: Kind, name: string, { engine, name: project }: TestProject): Promise<unknown> {
  const resource = async (list: string): Promise<unknown> => {
    const filters = { label: [`com.docker.compose.project=${project}`, `com.docker.compose.${of}=${name}`] };
    const [found] = of === "network" ? await engine.networks(filters) : await engine.volumes(filters);
    return engine.get(`/${list}/${found?.Name}`);
  };
  if (of === "network") return resource("networks");
  if (of === "volume") return resource("volumes");
  const filters = { label: [`com.docker.compose.project=${project}`, `com.docker.compose.service=${name}`] };
  const [found] = await engine.containers(filters);
  const container = (await engine.get(`/containers/${found?.Id}/json`)) as ContainerInspect;
  return of === "container" ? container : engine.get(`/images/${container.Image}/json`);
}

/** What each script prints: all scripts of a container in one go. */
async function printed(subjects: readonly Subject<Scripted>[], project: TestProject): Promise<[string, Sight][]> {
  const sheets = new Map<string, readonly string[]>();
  const scripts = subjects.map(({ proof }) => proof.script);
  for (const service of new Set(subjects.flatMap(({ name, bundle }) => [name, bundle.plain]))) {
    const all = scripts.map((script) => `( ${script} ) 2>&1; echo; echo @@`).join("\n");
    const { stdout } = await mustSucceed(project, "exec", "-T", service, "sh", "-c", all);
    sheets.set(service, stdout.split("@@\n"));
  }
  const read = (service: string, index: number): string => sheets.get(service)?.[index]?.trim() ?? "";
  return subjects.map(({ row, bundle, name }, index) => [
    row,
    { seen: read(name, index), plain: read(bundle.plain, index) },
  ]);
}

/** Runs a command on the project of all proofs, or on another file in its folder. */
export function command(project: TestProject, args: readonly string[], own: Definition = {}): Promise<Outcome> {
  const environment = {
    DOCKER_HOST: project.engine.address,
    COMPOSE_PROJECT_NAME: project.name,
    COMPOSE_FILE: "compose.json",
    OF_SHELL: "of the shell",
  };
  return start(toolUnderTest, args, { directory: project.directory, environment: { ...environment, ...own } }).outcome;
}

async function mustSucceed(project: TestProject, ...args: readonly string[]): Promise<Outcome> {
  const outcome = await command(project, args);
  if (outcome.exitCode !== 0) throw new Error(describeOutcome(outcome));
  return outcome;
}

import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { EngineApi, NamedRow } from "./engine-api.ts";

/** What every project of one test run begins with: the leak check knows them by it. */
export const runPrefix: string = process.env["TSCOMPOSE_E2E_RUN"] ?? "e2e-alone-";

const projectLabel = "com.docker.compose.project";

/** The files of a project: path and text of each, or a folder to copy. */
export type ProjectFiles = Readonly<Record<string, string>> | URL;

/** A compose project of its own name in a folder of its own; disposing it removes both, whatever state they are in. */
export class TestProject implements AsyncDisposable {
  readonly name: string;
  readonly directory: string;
  readonly engine: EngineApi;

  constructor(name: string, directory: string, engine: EngineApi) {
    this.name = name;
    this.directory = directory;
    this.engine = engine;
  }

  static async create(files: ProjectFiles, engine: EngineApi): Promise<TestProject> {
    const name = `${runPrefix}${randomBytes(3).toString("hex")}`;
    const directory = await mkdtemp(join(tmpdir(), `${name}-`));
    const project = new TestProject(name, directory, engine);
    if (files instanceof URL) await cp(files, directory, { recursive: true });
    else await project.write(files);
    return project;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.directory, path)), { recursive: true });
      await writeFile(join(this.directory, path), text);
    }
  }

  /** Everything that carries the project's label: `container web-1`, `network default`, without the project's name. */
  async belongings(): Promise<readonly string[]> {
    const filters = { label: [`${projectLabel}=${this.name}`] };
    const [containers, networks, volumes] = await Promise.all([
      this.engine.containers(filters),
      this.engine.networks(filters),
      this.engine.volumes(filters),
    ]);
    return [
      ...containers.map(({ Names }) => `container ${Names[0]?.slice(1)}`),
      ...networks.map(({ Name }) => `network ${Name}`),
      ...volumes.map(({ Name }) => `volume ${Name}`),
    ]
      .map((each) => each.replace(`${this.name}-`, "").replace(`${this.name}_`, ""))
      .toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const filters = { label: [`${projectLabel}=${this.name}`] };
    const containers = await this.engine.containers(filters);
    for (const { Id } of containers) await this.engine.send("DELETE", `/containers/${Id}?force=1&v=1`);
    const takenOver = containers.flatMap(({ Labels }) => Labels["io.tscompose.anonymous-volumes"]?.split(",") ?? []);
    // With label or without; and what the engine does not take for anonymous any more.
    const isOurs = ({ Name }: NamedRow): boolean => Name.startsWith(this.name) || takenOver.includes(Name);
    for (const { Name } of (await this.engine.networks()).filter(isOurs)) {
      await this.engine.send("DELETE", `/networks/${Name}`);
    }
    for (const { Name } of (await this.engine.volumes()).filter(isOurs)) {
      await this.engine.send("DELETE", `/volumes/${Name}`);
    }
    for (const image of await this.#builtImages()) await this.engine.send("DELETE", `/images/${image}?force=1`);
    // Builds that a later one took the name from.
    for (const { Id } of await this.engine.images(filters)) await this.engine.send("DELETE", `/images/${Id}?force=1`);
    await rm(this.directory, { recursive: true, force: true });
  }

  async #builtImages(): Promise<readonly string[]> {
    const tags = (await this.engine.images()).flatMap(({ RepoTags }) => RepoTags ?? []);
    return tags.filter((tag) => tag.replace(/^.*\//, "").startsWith(`${this.name}-`)); // Podman tells where it is from, too
  }
}

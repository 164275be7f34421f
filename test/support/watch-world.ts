import { join } from "node:path";
import { expect } from "vitest";
import { EngineApi } from "./engine-api.ts";
import { TestProject } from "./test-project.ts";
import { containerTree, hostTree, type Watching } from "./watching.ts";

/** A service's command that does nothing, and ends at once when asked to. */
export const sleeper = "image: busybox, command: sleep infinity, init: true, stop_signal: SIGKILL";

/** So long may nothing be copied, though something is missing. */
const patienceMs = 60_000;

/** A project to be watched, its containers, and what they hold. */
export interface WatchWorld extends AsyncDisposable {
  readonly engine: EngineApi;
  readonly project: TestProject;
  container(name: string): string;
  change(work: (at: (path: string) => string) => Promise<unknown>): Promise<void>;
  exec(container: string, script: string): Promise<void>;
  read(container: string, path: string): Promise<string>;
  isFollowed(container: string, folder: string): Promise<void>;
  isEventuallyFollowed(container: string, folder: string, watching: Watching): Promise<void>;
}

/** Makes a project of files; nothing runs yet. */
export async function begin(files: Readonly<Record<string, string>>): Promise<WatchWorld> {
  const engine = new EngineApi();
  const project = await TestProject.create(files, engine);
  const container = (name: string): string => `${project.name}-${name}`;
  const isFollowed = async (name: string, folder: string): Promise<void> =>
    expect(await containerTree(engine, container(name), folder)).toEqual(
      await hostTree(join(project.directory, "src")),
    );
  return {
    engine,
    project,
    container,
    isFollowed,
    async change(work) {
      await work((path) => join(project.directory, path));
    },
    async exec(name, script) {
      const body = { Cmd: ["sh", "-c", script], AttachStdout: true };
      const { Id } = (await engine.post(`/containers/${container(name)}/exec`, body)) as { Id: string };
      await engine.send("POST", `/exec/${Id}/start`, { Detach: false });
    },
    async read(name, path) {
      const body = { Cmd: ["cat", path], AttachStdout: true, Tty: true };
      const { Id } = (await engine.post(`/containers/${container(name)}/exec`, body)) as { Id: string };
      return (await engine.postForBytes(`/exec/${Id}/start`, { Tty: true })).toString().replaceAll("\r", "");
    },
    /** Looks again whenever something was copied meanwhile. */
    async isEventuallyFollowed(name, folder, watching) {
      for (;;) {
        const said = watching.said.length;
        try {
          return await isFollowed(name, folder);
        } catch (error) {
          await watching.saysMore(said, patienceMs);
          if (watching.said.length === said) throw error;
        }
      }
    },
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

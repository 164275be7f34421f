import { randomBytes } from "node:crypto";
import type { Engine } from "../../engine/engine.ts";
import { EngineError } from "../../errors.ts";
import { label } from "../../observe/labels.ts";

/** A container that has volumes within reach; it runs nothing but a copy, or nothing at all. */
export interface Workbench {
  readonly id: string;
  /** Runs its command to the end; false where the image has no such program, or it did not succeed. */
  readonly run: () => Promise<boolean>;
}

/** What a workbench is made of. */
export interface WorkbenchParts {
  /** Whose it is: it goes when the project is taken down, whatever happens here. */
  readonly project: string;
  readonly service: string;
  /** One that the engine has for sure: that of the service. */
  readonly image: string;
  /** Names of volumes by the place where they are mounted. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly command?: readonly [string, ...string[]];
}

/** Does something with a workbench, which is gone afterwards. */
export async function atWorkbench<Result>(
  { project, service, image, volumes, command = ["true"] }: WorkbenchParts,
  engine: Engine,
  work: (workbench: Workbench) => Promise<Result>,
): Promise<Result> {
  const [program, ...args] = command;
  const { id } = await engine.createContainer({
    name: `${project}-snapshot-${randomBytes(4).toString("hex")}`,
    body: {
      Image: image,
      Entrypoint: [program],
      Cmd: args,
      User: "0:0",
      WorkingDir: "/",
      Healthcheck: { Test: ["NONE"] },
      Labels: {
        [label.project]: project,
        [label.service]: service,
        [label.oneOff]: "True",
        [label.configHash]: "snapshot",
      },
      HostConfig: {
        NetworkMode: "none",
        Mounts: Object.entries(volumes).map(([target, source]) => ({
          Type: "volume",
          Source: source,
          Target: target,
          VolumeOptions: { NoCopy: true },
        })),
      },
    },
  });
  try {
    return await work({ id, run: () => runToEnd(id, engine) });
  } finally {
    // With those that its image asks for; the ones above have names.
    await engine.removeContainer(id, { force: true, withVolumes: true });
  }
}

async function runToEnd(id: string, engine: Engine): Promise<boolean> {
  try {
    await engine.startContainer(id);
  } catch (error) {
    // The engine knows by now that the image does not hold the program; all else fails for good somewhere else.
    if (error instanceof EngineError && error.code !== "unavailable") return false;
    throw error;
  }
  return (await engine.waitContainer(id)) === 0;
}

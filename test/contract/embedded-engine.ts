import type { TestProject } from "vitest/node";
import { expectEngines, leftByEngines } from "../support/engine-leftovers.ts";
import { EngineProcess } from "../support/engine-process.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of this run's own embedded engine; empty where there can be none. */
    readonly embeddedEngine: string;
  }
}

/** An embedded engine for the whole run; without root there is none. Fails the run when it leaves anything. */
export default async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.getuid?.() !== 0) {
    provide("embeddedEngine", "");
    return undefined;
  }
  const notes = await expectEngines();
  const engine = await EngineProcess.start("contract");
  provide("embeddedEngine", engine.api.address);
  return async () => {
    await engine[Symbol.asyncDispose]();
    const left = await leftByEngines(notes);
    if (left.length > 0) throw new Error(`the embedded engine left behind: ${left.join(", ")}`);
  };
}

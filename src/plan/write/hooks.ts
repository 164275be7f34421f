import type { Hook } from "../../compose/project.ts";
import type { Draft } from "../draft.ts";
import type { HookCommand } from "../operation.ts";
import type { Guard } from "../plan.ts";
import { environmentList } from "../spec/container.ts";
import { defined } from "../spec/defined.ts";

/** Hooks of one moment in one container. */
export interface HookRun {
  readonly moment: "post_start" | "pre_stop";
  readonly hooks: readonly Hook[];
  readonly service: string;
  readonly container: string;
  readonly after: readonly number[];
  readonly afterEnd?: readonly number[];
  readonly when: readonly Guard[];
  readonly isOwed?: boolean;
}

/** Runs hooks one after the other, each only if the one before succeeded; returns the last step, as a list to wait for. */
export function writeHooks(
  draft: Draft,
  { moment, hooks, service, container, after, ...edges }: HookRun,
): readonly number[] {
  return hooks.reduce<readonly number[]>((before, hook) => {
    const operation = { kind: "run-hook", container, service, moment, ...commandOf(hook) } as const;
    return [draft.add(operation, moment, { after: [...after, ...before], ...edges })];
  }, []);
}

/** What a hook runs, as the engine wants it. */
export function commandOf(hook: Hook): HookCommand {
  return defined({
    command: hook.command ?? [],
    user: hook.user,
    privileged: hook.privileged,
    workingDir: hook.workingDir,
    environment: environmentList(hook.environment),
  });
}

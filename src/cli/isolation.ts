import type { Command } from "commander";
import { isolate } from "../actions/isolated/isolate.ts";
import type { Loaded } from "../compose/load.ts";

/** `--isolated` alone is true; `--isolated=NAME` names the copy. */
export interface IsolatedFlag {
  readonly isolated?: boolean | string;
}

/** Declares the flag that makes a command be about a copy of the project. */
export function declareIsolatedFlag(command: Command): void {
  command.option(
    "--isolated[=<name>]",
    "a copy of its own: project name, container names, ports, subnets moved apart; without a name one per folder",
  );
}

/** What was loaded or, where the flag asks for it, a copy of it, with what is to be heard about that. */
export function isolated<Given extends Pick<Loaded, "project">>(
  loaded: Given,
  { isolated: copy = false }: IsolatedFlag,
): { readonly loaded: Given; readonly remarks: readonly string[] } {
  if (copy === false) return { loaded, remarks: [] };
  const { project, remarks } = isolate(loaded.project, copy === true ? undefined : copy);
  const found = `isolated as project ${project.name}: look at it with tscompose -p ${project.name} ps`;
  return { loaded: { ...loaded, project }, remarks: [found, ...remarks] };
}

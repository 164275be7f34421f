import { createHash } from "node:crypto";
import type { CommandMount, CommandStep, FileAction, FileStep } from "../plan/steps.ts";

/** One key of several parts, in their order. */
export function keyOf(...parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** What a file step does, whatever it does it to: sources are told by their last name and, apart from it, their content. */
export function fileDefinition({ actions }: Pick<FileStep, "actions">): unknown {
  return actions.map(actionDefinition);
}

function actionDefinition(action: FileAction): unknown {
  if (action.kind === "folder") return [action.kind, action.path, action.owner, action.mtimeSeconds ?? null];
  const { destination, owner, mode, excludes, includes, isLocal, unpacks, source, from } = action;
  const name = source.slice(source.lastIndexOf("/") + 1);
  const document = from.kind === "document" ? [from.fileName, from.content] : null;
  return ["copy", name, document, destination, owner, mode, excludes, includes, isLocal, unpacks];
}

/** What a command does, whatever it does it to. Neither proxies nor secrets, caches or agents are a reason to do it anew. */
export function commandDefinition(step: CommandStep): unknown {
  const { args, env, workingFolder, user, mounts, network, isPrivileged } = step;
  return ["command", args, [...env], workingFolder, user, mounts.map(mountDefinition), network, isPrivileged];
}

function mountDefinition(mount: CommandMount): unknown {
  const { type, target, isReadOnly, from } = mount;
  const document = from?.kind === "document" ? from.content : null;
  switch (type) {
    case "bind":
      return [type, target, isReadOnly, mount.source, document];
    case "cache":
    case "tmpfs":
      return [type, target, isReadOnly, mount.sizeBytes];
    case "secret":
    case "ssh":
      return [type, target, mount.id, mount.isRequired, mount.variable ?? null, mount.mode ?? null, mount.uid ?? null];
  }
}

import { readLayeredFile } from "../../host/layered-file.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";

/** Whom files belong to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const root: Owner = { uid: 0, gid: 0 };

/**
 * Whom `user[:group]` of `--chown` and `USER` means in a file system of these layers, the uppermost first; as BuildKit has
 * it, names that nobody knows mean root, and a number without group is a group, too.
 */
export function ownerOf(text: string, lowerDirs: readonly string[]): Owner {
  if (text === "") return root;
  const colon = text.indexOf(":");
  const [user, group] = colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  const ofUser = userOf(user, lowerDirs);
  return group === "" ? ofUser : { uid: ofUser.uid, gid: groupOf(group, lowerDirs) };
}

function userOf(user: string, lowerDirs: readonly string[]): Owner {
  if (user === "" || user === "root") return root;
  const id = idOf(user);
  if (id !== undefined) return { uid: id, gid: id };
  const [, , uid = "0", gid = "0"] = entryOf(readLayeredFile(lowerDirs, "/etc/passwd"), user);
  return { uid: Number(uid) || 0, gid: Number(gid) || 0 };
}

function groupOf(group: string, lowerDirs: readonly string[]): number {
  if (group === "root") return 0;
  const id = idOf(group);
  if (id !== undefined) return id;
  const [, , gid = "0"] = entryOf(readLayeredFile(lowerDirs, "/etc/group"), group);
  return Number(gid) || 0;
}

function idOf(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const id = Number(text);
  if (id < 2 ** 32) return id;
  throw new DockerfileError(`${text} is no user or group: numbers are below 4294967296`);
}

/** The line of a name in passwd(5) or group(5). */
function entryOf(text: string | undefined, name: string): readonly string[] {
  const line = (text ?? "").split("\n").find((each) => each.startsWith(`${name}:`));
  return line?.split(":") ?? [];
}

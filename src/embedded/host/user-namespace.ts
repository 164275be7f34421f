import { readFileSync } from "node:fs";

/** What a process may be among the users of the machine (user_namespaces(7)). */
export interface UserMap {
  /** It is root of a user namespace only: the machine's own root is another. */
  readonly isNested: boolean;
  /** How many users it can be, and give files to; one is none but itself. */
  readonly userCount: number;
}

const allUsers = 2 ** 32 - 1;

/** Reads the content of `/proc/self/uid_map`. */
export function userMapOf(text: string): UserMap {
  const ranges = text.trim().split("\n");
  const counts = ranges.map((range) => Number(range.trim().split(/\s+/)[2]));
  const userCount = counts.reduce((sum, count) => sum + count, 0);
  return { isNested: userCount < allUsers, userCount };
}

/** Of this process. */
export const ownUsers: UserMap = userMapOf(textOf("/proc/self/uid_map"));

/** How the attributes of overlayfs begin, and what is said of it behind the other options of a mount. */
export interface OverlayManner {
  readonly attributes: "user.overlay." | "trusted.overlay.";
  readonly option: "" | ",userxattr";
}

/** How overlayfs keeps its own attributes: those of the machine's root are not for others (kernel: overlayfs.rst). */
export const overlay: OverlayManner = ownUsers.isNested
  ? { attributes: "user.overlay.", option: ",userxattr" }
  : { attributes: "trusted.overlay.", option: "" };

/** A kernel without user namespaces has no such file. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return `0 0 ${allUsers}`;
  }
}

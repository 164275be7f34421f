import { badRequest } from "../api/http-error.ts";
import type { OciUser } from "./oci.ts";

/** Contents of a container's files of these names; empty when there are none. */
export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const largestId = 2 ** 31 - 1;

/**
 * Finds whom `user[:group]` and further groups mean in a container, as Docker does: names are looked up in the
 * container's files, numbers need no entry, and without a group the user's own groups count. Throws 400 for unknown
 * names and numbers out of range.
 */
export function resolveUser(wish: string, groupsAdded: readonly string[], files: UserFiles): OciUser {
  const [userWish = "", groupWish = ""] = wish.split(":");
  const groups = entriesOf(files.group).flatMap(groupOf);
  const account = findAccount(userWish, entriesOf(files.passwd).flatMap(accountOf));
  const gid = groupWish === "" ? account.gid : gidOf(groupWish, groups);
  const own = groupWish === "" ? groups.filter(({ members }) => members.includes(account.name)) : [];
  const added = groupsAdded.map((group) => gidOf(group, groups));
  const additionalGids = [...new Set([gid, ...own.map((group) => group.gid), ...added])];
  return { uid: account.uid, gid, additionalGids };
}

/** Whether the container's files tell where the user of `user[:group]` is at home. */
export function hasAccount(wish: string, { passwd }: Pick<UserFiles, "passwd">): boolean {
  const [userWish = ""] = wish.split(":");
  const id = userWish === "" ? 0 : idOf(userWish);
  return entriesOf(passwd)
    .flatMap(accountOf)
    .some(({ name, uid }) => name === userWish || uid === id);
}

function findAccount(wish: string, accounts: readonly Account[]): Account {
  const id = wish === "" ? 0 : idOf(wish);
  const found = accounts.find((account) => account.name === wish || account.uid === id);
  if (found !== undefined) return found;
  if (id === undefined) throw badRequest(`unable to find user ${wish}: no matching entries in passwd file`);
  return { name: "", uid: id, gid: 0 };
}

function gidOf(wish: string, groups: readonly Group[]): number {
  const id = idOf(wish);
  const gid = groups.find((group) => group.name === wish)?.gid ?? id;
  if (gid === undefined) throw badRequest(`unable to find group ${wish}: no matching entries in group file`);
  return gid;
}

function idOf(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const id = Number(text);
  if (id > largestId) throw badRequest(`uids and gids must be in range 0-${largestId}, got ${text}`);
  return id;
}

/** Lines of passwd(5) and group(5), cut at their colons. */
function entriesOf(text: string): string[][] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
}

function accountOf([name = "", , uid = "", gid = ""]: readonly string[]): Account[] {
  return isNumber(uid) && isNumber(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
}

function groupOf([name = "", , gid = "", members = ""]: readonly string[]): Group[] {
  const named = members.split(",").filter((member) => member !== "");
  return isNumber(gid) ? [{ name, gid: Number(gid), members: named }] : [];
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

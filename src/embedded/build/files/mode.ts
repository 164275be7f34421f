import { DockerfileError } from "../dockerfile/dockerfile-error.ts";

const setUid = 0o4000;
const setGid = 0o2000;
const sticky = 0o1000;

/** Changes the permissions that a file has. */
export type ModeChange = (mode: number, isFolder: boolean) => number;

/** Throws a {@link DockerfileError} for a mode that {@link modeChange} does not understand. */
export function checkMode(text: string): void {
  if (text !== "") modeChange(text);
}

/** Reads `0755` or `u+x,go=rX`. Throws a {@link DockerfileError}. */
export function modeChange(text: string): ModeChange {
  if (/^[0-9]+$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    if (/^[0-7]+$/.test(text) && mode <= 0o7777) return () => mode;
    throw new DockerfileError(`invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`);
  }
  const clauses = text.split(",").flatMap(clausesOf);
  return (mode, isFolder) => clauses.reduce((changed, clause) => applied(clause, changed, isFolder), mode);
}

interface Clause {
  /** Bits of the owner, the group and others that it is about. */
  readonly who: number;
  readonly operator: string;
  /** Letters of permissions, or `u`, `g`, `o` for those that somebody else has. */
  readonly permissions: string;
}

const whoBits: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007 };

function clausesOf(text: string): Clause[] {
  const [, who = "", actions = ""] = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)$/.exec(text) ?? [];
  if (actions === "")
    throw new DockerfileError(`invalid chmod parameter: '${text}' is neither octal nor as in u+x,go=r`);
  const bits = who === "" || who.includes("a") ? 0o7777 : [...who].reduce((sum, one) => sum | (whoBits[one] ?? 0), 0);
  return [...actions.matchAll(/([-+=])([^-+=]*)/g)].map(([, operator = "", permissions = ""]) => ({
    who: bits,
    operator,
    permissions,
  }));
}

function applied({ who, operator, permissions }: Clause, mode: number, isFolder: boolean): number {
  const bits = bitsOf(permissions, mode, isFolder) & who;
  if (operator === "+") return mode | bits;
  if (operator === "-") return mode & ~bits;
  return (mode & ~(who & 0o7777)) | bits;
}

function bitsOf(permissions: string, mode: number, isFolder: boolean): number {
  switch (permissions) {
    case "u":
      return ((mode >> 6) & 7) * 0o111;
    case "g":
      return ((mode >> 3) & 7) * 0o111;
    case "o":
      return (mode & 7) * 0o111;
    default:
      return [...permissions].reduce((sum, letter) => sum | bitsOfLetter(letter, mode, isFolder), 0);
  }
}

function bitsOfLetter(letter: string, mode: number, isFolder: boolean): number {
  switch (letter) {
    case "r":
      return 0o444;
    case "w":
      return 0o222;
    case "x":
      return 0o111;
    case "X":
      return isFolder || (mode & 0o111) !== 0 ? 0o111 : 0;
    case "s":
      return setUid | setGid;
    default:
      return sticky;
  }
}

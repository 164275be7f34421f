import { TarError } from "./entry.ts";

/** Records of a pax header by key; keys and values in bytes, like all names of an archive. */
export type PaxRecords = ReadonlyMap<string, string>;

export const noPaxRecords: PaxRecords = new Map();

/** Key of a record that holds the extended attribute of the name that follows. */
export const xattrPrefix = "SCHILY.xattr.";

/** Reads `length key=value\n` records (POSIX.1-2001, pax). Throws a {@link TarError} for anything else. */
export function parsePax(bytes: Buffer): PaxRecords {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? "" : bytes.toString("latin1", at, space);
    const length = /^[1-9]\d{0,6}$/.test(digits) ? Number(digits) : 0;
    const equals = bytes.indexOf(0x3d, space);
    const end = at + length;
    if (length === 0 || end > bytes.length || bytes[end - 1] !== 0x0a || equals === -1 || equals >= end) {
      throw new TarError("invalid tar header: a pax record that is not length, key and value");
    }
    records.set(bytes.toString("latin1", space + 1, equals), bytes.toString("latin1", equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** One record, its length included in the length. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + String(rest.length).length;
  if (String(length).length !== String(rest.length).length) length = rest.length + String(length).length;
  return `${length}${rest}`;
}

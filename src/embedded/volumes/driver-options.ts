import { badRequest } from "../api/http-error.ts";

/** How the `local` driver is told to mount something in a volume's folder, in the words of mount(8). */
export interface MountOptions {
  readonly type: string;
  readonly device: string;
  readonly options: string;
}

const known = ["type", "o", "device", "size"];

/**
 * Reads the options of the `local` driver; `undefined` for a plain folder. Throws 400 for unknown and missing ones, in
 * Docker's words. A `size` alone would be a quota, which the file system would have to support.
 */
export function mountOptionsOf(name: string, options: Readonly<Record<string, string>>): MountOptions | undefined {
  const refuse = (why: string): Error => badRequest(`create ${name}: ${why}`);
  for (const [key, value] of Object.entries(options)) {
    if (!known.includes(key)) throw refuse(`invalid option: ${JSON.stringify(key)}`);
    if (/[\0\n]/.test(value)) throw refuse(`invalid value for option ${JSON.stringify(key)}`);
  }
  const { type = "", o = "", device = "", size } = options;
  if (size !== undefined) throw refuse("quota size requested but no quota support");
  if (Object.keys(options).length === 0) return undefined;
  if (device === "") throw refuse('missing required option: "device"');
  if (type === "") throw refuse('missing required option: "type"');
  return { type, device, options: o };
}

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RuntimeProgram } from "./low-level.ts";
import type { OciConfig } from "./oci.ts";

/**
 * Compiled filters of system calls: making one of the same table takes the runtime longer than all else of a start. The
 * first start of a table lets the runtime compile it; what it made is kept for all that come.
 */
export interface SeccompCache {
  /** The configuration with the compiled filter in the place of the table, when there is one. */
  apply(spec: OciConfig): Promise<OciConfig>;
  /** Keeps what the runtime has compiled for a container that runs by this configuration. */
  harvest(spec: OciConfig, containerId: string): Promise<void>;
}

/** crun(1): base64 of the raw filter, which then stands for the table. */
const annotation = "run.oci.seccomp_bpf_data";

/** Opens the cache, which outlives reboots. runc takes no filters, and shows none: it compiles each one anew. */
export function createSeccompCache(folder: string, { name, version, root }: RuntimeProgram): SeccompCache {
  if (name !== "crun") return { apply: async (spec) => spec, harvest: async () => {} };
  const known = new Map<string, Promise<string | undefined>>();
  const pathOf = (key: string): string => join(folder, `${key}.bpf`);
  const keyOf = ({ linux, annotations }: OciConfig): string | undefined => {
    if (linux.seccomp === undefined || annotations?.[annotation] !== undefined) return undefined;
    return createHash("sha256")
      .update(`${version}\n${JSON.stringify(linux.seccomp)}`)
      .digest("hex");
  };
  const filterOf = (key: string): Promise<string | undefined> => {
    const filter = known.get(key) ?? read(pathOf(key)).then((bytes) => bytes?.toString("base64"));
    known.set(key, filter);
    return filter;
  };
  return {
    async apply(spec) {
      const key = keyOf(spec);
      const filter = key === undefined ? undefined : await filterOf(key);
      if (filter === undefined) return spec;
      const { seccomp: _table, ...linux } = spec.linux;
      return { ...spec, annotations: { ...spec.annotations, [annotation]: filter }, linux };
    },
    async harvest(spec, containerId) {
      const key = keyOf(spec);
      if (key === undefined || (await filterOf(key)) !== undefined) return;
      const bytes = await read(join(root, containerId, "seccomp.bpf"));
      // A container that has ended already took it along; the next one has it, too. Filters are whole instructions.
      if (bytes === undefined || bytes.length === 0 || bytes.length % 8 !== 0) return;
      known.set(key, Promise.resolve(bytes.toString("base64")));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const temporary = `${pathOf(key)}.${containerId}.tmp`;
      await writeFile(temporary, bytes, { mode: 0o600 });
      await rename(temporary, pathOf(key));
    },
  };
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

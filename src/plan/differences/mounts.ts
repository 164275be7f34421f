import type { HostConfig } from "../../docker-api/container.ts";
import { compareMaps } from "./compare.ts";

/** What is mounted differently, by target. */
export function mountDifferences(wanted: HostConfig, actual: HostConfig): string[] {
  // `/run/secrets/key` is the name of a place, and so is what it stands for.
  return compareMaps("volumes", byTarget(actual), byTarget(wanted), { hides: () => false });
}

function byTarget({ Binds, Mounts }: HostConfig): Record<string, string> {
  const binds = (Binds ?? []).map((text): [string, string] => {
    // From the right: a host path may hold colons, a container path with options does not.
    const parts = text.split(":");
    const mode = parts.length > 2 ? parts.pop() : undefined;
    const target = parts.pop() ?? "";
    return [target, `${parts.join(":")}${mode === undefined || mode === "rw" ? "" : `:${mode}`}`];
  });
  const mounts = (Mounts ?? [])
    // An anonymous volume is inherited from one container to the next: its name is no difference.
    .filter(({ Type, Source = "" }) => Type !== "volume" || (Source !== "" && !/^[0-9a-f]{64}$/.test(Source)))
    .map(({ Target, Source = "", Type, ReadOnly, ...options }): [string, string] => {
      const details = Object.entries(options).flatMap(([, value]) =>
        typeof value === "object" && value !== null
          ? Object.entries(value).map(([key, each]) => `${key}=${String(each)}`)
          : [],
      );
      return [Target, [`${Type} ${Source}`.trim(), ...(ReadOnly === true ? ["ro"] : []), ...details.sort()].join(",")];
    });
  return Object.fromEntries([...binds, ...mounts]);
}

import type { Path } from "../source.ts";
import { formatPath } from "../source.ts";
import type { Check } from "./teller.ts";

/** Nothing is mounted over another mount, and what is watched has somewhere to go. */
export const checkMounts: Check = ({ name, tmpfs = [], volumes = [], develop }, _project, tell) => {
  const mounted = new Map<string, Path>();
  const mount = (target: string, path: Path): void => {
    const first = mounted.get(target);
    if (first === undefined) {
      mounted.set(target, path);
      return;
    }
    const message = `target ${target} is already mounted by ${formatPath(["services", name, ...first])}`;
    tell(path, { code: "duplicate-mount", message, hint: "remove one of them" });
  };
  for (const [index, text] of tmpfs.entries()) mount(text.split(":")[0] ?? "", ["tmpfs", index]);
  for (const [index, { target = "" }] of volumes.entries()) mount(target, ["volumes", index]);
  for (const [index, { action, target = "" }] of (develop?.watch ?? []).entries()) {
    if (target !== "" || action === "rebuild" || action === "restart") continue;
    tell(["develop", "watch", index], { code: "missing-key", message: `"target" is missing, ${action} needs one` });
  }
};

import { isAddress } from "../canonical/ports.ts";
import type { Path } from "../source.ts";
import { entryOf, type Tree } from "../tree.ts";
import type { Tell } from "./teller.ts";

/** A rule about one part of a model that the schema cannot express. */
export type ModelCheck = (tree: Tree, path: Path, tell: Tell) => void;

/** Rules by path; they hold for each model by itself, included ones as well. */
export const modelChecks: Readonly<Record<string, ModelCheck>> = {
  "configs.*": sourceOf("file", "environment", "content"),
  "secrets.*": sourceOf("file", "environment"),
  "services.*.deploy.resources.reservations.devices.*": checkDeviceRequest,
  "services.*.develop.watch.*.path": (tree, path, tell) => {
    if (tree.kind === "scalar" && tree.text === "")
      tell(path, { code: "empty-value", message: "path must not be empty" });
  },
  "services.*.devices.*": checkTarget,
  "services.*.gpus.*": checkDeviceRequest,
  "services.*.ports.*": checkPort,
  "services.*.volumes.*": (tree, path, tell) => {
    checkTarget(tree, path, tell);
    checkBind(tree, path, tell);
  },
  "volumes.*": checkExternal,
};

function sourceOf(...keys: readonly string[]): ModelCheck {
  const choice = keys.join(", ");
  return (tree, path, tell) => {
    const given = keys.filter((key) => entryOf(tree, key) !== undefined);
    if (given.length > 1) {
      const message = `${given.join(" and ")} exclude each other`;
      tell([...path, given[1] ?? ""], { code: "conflicting-keys", message, hint: "remove all but one" });
    }
    const hasOther = ["driver", "external"].some((key) => entryOf(tree, key) !== undefined);
    if (given.length === 0 && !hasOther) {
      tell(path, { code: "missing-key", message: `one of ${choice} is missing`, hint: `add "${keys[0]}: ./PATH"` });
    }
  };
}

function checkDeviceRequest(tree: Tree, path: Path, tell: Tell): void {
  if (entryOf(tree, "count") === undefined || entryOf(tree, "device_ids") === undefined) return;
  const message = "count and device_ids exclude each other";
  tell([...path, "count"], { code: "conflicting-keys", message, hint: "remove one of them" });
}

function checkPort(tree: Tree, path: Path, tell: Tell): void {
  if (tree.kind === "map" && entryOf(tree, "target") === undefined) {
    tell(path, { code: "missing-key", message: '"target" is missing', hint: "add the container's port: target: 80" });
  }
  const address = entryOf(tree, "host_ip");
  if (address?.kind !== "scalar" || isAddress(address.text)) return;
  const message = `expected an IP address, got "${address.text}"`;
  tell([...path, "host_ip"], { code: "invalid-value", message, hint: 'write for example "127.0.0.1"' });
}

function checkTarget(tree: Tree, path: Path, tell: Tell): void {
  if (tree.kind !== "map" || entryOf(tree, "target") !== undefined) return;
  const hint = 'add "target: /PATH", a path in the container';
  tell(path, { code: "missing-key", message: '"target" is missing', hint });
}

function checkBind(tree: Tree, path: Path, tell: Tell): void {
  const type = entryOf(tree, "type");
  if (type?.kind !== "scalar" || type.text !== "bind" || entryOf(tree, "source") !== undefined) return;
  tell(path, {
    code: "missing-key",
    message: '"source" is missing, a bind mount needs one',
    hint: 'add "source: ./PATH"',
  });
}

function checkExternal(tree: Tree, path: Path, tell: Tell): void {
  const external = entryOf(tree, "external");
  if (tree.kind !== "map" || external?.kind !== "scalar" || external.value !== true) return;
  for (const key of tree.entries.keys()) {
    if (key === "name" || key === "external" || key.startsWith("x-")) continue;
    const message = `external and ${key} exclude each other`;
    tell([...path, key], { code: "conflicting-keys", message, hint: `what is external has its own ${key}` });
  }
}

import { posix } from "node:path";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import { expand } from "../dockerfile/expand.ts";
import { possibleHeredoc } from "../dockerfile/heredocs.ts";
import type { RunInstruction } from "../dockerfile/instruction.ts";
import { type Mount, mountOf } from "../dockerfile/mount-flag.ts";
import { heredocText } from "../dockerfile/statement.ts";
import type { Scope } from "./scope.ts";
import { type StageDraft, note } from "./stage-draft.ts";
import { shownCode, stepName } from "./step-name.ts";
import type { CommandMount } from "./steps.ts";

const defaultShell = ["/bin/sh", "-c"];
/** Where a here-document that is a program of its own is put. */
const documentFolder = "/dev/pipes";

/** `RUN`: a command on top of what the stage has. Throws a {@link DockerfileError}. */
export function commandStep(draft: StageDraft, instruction: RunInstruction, scope: Scope): void {
  const { line, documents, summary } = linesOf(instruction);
  const args = instruction.isList ? line : shellLine(draft, line);
  const mounts = instruction.mounts.map((flag) =>
    mountOf(flag, (word) => expand(word, draft.env, { escape: scope.escape }).text),
  );
  const masked = maskedEnv(draft.env, mounts);
  draft.step = {
    kind: "command",
    name: stepName(
      draft,
      shownCode(instruction.code + summary, masked, { escape: scope.escape, keepsQuotes: true, keepsUnset: true }),
    ),
    location: instruction.location,
    base: draft.step,
    args,
    env: new Map(draft.env),
    proxies: scope.proxies,
    workingFolder: draft.image.config.WorkingDir || "/",
    user: draft.image.config.User ?? "",
    mounts: [...documents, ...mounts.map((mount) => commandMount(draft, mount, scope))],
    network: networkOf(instruction, scope),
    isPrivileged: isPrivileged(instruction, scope),
    skipsCache: draft.skipsCache,
  };
  note(draft, `RUN ${[...shownArgs(draft), ...args].join(" ")} # buildkit`, { hasLayer: true });
}

/** A line for the stage's shell. */
export function shellLine({ image }: StageDraft, words: readonly string[]): string[] {
  const shell = image.config.Shell ?? [];
  return [...(shell.length > 0 ? shell : defaultShell), words.join(" ")];
}

/** Arguments that the command could have used belong to its history: `|1 a=b`. */
function shownArgs({ args, env }: StageDraft): string[] {
  const byName = new Map(args.map(({ key, value }) => [key, env.get(key) ?? value ?? ""]));
  return byName.size === 0 ? [] : [`|${byName.size}`, ...[...byName].map(([key, value]) => `${key}=${value}`)];
}

interface Lines {
  readonly line: readonly string[];
  readonly documents: readonly CommandMount[];
  /** Of a here-document, for people. */
  readonly summary: string;
}

function linesOf({ isList, words, heredocs, location }: RunInstruction): Lines {
  const [first] = heredocs;
  if (first === undefined) return { line: words, documents: [], summary: "" };
  const [line = ""] = words;
  if (isList) throw new DockerfileError("a here-document needs a line for the shell, not a list", location);
  if (possibleHeredoc(line) === undefined) {
    // A here-document among other words is the shell's own.
    const whole = line + heredocs.map(({ name, content }) => `\n${content}${name}`).join("");
    return { line: [whole], documents: [], summary: "" };
  }
  const text = heredocText({ ...first, isExpanded: false });
  const summary = ` (${summaryOf(first.content)})`;
  if (!text.startsWith("#!")) return { line: [text], documents: [], summary };
  const target = `${documentFolder}/${first.name}`;
  const mount: CommandMount = {
    ...plainMount,
    target,
    isReadOnly: true,
    from: { kind: "document", fileName: first.name, content: text },
  };
  return { line: [target], documents: [mount], summary };
}

const plainMount: Omit<CommandMount, "target" | "isReadOnly" | "from"> = {
  type: "bind",
  source: "",
  sizeBytes: 0,
  id: "",
  sharing: "shared",
  isRequired: false,
  variable: undefined,
  mode: undefined,
  uid: undefined,
  gid: undefined,
};

function summaryOf(content: string): string {
  const [first = "", ...others] = content.trim().split(/\r?\n/);
  return others.length === 0 ? first : `${first}...`;
}

function commandMount(draft: StageDraft, mount: Mount, scope: Scope): CommandMount {
  const { from, ...rest } = mount;
  const needsSource = mount.type === "bind" || (mount.type === "cache" && from !== "");
  const source = needsSource ? (from === "" ? scope.context : scope.source(from)) : undefined;
  return { ...rest, ...placeOf(draft, mount), from: source };
}

function placeOf(draft: StageDraft, mount: Mount): Pick<CommandMount, "target" | "id"> {
  switch (mount.type) {
    case "secret": {
      const id = mount.source || mount.id || posix.basename(mount.target);
      const isVariableOnly = mount.variable !== undefined && mount.target === "";
      const target = mount.target || `/run/secrets/${posix.basename(id)}`;
      return { id, target: isVariableOnly ? "" : posix.resolve("/", target) };
    }
    case "ssh":
      return { id: mount.id || "default", target: mount.target === "" ? "" : posix.resolve("/", mount.target) };
    case "bind":
    case "cache":
    case "tmpfs": {
      const target = posix.resolve("/", draft.image.config.WorkingDir ?? "", mount.target);
      if (mount.target === "" || target === "/") {
        throw new DockerfileError(`invalid mount target ${JSON.stringify(mount.target)}`);
      }
      return { target, id: mount.type === "cache" ? mount.id || posix.normalize(mount.target) : mount.id };
    }
  }
}

function networkOf({ network }: RunInstruction, { request }: Scope): string {
  if (network === "default") return request.network;
  if (network === "host" && !request.entitlements.includes("network.host")) {
    throw new DockerfileError("granting entitlement network.host is not allowed by the build: it was not asked for");
  }
  return network;
}

function isPrivileged({ security }: RunInstruction, { request }: Scope): boolean {
  if (security === "sandbox") return false;
  if (request.entitlements.includes("security.insecure")) return true;
  throw new DockerfileError("granting entitlement security.insecure is not allowed by the build: it was not asked for");
}

/** A secret in a variable is never shown. */
function maskedEnv(env: ReadonlyMap<string, string>, mounts: readonly Mount[]): ReadonlyMap<string, string> {
  const secret = mounts.flatMap(({ type, variable }) =>
    type === "secret" && variable !== undefined ? [[variable, "****"] as const] : [],
  );
  return new Map([...env, ...secret]);
}

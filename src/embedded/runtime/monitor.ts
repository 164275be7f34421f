import { join } from "node:path";
import { otherNamespace } from "../host/host-network.ts";
import { overlayPath } from "../host/overlay-path.ts";
import { spoolDigits, spoolFileBytes } from "../host/spool.ts";
import type { RuntimeProgram } from "./low-level.ts";
import type { NamespaceWish } from "./oci-spec.ts";
import { inTerminal } from "./terminal-script.ts";

/** What decides how a container's monitor goes about it. */
export interface MonitorWishes {
  readonly runtime: RuntimeProgram["name"];
  readonly command: RuntimeProgram["command"];
  /** The container has a network namespace of its own, described by `host.ip` and `ns.ip`. */
  readonly hasNetwork: boolean;
  /** Its standard input stays open for who attaches. */
  readonly hasInput: boolean;
  readonly hasTerminal: boolean;
}

/**
 * The script of a container's monitor, a shell that mounts the root, sets up the network and stays until the container
 * has ended. It runs in a mount namespace of its own, and in the container's network namespace, with the host's as its
 * standard input: whatever happens to it, the kernel undoes its mounts and takes the network away.
 *
 * Arguments: run folder, container id, runtime root, folder of signs, folder of spoolers. The run folder has the bundle,
 * the table of `mounts`, and `host.ip` and `ns.ip`.
 *
 * The container writes to the named pipes `out` and `err`, which programs may open anew. A spooler for each keeps what
 * comes in files: it goes on without the engine. It holds the other end of the pipe until the last writer is gone. As
 * long as the monitor lives it has the pipe `alive` open, and spoolers have `spooling`: so an engine that is not their
 * parent learns of their end. With an input a child of its own (`in.pid`) holds the writing end of `in` until the engine
 * ends it: that is the end of the input.
 */
export function monitorScript(wishes: MonitorWishes): string {
  const { hasNetwork, hasInput, hasTerminal } = wishes;
  const needsInput = hasInput || hasTerminal;
  const lines = [
    'cd "$1" || exit 1',
    'export ID="$2" ROOT="$3" SIGN="$4/$2"',
    'fail() { echo 125 >"$SIGN.exit"; exit 1; }',
    spoolFunction,
    `mkfifo -m 600 out err alive spooling${needsInput ? " in" : ""} || exit 1`,
    "exec 3<>out 4<>err 9<>spooling",
    '{ exec 5<out 3>&- 4>&-; spool out "$5"; } & spoolers=$!',
    // A terminal has one output.
    ...(hasTerminal ? [] : ['{ exec 5<err 3>&- 4>&-; spool err "$5"; } & spoolers="$spoolers $!"']),
    `exec 9>&- 8<>alive${needsInput ? " 6<>in" : ""}`,
    ...(hasNetwork ? [networkLine] : []),
    ...(hasNetwork && wishes.runtime === "runc" ? runcNetworkLines : []),
    "mount --all --fstab mounts || fail",
    ...(needsInput ? inputLines(hasInput) : []),
    `${runtimeLine(wishes)} >&3 2>&${hasTerminal ? 3 : 4} 3>&- 4>&- 8>&-`,
    "code=$?",
    ...(needsInput ? ["kill $keeper 2>/dev/null"] : []),
    "exec 3>&- 4>&-",
    "wait $spoolers",
    'echo $code >"$SIGN.exit"',
  ];
  return lines.join("\n");
}

/**
 * `spool PIPE FOLDER`: split(1) writes at once whatever it reads, and begins another file when one is full. When the disk
 * is full it ends, and is tried again each second; what it had read is lost then.
 */
const spoolFunction = `spool() {
n=0
until split -d -a ${spoolDigits} -b ${spoolFileBytes} - "$2/$1.$n." <&5 5<&- & echo $! >"$1.pid"; wait $!; do
n=$((n+1)); sleep 1
done
}`;

/** Most have nothing to do on the host's side. */
const networkLine =
  `{ [ ! -s host.ip ] || nsenter --net="/proc/$$/fd/0" ip -batch host.ip ${otherNamespace}</proc/self/ns/net >&2; } && ` +
  `ip -batch ns.ip ${otherNamespace}<&0 >&2 || fail`;

/** What it redirects for a command a shell may redirect for itself meanwhile: the standard input names the host's no more. */
const runcNetworkLines = ['ln -s "/proc/$$/ns/net" net || fail', 'exec 9<&0; export HOST="/proc/$$/fd/9"'];

/** Reading starts only when the engine may have opened its end; from then on the keeper alone holds the other. */
function inputLines(hasInput: boolean): readonly string[] {
  const keep = "sleep infinity >&6 3>&- 4>&- 8>&- & keeper=$!";
  return hasInput ? [keep, "echo $keeper >in.pid", "exec 7<in 6>&-"] : [keep, "exec 7<in 6>&-"];
}

function runtimeLine({ runtime, command: called, hasNetwork, hasInput, hasTerminal }: MonitorWishes): string {
  const place = runtime === "runc" && hasNetwork ? 'nsenter --net="$HOST" ' : "";
  const started = `${place}${called} --root "$ROOT" --log=runtime.log run --pid-file "$SIGN.pid" --bundle . "$ID"`;
  const command = hasTerminal ? inTerminal(started, '"$SIGN.pid"') : started;
  return `${command} ${hasInput || hasTerminal ? "<&7 7<&-" : "</dev/null"}`;
}

/**
 * The network namespace of a container that is started by {@link monitorScript}, for its OCI configuration: the monitor's
 * own. runc takes that for the host's, so it is run in the host's and finds the monitor's by a link.
 */
export function monitorNetwork(runtime: RuntimeProgram["name"], runFolder: string): NamespaceWish {
  return runtime === "runc" ? `/${join(runFolder, "net").slice(1)}` : "/proc/self/ns/net";
}

/** What a monitor mounts. */
export interface MonitorMounts {
  readonly rootfs: string;
  readonly upper: string;
  readonly work: string;
  /** The uppermost first. */
  readonly lower: readonly string[];
  /** cgroup v1 beside a cgroup v2 with controllers of its own, which crun refuses: hidden from it. */
  readonly hidesUnifiedCgroups: boolean;
  /** For mount(8), behind the other options of the overlay. */
  readonly overlayOption: string;
}

/** The same as a table for mount(8), which takes less time for all of them than for two. */
export function mountsTable(mounts: MonitorMounts): string {
  const { rootfs, upper, work, lower, hidesUnifiedCgroups, overlayOption } = mounts;
  const folders = `lowerdir=${lower.map(overlayPath).join(":")},upperdir=${overlayPath(upper)}`;
  const overlay = `${folders},workdir=${overlayPath(work)}${overlayOption}`;
  return [
    ["overlay", rootfs, "overlay", overlay],
    ...(hidesUnifiedCgroups ? [["tscompose", "/sys/fs/cgroup/unified", "tmpfs", "mode=755"]] : []),
  ]
    .map((fields) => `${fields.map(tableField).join(" ")} 0 0\n`)
    .join("");
}

/** As fstab(5) and getmntent(3) have it. */
function tableField(text: string): string {
  return text.replaceAll(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

import { spoolDigits, spoolFileBytes } from "../host/spool.ts";
import type { RuntimeProgram } from "./low-level.ts";
import { inTerminal } from "./terminal-script.ts";

/** What decides how a container's monitor goes about it. */
export interface MonitorWishes {
  readonly runtime: RuntimeProgram["name"];
  /** The container has a network namespace of its own, described by `host.ip` and `ns.ip`. */
  readonly hasNetwork: boolean;
  /** Its standard input stays open for who attaches. */
  readonly hasInput: boolean;
  readonly hasTerminal: boolean;
  /** cgroup v1 beside a cgroup v2 with controllers of its own, which crun refuses: hidden from it. */
  readonly hidesUnifiedCgroups: boolean;
}

/**
 * The script of a container's monitor, a shell that mounts the root, makes the network namespace and stays until the
 * container has ended. It runs in a mount namespace of its own: whatever happens to it, the kernel undoes its mounts.
 *
 * Arguments: run folder, container id, lower folders, upper folder, work folder, runtime root, folder of signs, folder of
 * spoolers.
 *
 * The container writes to the named pipes `out` and `err`, which programs may open anew. A spooler for each keeps what
 * comes in files: it goes on without the engine. It holds the other end of the pipe until the last writer is gone. As
 * long as the monitor lives it has the pipe `alive` open, and spoolers have `spooling`: so an engine that is not their
 * parent learns of their end. With an input a child of its own (`in.pid`) holds the writing end of `in` until the engine
 * ends it: that is the end of the input.
 */
export function monitorScript(wishes: MonitorWishes): string {
  const { hasNetwork, hasInput, hasTerminal, hidesUnifiedCgroups } = wishes;
  const needsInput = hasInput || hasTerminal;
  const lines = [
    'cd "$1" || exit 1',
    'export ID="$2" ROOT="$6" SIGN="$7/$2"',
    'fail() { echo 125 >"$SIGN.exit"; exit 1; }',
    spoolFunction,
    `mkfifo -m 600 out err alive spooling${needsInput ? " in" : ""} || exit 1`,
    "exec 3<>out 4<>err 9<>spooling",
    '{ exec 5<out 3>&- 4>&-; spool out "$8"; } & spoolers=$!',
    // A terminal has one output.
    ...(hasTerminal ? [] : ['{ exec 5<err 3>&- 4>&-; spool err "$8"; } & spoolers="$spoolers $!"']),
    `exec 9>&- 8<>alive${needsInput ? " 6<>in" : ""}`,
    ...(hidesUnifiedCgroups ? ["umount /sys/fs/cgroup/unified"] : []),
    ...(hasNetwork ? [networkLine] : []),
    'mount -t overlay overlay -o "lowerdir=$3,upperdir=$4,workdir=$5" m || fail',
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

/**
 * `ip netns add` names the namespace by a file that only this mount namespace sees, so that no name stays on the host
 * when the container has ended.
 */
const networkLine =
  "{ [ -d /run/netns ] || mkdir -p /run/netns; } && mount -t tmpfs -o mode=755 tmpfs /run/netns && ip -batch host.ip >&2 && " +
  'ip -n "$ID" -batch ns.ip >&2 || fail';

/** Reading starts only when the engine may have opened its end; from then on the keeper alone holds the other. */
function inputLines(hasInput: boolean): readonly string[] {
  const keep = "sleep infinity >&6 3>&- 4>&- 8>&- & keeper=$!";
  return hasInput ? [keep, "echo $keeper >in.pid", "exec 7<in 6>&-"] : [keep, "exec 7<in 6>&-"];
}

function runtimeLine({ runtime, hasInput, hasTerminal }: MonitorWishes): string {
  const started = `${runtime} --root "$ROOT" --log=runtime.log run --pid-file "$SIGN.pid" --bundle . "$ID"`;
  const command = hasTerminal ? inTerminal(started, '"$SIGN.pid"') : started;
  return `${command} ${hasInput || hasTerminal ? "<&7 7<&-" : "</dev/null"}`;
}

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
 * Arguments: run folder, container id, lower folders, upper folder, work folder, runtime root, folder of signs.
 *
 * It holds both ends of `out` and `err`: no writer gets EPIPE and no byte is lost while the engine is away. After the
 * exit it holds them until the engine, having read the rest, writes a line to `hold`. With an input a child of its own
 * (`in.pid`) holds the writing end of `in` until the engine ends it: that is the end of the input.
 */
export function monitorScript(wishes: MonitorWishes): string {
  const { hasNetwork, hasInput, hasTerminal, hidesUnifiedCgroups } = wishes;
  const needsInput = hasInput || hasTerminal;
  const lines = [
    'cd "$1" || exit 1',
    'export ID="$2" ROOT="$6" SIGN="$7/$2"',
    'fail() { echo 125 >"$SIGN.exit"; read -r _ <&8; exit 1; }',
    `mkfifo -m 600 out err hold${needsInput ? " in" : ""} || exit 1`,
    `exec 3<>out 4<>err 8<>hold${needsInput ? " 6<>in" : ""}`,
    "echo ready",
    ...(hidesUnifiedCgroups ? ["umount /sys/fs/cgroup/unified"] : []),
    ...(hasNetwork ? [networkLine] : ["network=0"]),
    'mount -t overlay overlay -o "lowerdir=$3,upperdir=$4,workdir=$5" m; mounted=$?',
    "read -r _ || exit 1",
    "exec </dev/null >/dev/null",
    "[ $network = 0 ] && [ $mounted = 0 ] || fail",
    ...(needsInput ? inputLines(hasInput) : []),
    `${runtimeLine(wishes)} >&3 2>&4 3>&- 4>&- 8<&-`,
    "code=$?",
    ...(needsInput ? ["kill $keeper 2>/dev/null"] : []),
    'echo $code >"$SIGN.exit"',
    "read -r _ <&8",
  ];
  return lines.join("\n");
}

/**
 * `ip netns add` names the namespace by a file that only this mount namespace sees, so that no name stays on the host
 * when the container has ended.
 */
const networkLine =
  "mkdir -p /run/netns && mount -t tmpfs -o mode=755 tmpfs /run/netns && ip -batch host.ip >&2 && " +
  'ip -n "$ID" -batch ns.ip >&2; network=$?';

/** Reading starts only when the engine may have opened its end; from then on the keeper alone holds the other. */
function inputLines(hasInput: boolean): readonly string[] {
  const keep = "sleep infinity >&6 3>&- 4>&- 8<&- & keeper=$!";
  return hasInput ? [keep, "echo $keeper >in.pid", "exec 7<in 6>&-"] : [keep, "exec 7<in 6>&-"];
}

function runtimeLine({ runtime, hasInput, hasTerminal }: MonitorWishes): string {
  const started = `${runtime} --root "$ROOT" --log=runtime.log run --pid-file "$SIGN.pid" --bundle . "$ID"`;
  const command = hasTerminal ? inTerminal(started, '"$SIGN.pid"') : started;
  return `${command} ${hasInput || hasTerminal ? "<&7 7<&-" : "</dev/null"}`;
}

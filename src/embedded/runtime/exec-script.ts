import type { RuntimeProgram } from "./low-level.ts";
import { inTerminal } from "./terminal-script.ts";

/** What decides how a command gets into a container. */
export interface ExecScriptWishes {
  readonly runtime: RuntimeProgram["command"];
  readonly hasInput: boolean;
  readonly hasTerminal: boolean;
  /** See the monitor's. */
  readonly hidesUnifiedCgroups: boolean;
}

/**
 * The script of a shell that runs a command in a container by the low-level runtime, between named pipes: a program may
 * open `/dev/stdout` anew, which it cannot with the sockets that Node gives its children.
 *
 * Arguments: a folder with `command.json`, container id, runtime root, path of the pid file. Leaves `exit`, and what the
 * runtime says in `runtime.log`.
 */
export function execScript(wishes: ExecScriptWishes): string {
  const { hasInput, hasTerminal, hidesUnifiedCgroups } = wishes;
  const hasPipe = hasInput || hasTerminal;
  return [
    'cd "$1" || exit 1',
    `mkfifo -m 600 out err${hasPipe ? " in" : ""} || exit 1`,
    `exec 3<>out 4<>err${hasPipe ? " 6<>in" : ""}`,
    "echo ready",
    ...(hidesUnifiedCgroups ? ["umount /sys/fs/cgroup/unified"] : []),
    "read -r _ || exit 1",
    "exec </dev/null >/dev/null",
    ...inputLines({ hasInput, hasTerminal }),
    `${runtimeLine(wishes)} >&3 2>&4 3>&- 4>&-`,
    "echo $? >exit",
  ].join("\n");
}

/** A terminal keeps a writer of its own: its input never ends, or script(1) would type Ctrl-D. */
function inputLines({ hasInput, hasTerminal }: Pick<ExecScriptWishes, "hasInput" | "hasTerminal">): readonly string[] {
  if (hasTerminal) return ["exec 7<>in 6>&-"];
  return hasInput ? ["exec 7<in 6>&-"] : [];
}

function runtimeLine({ runtime, hasInput, hasTerminal }: ExecScriptWishes): string {
  const flags = "--log=runtime.log exec --process command.json --pid-file";
  if (!hasTerminal) return `${runtime} --root "$3" ${flags} "$4" "$2" ${hasInput ? "<&7 7<&-" : "</dev/null"}`;
  const command = `${runtime} --root "$EXEC_ROOT" ${flags} "$EXEC_PID" "$EXEC_ID"`;
  return `EXEC_ROOT=$3 EXEC_PID=$4 EXEC_ID=$2 ${inTerminal(command, '"$EXEC_PID"')} <&7 7<&-`;
}

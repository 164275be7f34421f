import { inTerminal } from "./terminal-script.ts";

/** What decides how a command gets into a container. */
export interface ExecScriptWishes {
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
 * runtime says in `crun.log`.
 */
export function execScript({ hasInput, hasTerminal, hidesUnifiedCgroups }: ExecScriptWishes): string {
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
    `${runtimeLine({ hasInput, hasTerminal })} >&3 2>&4 3>&- 4>&-`,
    "echo $? >exit",
  ].join("\n");
}

/** A terminal keeps a writer of its own: its input never ends, or script(1) would type Ctrl-D. */
function inputLines({ hasInput, hasTerminal }: Pick<ExecScriptWishes, "hasInput" | "hasTerminal">): readonly string[] {
  if (hasTerminal) return ["exec 7<>in 6>&-"];
  return hasInput ? ["exec 7<in 6>&-"] : [];
}

function runtimeLine({ hasInput, hasTerminal }: Pick<ExecScriptWishes, "hasInput" | "hasTerminal">): string {
  const flags = "--log=crun.log exec --process command.json --pid-file";
  if (!hasTerminal) return `crun --root "$3" ${flags} "$4" "$2" ${hasInput ? "<&7 7<&-" : "</dev/null"}`;
  const command = `crun --root "$CRUN_ROOT" ${flags} "$CRUN_PID" "$CRUN_ID"`;
  return `CRUN_ROOT=$3 CRUN_PID=$4 CRUN_ID=$2 ${inTerminal(command, '"$CRUN_PID"')} <&7 7<&-`;
}

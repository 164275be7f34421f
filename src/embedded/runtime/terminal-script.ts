/**
 * A command in a terminal of its own, for a shell: script(1) has one to give. crun copies between it and the
 * container's, but stops as soon as it has no child any more, whatever has not been copied yet; so it gets a second child
 * that stays a moment longer than the container's process. `pidFile` and `command` are shell words of exported variables.
 */
export function inTerminal(command: string, pidFile: string): string {
  const untilStarted = `while [ ! -s ${pidFile} ] && kill -0 $$ 2>/dev/null; do sleep 0.02; done`;
  // tail may notice the end at once: the kernel takes a while to pass a terminal's last words on.
  const untilEnded = `read -r pid <${pidFile}; tail --pid=$pid -s 0.05 -f /dev/null; exec sleep 0.05`;
  const companion = `{ ${untilStarted}; ${untilEnded}; } </dev/null >/dev/null 2>&1 &`;
  return `script -qefc '${companion} stty raw -echo; exec ${command}' /dev/null`;
}

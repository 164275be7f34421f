import type { WatchEvent } from "../../events.ts";

/** The lines that tell what watching does, with the sign that Docker Compose puts before them. */
export function watchLines(event: WatchEvent): readonly string[] {
  const { service, state, message, hint } = event;
  const head = `⦿ ${service}: ${words[event.action][state]}${detail(event)}`;
  if (state !== "failed") return [head];
  return [...`${head}: ${message ?? ""}`.split("\n"), ...(hint === undefined ? [] : [`  hint: ${hint}`])];
}

const words = {
  sync: { started: "syncing", done: "synced", failed: "not synced, will be tried again" },
  repair: { started: "repairing", done: "repaired", failed: "not repaired" },
  rebuild: {
    started: "rebuilding",
    done: "rebuilt",
    failed: "not rebuilt, the old containers go on; will be tried again with the next change",
  },
  restart: { started: "restarting", done: "restarted", failed: "not restarted" },
  exec: { started: "running its command", done: "ran its command", failed: "its command did not succeed" },
} as const;

const mostNamed = 3;

/** A file may be called whatever it likes: nothing in its name moves the cursor or begins a line. */
function printable(name: string): string {
  return name.replaceAll(/\p{Cc}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\x${code.toString(16).padStart(2, "0")}`;
  });
}

function detail({ action, state, paths, container }: WatchEvent): string {
  const named = paths.slice(0, mostNamed).map((path) => (path === "" ? "." : printable(path)));
  const more = paths.length > named.length ? ` and ${paths.length - named.length} more` : "";
  const what = state === "done" && action !== "sync" && action !== "repair" ? "" : named.join(", ") + more;
  const where = container === undefined ? "" : ` in ${container}`;
  return what === "" ? where : `${where} (${what})`;
}

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Hostile } from "./hostile-files.ts";

/** Things that are no files, where files should be: what text cannot make. */
export interface HostilePlace extends Pick<Hostile, "what" | "files" | "told"> {
  /** Puts it there; undone with the folder, or by what is returned. */
  readonly make: (directory: string) => Disposable | void;
}

const service = "services:\n  web:\n    image: x\n";
const alone = (text: string): Hostile["files"] => {
  return () => ({ "compose.yaml": text });
};

/** What a path can lead to that no one means. */
export const hostilePlaces: readonly HostilePlace[] = [
  {
    what: "a link to itself",
    files: () => ({}),
    make: (directory) => symlinkSync("compose.yaml", join(directory, "compose.yaml")),
    told: "compose.yaml:1:1 compose.yaml: symbolic links lead in circles",
  },
  {
    what: "an .env that is a link to itself",
    files: alone(service),
    make: (directory) => symlinkSync(".env", join(directory, ".env")),
    told: ".env:1:1 .env: symbolic links lead in circles",
  },
  {
    what: "a device without an end",
    files: () => ({}),
    make: (directory) => symlinkSync("/dev/zero", join(directory, "compose.yaml")),
    told: "compose.yaml:1:1 compose.yaml: is a device, not a file",
  },
  {
    what: "a file of the kernel that is read for ever",
    files: () => ({}),
    make: (directory) => symlinkSync("/proc/kmsg", join(directory, "compose.yaml")),
    told: "compose.yaml:1:1 compose.yaml: is a device, not a file",
  },
  {
    what: "an .env that is a file of the kernel",
    files: alone(service),
    make: (directory) => symlinkSync("/proc/kmsg", join(directory, ".env")),
    told: ".env:1:1 .env: is a device, not a file",
  },
  {
    what: "an env_file that is a terminal",
    files: alone(`${service}    env_file: /dev/ptmx\n`),
    make: () => {},
    told: "compose.yaml:4:15 /dev/ptmx: is a device, not a file",
  },
  {
    what: "an env_file that is a device without an end",
    files: alone(`${service}    env_file: /dev/urandom\n`),
    make: () => {},
    told: "compose.yaml:4:15 /dev/urandom: is a device, not a file",
  },
  {
    what: "a pipe that nobody writes to",
    files: () => ({}),
    make: (directory) => makePipe(join(directory, "compose.yaml")),
    told: "compose.yaml:1:1 compose.yaml: is a pipe that nobody writes to",
  },
  {
    what: "an include of a pipe that nobody writes to",
    files: alone(`include: [pipe]\n${service}`),
    make: (directory) => makePipe(join(directory, "pipe")),
    told: "compose.yaml:1:11 pipe: is a pipe that nobody writes to",
  },
  {
    what: "an extended file that is a folder",
    files: alone("services:\n  web: {extends: {file: ., service: a}}\n"),
    make: () => {},
    told: "is a directory, not a file",
  },
  {
    what: "an env_file that is a folder",
    files: alone(`${service}    env_file: .\n`),
    make: () => {},
    told: "is a directory, not a file",
  },
  {
    what: "a socket",
    files: () => ({}),
    make: (directory) => {
      const server = createServer().listen(join(directory, "compose.yaml"));
      return { [Symbol.dispose]: () => void server.close() };
    },
    told: "compose.yaml:1:1 compose.yaml: is a socket, not a file",
  },
];

/** A folder with files in it, removed when disposed. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "tscompose-hostile-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function makePipe(path: string): void {
  execFileSync("mkfifo", [path]);
}

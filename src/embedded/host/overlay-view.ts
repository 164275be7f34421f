import { type ChildProcess, spawn } from "node:child_process";
import { FileCalls } from "./file-calls.ts";
import { InRoot } from "./in-root.ts";
import { isLocalTree } from "./mounts.ts";
import { overlayPath } from "./overlay-path.ts";
import { CommandError } from "./run.ts";
import { overlay } from "./user-namespace.ts";

/** What is to be looked at, put together as a container would see it. */
export interface ViewWish {
  /** The uppermost first. */
  readonly lowerDirs: readonly string[];
  /** With them the view can be written to; nobody else may have them mounted. */
  readonly writable?: { readonly upper: string; readonly work: string };
  /** A folder to hide behind the view, seen by nobody else. */
  readonly point: string;
}

/** A mounted root that only this engine sees. */
export interface View extends AsyncDisposable {
  readonly root: InRoot;
  /** Puts a folder or file of the host in a place of the view, which must be there and behind no link. */
  bind(source: string, place: string, options: { readonly isReadOnly: boolean }): Promise<void>;
}

const script = `
case $1 in
  lowerdir=*) mount -t overlay overlay -o "$1" "$2" ;;
  *) mount --no-canonicalize --bind "$1" "$2" && mount --no-canonicalize -o remount,bind,ro "$2" ;;
esac || exit 1
echo ready
while IFS= read -r how && IFS= read -r from && IFS= read -r to; do
  mount --no-canonicalize --bind "$from" "$2$to" || exit 1
  [ "$how" = rw ] || mount --no-canonicalize -o remount,bind,ro "$2$to" || exit 1
  echo bound
done
`;

/**
 * Mounts an overlay in a mount namespace of its own, which a shell keeps: nothing to undo, whatever happens. Throws a
 * {@link CommandError}.
 */
export async function openView({ lowerDirs, writable, point }: ViewWish): Promise<View> {
  const [only = "", second] = lowerDirs;
  // The kernel makes no overlay of a single folder.
  const isPlain = second === undefined && writable === undefined;
  const options = [
    `lowerdir=${lowerDirs.map(overlayPath).join(":")}`,
    ...(writable === undefined
      ? []
      : [`upperdir=${overlayPath(writable.upper)}`, `workdir=${overlayPath(writable.work)}`]),
  ];
  const unshare = [
    "--mount",
    "--propagation",
    "private",
    "/bin/sh",
    "-c",
    script,
    "view",
    isPlain ? only : `${options.join(",")}${overlay.option}`,
    point,
  ];
  const keeper = spawn("unshare", unshare, { stdio: ["pipe", "pipe", "pipe"] });
  const answers = new Answers(keeper);
  const end = async (): Promise<void> => {
    keeper.stdin.end();
    await answers.ended;
  };
  try {
    await answers.next();
    const { pid = 0 } = keeper;
    const calls = new FileCalls({ isPrompt: await isLocalTree(pid, point) });
    const root = await InRoot.open(`/proc/${pid}/root${point}`, calls);
    return {
      root,
      async bind(source, place, { isReadOnly }) {
        if (`${source}${place}`.includes("\n")) throw new Error("a path with a line break cannot be mounted");
        keeper.stdin.write(`${isReadOnly ? "ro" : "rw"}\n${source}\n${place}\n`);
        await answers.next();
        if (!(await isLocalTree(pid, point))) calls.usePool();
      },
      async [Symbol.asyncDispose]() {
        await root[Symbol.asyncDispose]();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** One line for each thing done; the end instead of a line means that it went wrong. */
class Answers {
  readonly ended: Promise<void>;
  #lines = 0;
  #taken = 0;
  #stderr = "";
  #hasEnded = false;
  #failure: unknown;
  #wake: () => void = () => {};

  constructor(child: ChildProcess) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    const finish = (): void => {
      this.#hasEnded = true;
      this.#wake();
      resolve();
    };
    child.stdin?.on("error", () => {});
    child.stderr?.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
    child.stdout?.on("data", (chunk: Buffer) => {
      this.#lines += chunk.toString().split("\n").length - 1;
      this.#wake();
    });
    child.on("error", (error) => {
      this.#failure = error;
      finish();
    });
    child.on("close", finish);
  }

  async next(): Promise<void> {
    while (this.#lines === this.#taken) {
      if (this.#hasEnded) throw new CommandError("mount", { exitCode: 1, stderr: this.#stderr, cause: this.#failure });
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    this.#taken += 1;
  }
}

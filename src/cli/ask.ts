import { UsageError } from "../errors.ts";
import type { Io } from "./io.ts";

/** Asks for a line, which is shown as it is typed; empty when the input ends. */
export async function askLine(question: string, { stdin, stderr }: Io): Promise<string> {
  stderr.write(question);
  return (await readKeys(stdin)).trim();
}

/** Asks for a secret on a terminal and shows nothing of it. Throws when it is given up by Ctrl-C or Ctrl-D. */
export async function askSecret(question: string, { stdin, stderr }: Io): Promise<string> {
  stderr.write(question);
  stdin.setRawMode(true);
  try {
    return await readKeys(stdin);
  } finally {
    stdin.setRawMode(false);
    stderr.write("\n");
  }
}

/** What is typed up to the end of the line. */
async function readKeys(stdin: Io["stdin"]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let typed: string[] = [];
  const press = (key: string): void => {
    if (key === "\r" || key === "\n") resolve(typed.join(""));
    else if (key === "\u0003" || (key === "\u0004" && typed.length === 0)) reject(new UsageError("nothing was given"));
    else if (key === "\u007f" || key === "\b") typed = typed.slice(0, -1);
    else typed.push(key);
  };
  const listen = (text: string | Uint8Array): void => {
    for (const key of String(text)) press(key);
  };
  const end = (): void => resolve(typed.join(""));
  stdin.setEncoding("utf8");
  // Whoever read before has paused it, and that is for good.
  stdin.on("data", listen).once("end", end).resume();
  try {
    return await promise;
  } finally {
    stdin.off("data", listen).off("end", end).pause();
  }
}

/** All of standard input, without the line end that `echo` adds. */
export async function readPiped({ stdin }: Io): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stdin) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

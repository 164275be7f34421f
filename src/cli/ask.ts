import { createInterface } from "node:readline";
import { UsageError } from "../errors.ts";
import type { Io } from "./io.ts";

/** Asks for a line, which is shown as it is typed. */
export async function askLine(question: string, { stdin, stderr }: Io): Promise<string> {
  stderr.write(question);
  const lines = createInterface({ input: stdin });
  try {
    for await (const line of lines) return line.trim();
  } finally {
    lines.close();
  }
  return "";
}

/** Asks for a secret on a terminal and shows nothing of it. Throws when it is given up by Ctrl-C or Ctrl-D. */
export async function askSecret(question: string, { stdin, stderr }: Io): Promise<string> {
  stderr.write(question);
  stdin.setRawMode(true);
  try {
    return await readSecret(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

async function readSecret(stdin: Io["stdin"]): Promise<string> {
  let typed: string[] = [];
  stdin.setEncoding("utf8");
  for await (const text of stdin) {
    for (const key of String(text)) {
      if (key === "\r" || key === "\n") return typed.join("");
      if (key === "\u0003" || (key === "\u0004" && typed.length === 0)) throw new UsageError("no password was given");
      if (key === "\u007f" || key === "\b") typed = typed.slice(0, -1);
      else typed.push(key);
    }
  }
  return typed.join("");
}

/** All of standard input, without the line end that `echo` adds. */
export async function readPiped({ stdin }: Io): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stdin) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

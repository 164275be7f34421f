import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { moduleBeside } from "./companion.ts";
import type { Evaluation } from "./modules.ts";

/** How long a module may take: some ask a service for a version, none computes for a minute. */
const patienceMs = 60_000;
const mostBytes = 16 << 20;
const mostLines = 20;

/**
 * Runs a module as a program of its own: it is evaluated anew each time with all that it imports, and can neither print
 * among what this process prints nor change or end it.
 */
export async function evaluateModule(path: string, environment: Readonly<Record<string, string>>): Promise<Evaluation> {
  // What is remarked about types that are stripped, and about packages that do not say what they are, is no news.
  const quiet = ["ExperimentalWarning", "MODULE_TYPELESS_PACKAGE_JSON"].map((each) => `--disable-warning=${each}`);
  const child = spawn(process.execPath, [...quiet, evaluator(), path], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    // What `.env` files say is for the module; of how it is run this process alone decides.
    env: { ...environment, NODE_OPTIONS: process.env["NODE_OPTIONS"] },
    timeout: patienceMs,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<string>((settle, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => settle(signal === "SIGKILL" ? tooMuch : `it ended with exit code ${code}`));
  });
  const tooMuch = `it took longer than ${patienceMs / 1000} seconds, or gave more than ${mostBytes >> 20} MiB`;
  const kill = (): void => void child.kill("SIGKILL");
  const [, ...streams] = child.stdio;
  const [how, said = "", complained = "", told = ""] = await Promise.all([
    ended,
    ...streams.map((stream) => (stream instanceof Readable ? textOf(stream, kill) : "")),
  ]);
  const output = [said, complained].flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "");
  const shown = output.slice(0, mostLines);
  if (told === "")
    return { outcome: { kind: "thrown", message: `${how} before it was read` }, files: [], output: shown };
  return { ...(JSON.parse(told) as Pick<Evaluation, "outcome" | "files">), output: shown };
}

/** As it is built, whether this is the library or the bundle of the command line, or as it is written. */
function evaluator(): string {
  const bundled = join(import.meta.dirname, "../system/module-process.js");
  return existsSync(bundled) ? bundled : moduleBeside(import.meta.dirname, "module-process");
}

async function textOf(stream: Readable, giveUp: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
    else giveUp();
  }
  // A part of an answer is none.
  return bytes > mostBytes ? "" : Buffer.concat(chunks).toString("utf8");
}

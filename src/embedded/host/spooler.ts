import { watch } from "node:fs";
import { signalKeeper } from "./pipe-keeper.ts";

/** Calls back after every change in a folder of files that spoolers write; returns the end of that. */
export function watchSpool(folder: string, onChange: () => void): () => void {
  const watcher = watch(folder, () => onChange());
  // Without it, the end of a run is still noticed, and the rest read then.
  watcher.on("error", () => {});
  watcher.unref();
  return () => watcher.close();
}

/**
 * Keeps the spooler of a pipe, named by the pipe with `.pid`, from reading on, or lets it. The pipe's writers wait when
 * it is full.
 */
export function setSpoolerHeld(pipe: string, isHeld: boolean): void {
  signalKeeper({ pidFile: `${pipe}.pid`, descriptor: 0, pipe }, isHeld ? "SIGSTOP" : "SIGCONT");
}

// One test process of the benchmark: starts a compose file, stops it, and tells what each took, in milliseconds.
//   node testing-worker.ts tscompose|testcontainers MODULE FOLDER
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { clocked } from "./measure.ts";

/** What both libraries have, in the words of each. */
interface Tscompose {
  compose(file: string): Promise<AsyncDisposable>;
}
interface Testcontainers {
  DockerComposeEnvironment: new (folder: string, file: string) => { up(): Promise<{ down(): Promise<unknown> }> };
}

const [name, module = "", folder = ""] = process.argv.slice(2);
const begun = performance.now();
const library: unknown = await import(pathToFileURL(module).href);
const load = performance.now() - begun;

let end: () => Promise<unknown> = async () => {};
const start = await clocked(async () => {
  if (name === "tscompose") {
    const stack = await (library as Tscompose).compose(join(folder, "compose.yaml"));
    end = async () => await stack[Symbol.asyncDispose]();
  } else {
    const { DockerComposeEnvironment } = library as Testcontainers;
    const environment = await new DockerComposeEnvironment(folder, "compose.yaml").up();
    end = () => environment.down();
  }
});
const stop = await clocked(end);
console.log(JSON.stringify({ load, start, stop }));

import { resolve } from "node:path";
import { type Diagnostic, InvalidProjectError } from "../../src/compose/diagnostic.ts";
import { type Loaded, load, type LoadContext, type LoadRequest } from "../../src/compose/load.ts";
import type { Copies } from "../../src/compose/remote.ts";
import { UsageError } from "../../src/errors.ts";

/** Texts by path, relative to the working directory; a function is asked for its text only when the file is read. */
export type Texts = Readonly<Record<string, string>>;

/** What a load is tried with. */
export interface LoadTextsOptions {
  readonly request?: LoadRequest;
  readonly environment?: Readonly<Record<string, string>>;
  /** What is to be had from afar: the paths of local copies, by reference. */
  readonly remote?: Readonly<Record<string, Copies>>;
}

const workingDirectory = "/project";

/** Loads a project from texts, in a world where nothing else exists. */
export function loadTexts(texts: Texts, options: LoadTextsOptions = {}): Promise<Loaded> {
  return load({ files: Object.keys(texts).filter(isMain), ...options.request }, worldOf(texts, options));
}

/** The world in which texts are the only files. */
export function worldOf(texts: Texts, { environment = {}, remote }: LoadTextsOptions = {}): LoadContext {
  const files = new Map(Object.entries(texts).map(([path, text]) => [resolve(workingDirectory, path), text]));
  const textOf = (path: string): string | undefined => files.get(resolve(workingDirectory, path));
  return {
    files: {
      readText: async (path) => textOf(path),
      status: async (path) => {
        const text = textOf(path);
        return text === undefined ? undefined : { kind: "file", sizeBytes: Buffer.byteLength(text) };
      },
      realPath: async (path) => path,
    },
    environment,
    workingDirectory,
    homeDirectory: "/home/someone",
    readStdin: async () => "",
    ...(remote === undefined ? {} : { fetchRemote: async (reference) => copiesIn(remote, reference) }),
  };
}

function copiesIn(remote: Readonly<Record<string, Copies>>, reference: string): Copies {
  const copies = remote[reference];
  if (copies === undefined) throw new UsageError(`nothing at ${reference}`, "look elsewhere");
  return copies;
}

/** The mistakes of a project that cannot be loaded, as lines: `compose.yaml:2:9 message [code] | hint`. */
export async function mistakesOf(texts: Texts, options: LoadTextsOptions = {}): Promise<readonly string[]> {
  try {
    await loadTexts(texts, options);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidProjectError)) throw error;
    return error.diagnostics.map(lineOf);
  }
}

/** One diagnostic in one line. */
export function lineOf({ at, severity, message, code, hint }: Diagnostic): string {
  const place = at === undefined ? "?" : `${at.file}:${at.line}:${at.column}`;
  const kind = severity === "warning" ? "warning: " : "";
  return `${place} ${kind}${message} [${code}]${hint === undefined ? "" : ` | ${hint}`}`;
}

/** `compose.yaml`, `override.yaml` … are named with `-f`; what lies in folders, and `.env`, is there to be found. */
function isMain(path: string): boolean {
  return /^[^/]+\.ya?ml$/.test(path);
}

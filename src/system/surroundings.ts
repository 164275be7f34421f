import { homedir, tmpdir } from "node:os";

/** What a program is surrounded by, as far as compose files ask for it. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
}

/** The surroundings of this process, as they are now. */
export function ownSurroundings(): Surroundings {
  const set = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { environment: Object.fromEntries(set), workingDirectory: process.cwd(), homeDirectory: homedir() };
}

/** Where this machine keeps what is of no use tomorrow. */
export function temporaryFolder(): string {
  return tmpdir();
}

/** The file that this process was started with, where there is one. */
export function ownProgram(): string | undefined {
  return process.argv[1];
}

/** Sets a variable that programs get which this process starts from now on. */
export function setOwnVariable(name: string, value: string): void {
  process.env[name] = value;
}

/** Tells whoever has started this process. */
export function tell(text: string): void {
  process.stderr.write(text);
}

import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { EngineError } from "../errors.ts";
import type { RegistryAuth } from "./credentials.ts";
import type { DockerConfig } from "./docker-config.ts";
import type { Environment } from "./door.ts";

/** A program that keeps the logins of a registry. */
export interface CredentialHelper {
  /** Absent for the one that keeps all others. */
  readonly registry?: string;
  readonly program: string;
  /** Where it is; absent when it is not on `PATH`, and pulls from its registries will fail. */
  readonly path?: string;
}

/** Asks a helper for a login, by Docker's protocol: the registry goes in, JSON comes out. */
export async function askCredentialHelper(
  name: string,
  registry: string,
  environment: Environment,
): Promise<RegistryAuth | undefined> {
  const program = programOf(name);
  const { exitCode, output } = await run(program, ["get"], { registry, input: registry, environment });
  if (exitCode !== 0) {
    if (/credentials not found|no credentials server url|no usernames/i.test(output)) return undefined;
    throw helperError(program, registry, output.trim() || `exit code ${exitCode}`);
  }
  const { Username, Secret }: { Username?: string; Secret?: string } = JSON.parse(output);
  if (Secret === undefined) return undefined;
  const isToken = Username === tokenUser;
  return {
    serveraddress: registry,
    ...(isToken ? { identitytoken: Secret } : { username: Username ?? "", password: Secret }),
  };
}

/** Lets a helper keep a login; the secret goes through a pipe. */
export async function storeWithHelper(name: string, auth: RegistryAuth, environment: Environment): Promise<void> {
  const { serveraddress, username = "", password = "", identitytoken } = auth;
  const kept =
    identitytoken === undefined
      ? { Username: username, Secret: password }
      : { Username: tokenUser, Secret: identitytoken };
  const input = JSON.stringify({ ServerURL: serveraddress, ...kept });
  await change(programOf(name), "store", { registry: serveraddress, input, environment });
}

/** Lets a helper forget a login. */
export async function eraseWithHelper(name: string, registry: string, environment: Environment): Promise<void> {
  await change(programOf(name), "erase", { registry, input: registry, environment });
}

interface Change {
  readonly registry: string;
  readonly input: string;
  readonly environment: Environment;
}

async function change(program: string, verb: string, { registry, input, environment }: Change): Promise<void> {
  const { exitCode, output } = await run(program, [verb], { registry, input, environment });
  if (exitCode !== 0) throw helperError(program, registry, output.trim() || `exit code ${exitCode}`);
}

/** What helpers call a user that is none. */
const tokenUser = "<token>";

/** The credential helpers of Docker's configuration, and whether they are there. */
export async function credentialHelpers(
  { credsStore, credHelpers = {} }: DockerConfig,
  environment: Environment,
): Promise<readonly CredentialHelper[]> {
  const named = Object.entries(credHelpers).map(([registry, name]) => ({ registry, program: programOf(name) }));
  const all = credsStore === undefined ? named : [{ program: programOf(credsStore) }, ...named];
  return Promise.all(
    all.map(async (helper) => {
      const path = await pathOf(helper.program, environment);
      return path === undefined ? helper : { ...helper, path };
    }),
  );
}

function programOf(name: string): string {
  return `docker-credential-${name}`;
}

async function pathOf(program: string, environment: Environment): Promise<string | undefined> {
  for (const folder of (environment["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, program);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** A helper may ask the user to unlock something; one that hangs must not hang us. */
const patienceMs = 60_000;

async function run(
  program: string,
  args: readonly string[],
  { registry, input, environment }: Change,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const limitMs = Number(environment["TSCOMPOSE_CREDENTIAL_TIMEOUT"] ?? "") * 1000 || patienceMs;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"], env: environment });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (cause) => reject(helperError(program, registry, cause.message, cause)));
    child.once("close", (code, killedBy) => {
      if (killedBy === null) resolve(code ?? 1);
      else reject(helperError(program, registry, `no answer within ${limitMs / 1000} s`));
    });
  }).finally(() => clearTimeout(timer));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [exitCode, output] = await Promise.all([ended, text(child.stdout)]);
  return { exitCode, output };
}

function helperError(program: string, registry: string, what: string, cause?: unknown): EngineError {
  return new EngineError({
    code: "unauthorized",
    doing: `asking ${program} for the login of ${registry}`,
    message: `asking ${program} for the login of ${registry}: ${what}`,
    hint: `install ${program}, or take it out of credsStore and credHelpers in Docker's config.json`,
    cause,
  });
}

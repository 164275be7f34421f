import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { TscomposeError } from "../errors.ts";
import type { ModelRunner } from "../plan/options.ts";
import { programOutput } from "./program-output.ts";

/** Asks Docker's plugin for models what it has, and where it serves them; `undefined` where nobody needs or has it. */
export async function modelRunner(
  { models, workingDirectory: directory }: Project,
  { programs, signal }: Pick<Context, "programs" | "signal">,
): Promise<ModelRunner | undefined> {
  if (Object.keys(models).length === 0 || programs === undefined) return undefined;
  const path = await programs.findPlugin("model");
  if (path === undefined) return undefined;
  const ask = async (...args: readonly string[]): Promise<unknown> => {
    const { exitCode, output, complaint } = await programOutput({ path, args, directory, signal }, programs);
    if (exitCode !== 0) throw refusal(args, complaint || output);
    return parseJson(output, args);
  };
  const [status, list, about] = await Promise.all([
    ask("status", "--json"),
    ask("ls", "--json"),
    ask("docker-cli-plugin-metadata"),
  ]);
  const endpoint = entry(status, "endpoint");
  if (typeof endpoint !== "string" || endpoint === "") throw refusal(["status", "--json"], "it names no endpoint");
  const version = entry(about, "Version");
  return { path, endpoint, available: tagsOf(list), takesFlags: typeof version === "string" && takesFlags(version) };
}

function tagsOf(list: unknown): string[] {
  const tags = Array.isArray(list) ? list.flatMap((model): unknown => entry(model, "tags")) : [];
  return tags.filter((tag) => typeof tag === "string");
}

/** Since 1.0.6, as Docker Compose has it. */
function takesFlags(version: string): boolean {
  return version.replace(/^v/, "").localeCompare("1.0.6", "en", { numeric: true }) >= 0;
}

function entry(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value ? Reflect.get(value, key) : undefined;
}

function parseJson(text: string, args: readonly string[]): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refusal(args, `it answers with something else than JSON: ${text.slice(0, 200)}`, cause);
  }
}

function refusal(args: readonly string[], what: string, cause?: unknown): TscomposeError {
  const command = ["docker", "model", ...args].join(" ");
  return new TscomposeError({
    code: "unavailable",
    message: `models are served by Docker's plugin docker-model: ${command}: ${what.trim()}`,
    hint: "look with: docker model status",
    ...(cause === undefined ? {} : { cause }),
  });
}

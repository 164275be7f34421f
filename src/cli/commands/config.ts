import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { config as show, type ConfigOutput, type ConfigView } from "../../actions/config.ts";
import type { Diagnostic } from "../../compose/diagnostic.ts";
import type { LoadRequest } from "../../compose/load.ts";
import { UsageError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { oneOf } from "../go-flags.ts";
import type { Io } from "../io.ts";
import { renderTable, wideTable } from "../view/table.ts";

interface ConfigFlags {
  readonly editor?: boolean;
  readonly environment?: boolean;
  readonly explain?: string;
  readonly explainEnv?: string;
  readonly format?: "yaml" | "json";
  readonly hash?: string;
  readonly images?: boolean;
  readonly lockImageDigests?: boolean;
  readonly models?: boolean;
  readonly networks?: boolean;
  readonly noConsistency?: boolean;
  readonly noEnvResolution?: boolean;
  readonly noInterpolate?: boolean;
  readonly noNormalize?: boolean;
  readonly noPathResolution?: boolean;
  readonly output?: string;
  readonly profiles?: boolean;
  readonly quiet?: boolean;
  readonly resolveImageDigests?: boolean;
  readonly services?: boolean;
  readonly variables?: boolean;
  readonly volumes?: boolean;
}

/** `config`: the project as it is understood; needs no engine. */
export const config: CommandModule<ConfigFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services, and what they depend on")
      .option(
        "--format <format>",
        "yaml or json; with json, mistakes are told as JSON on stderr, too",
        oneOf("yaml", "json"),
      )
      .option("-q, --quiet", "only check, print nothing")
      .option("-o, --output <file>", "write to a file")
      .option("--editor", "begin with a comment that tells editors the schema")
      .option("--services", "only the names of the services")
      .option("--volumes", "only the names of the volumes")
      .option("--networks", "only the names of the networks")
      .option("--models", "only the names of the models")
      .option("--hash <services>", 'only the hashes of services, by name, with commas between; "*" for all')
      .option("--profiles", "only the names of the profiles")
      .option("--images", "only the names of the images")
      .option("--variables", "only the variables of the files, and their default values")
      .option("--environment", "only the environment that variables are looked up in")
      .option("--explain <path>", "where a value comes from, such as services.web.ports, and what it replaced")
      .option("--explain-env <variable>", "where a variable gets its value from, and where else it could")
      .option("--no-interpolate", "leave variables as they are")
      .option("--no-normalize", "leave out what is implied")
      .option("--no-path-resolution", "leave relative paths as they are")
      .option("--no-consistency", "do not check whether the parts fit together")
      .option("--no-env-resolution", "has no effect, as in Docker Compose 2.40: files of variables are read")
      .option("--resolve-image-digests", "ask the engine for the digests that images have in their registries now")
      .option("--lock-image-digests", "only the images, with their digests: a file to lay over the others");
  },
  imply: ({ format }) => (format === "json" ? { progress: "json" } : {}),
  async run({ args, flags, session }) {
    if (flags.explain !== undefined || flags.explainEnv !== undefined) {
      const { showExplanation } = await import("../explanation.ts");
      return showExplanation(flags, session, requestOf(args, flags));
    }
    const view = viewOf(flags);
    if (flags.editor === true && (view.kind !== "model" || view.format !== "yaml")) {
      throw new UsageError("config: --editor begins a compose file in YAML, so it takes no other format and no list");
    }
    const [request, context] = await session.loading(requestOf(args, flags));
    const result = await show(view, request, { ...context, openEngine: () => session.openEngine() });
    const warnings = flags.noEnvResolution === true ? [...result.warnings, withoutEffect] : result.warnings;
    await session.warn({ ...result, warnings });
    if (flags.quiet === true) return exitCode.success;
    await print(textOf(result.output), flags, session.io);
    return exitCode.success;
  },
};

/** What docker compose 2.40 prints never names files of variables, so it has to hold what they say. */
const withoutEffect: Diagnostic = {
  severity: "warning",
  code: "ignored-flag",
  message: "--no-env-resolution has no effect: what is printed holds what files of variables say",
};

async function print(text: string, { output, editor }: ConfigFlags, io: Io): Promise<void> {
  const path = resolve(io.workingDirectory, output ?? "compose.yaml");
  const lead = editor === true ? (await import("../schema-line.ts")).schemaLine(path, io.workingDirectory) : "";
  if (output === undefined) io.stdout.write(lead + text);
  else writeFileSync(path, lead + text);
}

/** Of several, Docker Compose takes the first in this order. */
const lists = ["services", "volumes", "networks", "models", "profiles", "images"] as const;

function viewOf(flags: ConfigFlags): ConfigView {
  const { format, hash } = flags;
  const images =
    flags.lockImageDigests === true ? "locked" : flags.resolveImageDigests === true ? "resolved" : undefined;
  if (flags.quiet === true) return { kind: "model", format: "yaml", images };
  const list = lists.find((kind) => flags[kind] === true);
  if (list !== undefined) return { kind: list };
  if (hash !== undefined) return { kind: "hash", services: hash };
  if (flags.variables === true) return { kind: "variables", format: format ?? "table" };
  return flags.environment === true ? { kind: "environment" } : { kind: "model", format: format ?? "yaml", images };
}

function requestOf(services: readonly string[], flags: ConfigFlags): LoadRequest {
  return {
    services,
    interpolate: flags.noInterpolate !== true,
    normalize: flags.noNormalize !== true,
    resolvePaths: flags.noPathResolution !== true,
    checkConsistency: flags.noConsistency !== true,
  };
}

function textOf(output: ConfigOutput): string {
  return output.kind === "text" ? output.text : renderTable(output.headings, output.rows, wideTable);
}

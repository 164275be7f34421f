import { bakeFile } from "../../actions/bake.ts";
import { planBuild } from "../../actions/build.ts";
import { type CheckedBuild, checkBuilds } from "../../actions/check-builds.ts";
import { resolve } from "node:path";
import type { SshKey } from "../../compose/project.ts";
import { TscomposeError, UsageError } from "../../errors.ts";
import { change, withoutProgress } from "../change.ts";
import type { CommandModule } from "../command.ts";
import type { Context } from "../../context.ts";
import type { Plan } from "../../plan/plan.ts";
import { exitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { collect, progressKind } from "../go-flags.ts";
import type { Environment, GlobalFlags } from "../project-options.ts";

interface BuildFlags {
  readonly buildArg?: readonly string[];
  readonly builder?: string;
  readonly check?: boolean;
  readonly noCache?: boolean;
  readonly print?: boolean;
  readonly progress?: GlobalFlags["progress"];
  readonly pull?: boolean;
  readonly provenance?: string;
  readonly push?: boolean;
  readonly quiet?: boolean;
  readonly sbom?: string;
  readonly ssh?: readonly string[];
  readonly withDependencies?: boolean;
}

/** Flags of Docker Compose that are understood, but not honoured, each with what to do instead. */
const refusedFlags = { memory: "limit it by the engine's own configuration" } as const;

/** `build`: builds images with the engine's own builder. */
export const build: CommandModule<BuildFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option(
        "--build-arg <name=value>",
        "value for the build; NAME alone takes it from here; may be repeated",
        collect,
      )
      .option("--check", "look for mistakes in the Dockerfiles, build nothing")
      .option("--no-cache", "do not use what earlier builds left")
      .option("--print", "print what is built as a file for docker buildx bake, build nothing")
      .option("--provenance <mode>", "put a provenance attestation into the image")
      .option("--pull", "look for newer base images")
      .option("--push", "push the images that have a name of their own")
      .option("-q, --quiet", "do not show what the build prints")
      .option("--sbom <mode>", "put a bill of materials into the image")
      .option("--ssh <key>", "a key for all: default, or NAME=PATH; may be repeated", collect)
      .option("--with-dependencies", "also what these services depend on");
    for (const flag of ["--builder <name>", "-m, --memory <bytes>"]) {
      command.addOption(command.createOption(flag).hideHelp());
    }
    for (const flag of ["--compress", "--force-rm", "--no-rm", "--parallel"]) {
      command.addOption(command.createOption(flag).hideHelp());
    }
    // Where docker build has it, and Docker Compose had it, before it became a global flag.
    command.addOption(command.createOption("--progress <kind>").argParser(progressKind).hideHelp());
  },
  imply: ({ progress }) => (progress === undefined ? {} : { progress }),
  async run({ args: services, flags, session }) {
    checkSupport(flags);
    const { buildArg = [], noCache = false, pull = false, quiet = false, withDependencies = false } = flags;
    const { push = false, provenance, sbom } = flags;
    const ssh = (flags.ssh ?? []).map((key) => parseKey(key, session.io.workingDirectory));
    const attested = { ...(provenance === undefined ? {} : { provenance }), ...(sbom === undefined ? {} : { sbom }) };
    const { project, environment } = await session.load({
      services,
      noDependencies: !withDependencies,
      resolveEnvironment: false,
    });
    const buildArgs = Object.fromEntries(buildArg.map((text) => parseArgument(text, environment)));
    const options = { buildArgs, noCache, pull, push, ssh, ...attested, environment };
    if (flags.print === true) return print(session, (context) => planBuild(project, options, context));
    if (flags.check === true) return check(session, (context) => checkBuilds(project, options, context));
    return change(session, {
      environment,
      plan: (context) => planBuild(project, options, context),
      nothing: "No services to build",
      ...(quiet ? { filter: withoutProgress("build-image") } : {}),
    });
  },
};

async function print(session: Session, plan: (context: Context) => Promise<Plan>): Promise<number> {
  await using engine = await session.openEngine();
  const made = await plan(await session.context(engine, { emit: () => {} }));
  session.print(JSON.stringify(bakeFile(made), undefined, 2));
  return exitCode.success;
}

/** Warnings fail the command, as a linter's do. */
async function check(session: Session, ask: (context: Context) => Promise<readonly CheckedBuild[]>): Promise<number> {
  await using engine = await session.openEngine();
  const checked = await ask(await session.context(engine, { emit: () => {} }));
  for (const { service, dockerfile, warnings } of checked) {
    const count = warnings.length === 0 ? "no warnings" : `${warnings.length} warning${warnings.length > 1 ? "s" : ""}`;
    session.print(`services.${service}.build: ${count}`);
    for (const { rule, message, url, line } of warnings) {
      session.print(`${dockerfile}${line === undefined ? "" : `:${line}`}: ${rule}: ${message} (${url})`);
    }
  }
  return checked.some(({ warnings }) => warnings.length > 0) ? exitCode.failure : exitCode.success;
}

function checkSupport(flags: BuildFlags): void {
  for (const [flag, hint] of Object.entries(refusedFlags)) {
    if (!Object.hasOwn(flags, flag)) continue;
    throw new TscomposeError({ code: "unsupported", message: `build --${flag} is not supported`, hint });
  }
  const { builder = "" } = flags;
  if (builder === "" || builder === "default") return;
  const message = `build --builder ${builder}: images are built by the engine itself, the builder "default"`;
  throw new TscomposeError({
    code: "unsupported",
    message,
    hint: `build with: docker buildx build --builder ${builder}`,
  });
}

/** `default` is the agent, `NAME=PATH` a key or a socket. */
function parseKey(text: string, directory: string): SshKey {
  const equals = text.indexOf("=");
  if (equals > 0) return { id: text.slice(0, equals), path: resolve(directory, text.slice(equals + 1)) };
  if (text === "default" || text === "") return { id: "default" };
  throw new UsageError(`--ssh: expected "default" or NAME=PATH, got "${text}"`);
}

function parseArgument(text: string, environment: Environment): readonly [name: string, value: string | null] {
  const equals = text.indexOf("=");
  return equals === -1 ? [text, environment[text] ?? null] : [text.slice(0, equals), text.slice(equals + 1)];
}

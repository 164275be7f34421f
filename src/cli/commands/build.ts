import { planBuild } from "../../actions/build.ts";
import { TscomposeError } from "../../errors.ts";
import { change, withoutProgress } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { collect } from "../go-flags.ts";
import type { Environment } from "../project-options.ts";

interface BuildFlags {
  readonly buildArg?: readonly string[];
  readonly noCache?: boolean;
  readonly pull?: boolean;
  readonly quiet?: boolean;
  readonly withDependencies?: boolean;
}

/** Flags of Docker Compose that ask for BuildKit. */
const buildKitFlags = ["builder", "check", "memory", "print", "provenance", "push", "sbom", "ssh"] as const;

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
      .option("--no-cache", "do not use what earlier builds left")
      .option("--pull", "look for newer base images")
      .option("-q, --quiet", "do not show what the build prints")
      .option("--with-dependencies", "also what these services depend on");
    for (const flag of ["--check", "--print", "--push"]) command.addOption(command.createOption(flag).hideHelp());
    for (const flag of [
      "--builder <name>",
      "-m, --memory <bytes>",
      "--provenance <mode>",
      "--sbom <mode>",
      "--ssh <key>",
    ]) {
      command.addOption(command.createOption(flag).hideHelp());
    }
    for (const flag of ["--compress", "--force-rm", "--no-rm", "--parallel"]) {
      command.addOption(command.createOption(flag).hideHelp());
    }
  },
  async run({ args: services, flags, session }) {
    checkSupport(flags);
    const { buildArg = [], noCache = false, pull = false, quiet = false, withDependencies = false } = flags;
    const { project, environment } = await session.load({
      services,
      noDependencies: !withDependencies,
      resolveEnvironment: false,
    });
    const buildArgs = Object.fromEntries(buildArg.map((text) => parseArgument(text, environment)));
    return change(session, {
      environment,
      plan: (context) => planBuild(project, { buildArgs, noCache, pull, environment }, context),
      nothing: "No services to build",
      ...(quiet ? { filter: withoutProgress("build-image") } : {}),
    });
  },
};

function checkSupport(flags: object): void {
  const asked = buildKitFlags.find((flag) => Object.hasOwn(flags, flag));
  if (asked === undefined) return;
  throw new TscomposeError({
    code: "unsupported",
    message: `build --${asked} is not supported: tscompose builds with the engine's own builder, not with BuildKit`,
    hint: "build with: docker compose build",
  });
}

function parseArgument(text: string, environment: Environment): readonly [name: string, value: string | null] {
  const equals = text.indexOf("=");
  return equals === -1 ? [text, environment[text] ?? null] : [text.slice(0, equals), text.slice(equals + 1)];
}

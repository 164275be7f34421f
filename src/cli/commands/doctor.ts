import { doctor as examine, type DoctorReport } from "../../actions/doctor.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { oneOf } from "../go-flags.ts";
import { type Paint, paintFor } from "../view/paint.ts";
import { version } from "../version.ts";

interface DoctorFlags {
  readonly format?: "text" | "json";
}

/** `doctor`: what was found, what is used and why; its exit code says whether anything is in the way. */
export const doctor: CommandModule<DoctorFlags> = {
  declare(command) {
    command.option("--format <format>", "text or json", oneOf("text", "json"));
  },
  async run({ flags, session }) {
    const { environment, homeDirectory, stdout } = session.io;
    const { engine } = session.flags;
    const report = await examine({
      environment,
      homeDirectory,
      signal: session.signal,
      ...(engine === undefined ? {} : { engine }),
    });
    const paint = paintFor(session.colorsOn(stdout));
    const lines = flags.format === "json" ? [JSON.stringify(report, null, 2)] : reportLines(report, paint);
    session.print(lines.join("\n"));
    return report.problems.length === 0 ? exitCode.success : exitCode.failure;
  },
};

function reportLines(
  { machine, engines, chosen, embedded, registries, problems }: DoctorReport,
  paint: Paint,
): readonly string[] {
  const { platform, architecture, release, nodeVersion } = machine;
  const width = Math.max(0, ...engines.map(({ address }) => address.length));
  return [
    `tscompose ${version}, Node ${nodeVersion}, ${platform} ${release} (${architecture})`,
    "",
    paint.bold("Engines, in the order in which they are tried"),
    ...engines.map(({ address, origin, isReachable, finding, version: product }) => {
      const mark = isReachable ? paint.green("✔") : paint.dim("-");
      const what = [product, finding].filter((part) => part !== undefined).join(", ");
      return `  ${mark} ${address.padEnd(width)}  ${what}  ${paint.dim(`(${origin})`)}`;
    }),
    chosen === undefined ? "  none answers" : `  used: ${chosen.address}, because ${chosen.why}`,
    ...embeddedLines(embedded, paint),
    "",
    paint.bold("Registries"),
    `  configuration: ${registries.configFile}`,
    ...registries.logins.map((registry) => `  ${paint.green("✔")} login in the file: ${registry}`),
    ...registries.helpers.map(({ program, registry, path }) => {
      const mark = path === undefined ? paint.red("✘") : paint.green("✔");
      return `  ${mark} ${program}${registry === undefined ? "" : ` for ${registry}`}: ${path ?? "not on PATH"}`;
    }),
    ...problemLines(problems, paint),
  ];
}

/** An engine of one's own is worth nothing where it lacks what it stands on. */
function embeddedLines(embedded: DoctorReport["embedded"], paint: Paint): readonly string[] {
  if (embedded === undefined) return [];
  const { isNamed, missing } = embedded;
  const can = missing.length === 0;
  const when = isNamed ? "by the first command that needs an engine" : "when no other answers";
  const what = can ? `has all it needs; started ${when}` : "cannot work here, it lacks:";
  return [
    "",
    paint.bold("Embedded engine"),
    `  ${can ? paint.green("✔") : paint.dim("-")} ${what}`,
    ...missing.map(({ name, purpose, hint }) => `    ${name}, which ${purpose}: ${paint.cyan(hint)}`),
  ];
}

function problemLines(problems: DoctorReport["problems"], paint: Paint): readonly string[] {
  if (problems.length === 0) return ["", paint.green("nothing is in the way")];
  return [
    "",
    paint.bold("In the way"),
    ...problems.flatMap(({ message, hint }) => [
      `  ${paint.red("✘")} ${message.replaceAll("\n", "\n    ")}`,
      ...(hint === undefined ? [] : [`    ${paint.cyan("hint:")} ${hint.replaceAll("\n", "\n          ")}`]),
    ]),
  ];
}

import { explain, explainVariable } from "../actions/explain.ts";
import type { LoadRequest } from "../compose/load.ts";
import { UsageError } from "../errors.ts";
import { exitCode } from "./exit-code.ts";
import type { Session } from "./session.ts";
import { explanationJson, explanationLines, variableJson, variableLines } from "./view/explanation.ts";

/** What `config` was asked to explain. */
export interface ExplainFlags {
  readonly explain?: string;
  readonly explainEnv?: string;
  readonly format?: "yaml" | "json";
}

/** `config --explain` and `config --explain-env`: where things come from, as lines or as JSON. */
export async function showExplanation(flags: ExplainFlags, session: Session, request: LoadRequest): Promise<number> {
  const { explain: path, explainEnv: name, format } = flags;
  if (path !== undefined && name !== undefined)
    throw new UsageError("config: --explain and --explain-env exclude each other");
  if (format === "yaml") throw new UsageError("config: explanations come as text, or with --format json");
  const [asked, context] = await session.loading(request);
  if (name !== undefined) {
    const explained = await explainVariable(name, asked, context);
    session.io.stdout.write(
      format === "json" ? variableJson(explained.findings) : variableLines(name, explained.findings),
    );
    return exitCode.success;
  }
  const explained = await explain(path ?? "", asked, context);
  await session.warn(explained);
  session.io.stdout.write(
    format === "json" ? explanationJson(explained.findings) : explanationLines(explained.findings),
  );
  return exitCode.success;
}

import { at, DockerfileError } from "./dockerfile-error.ts";
import { readFlags } from "./flags.ts";
import type { ArgInstruction, Instruction, Stage } from "./instruction.ts";
import { readInstruction } from "./read-instruction.ts";
import { readStatements } from "./read-statements.ts";
import type { Statement, Statements } from "./statement.ts";

/** A Dockerfile, understood: variables are not replaced yet. */
export interface Dockerfile extends Omit<Statements, "statements"> {
  /** `ARG` in front of the first `FROM`. */
  readonly globalArgs: readonly ArgInstruction[];
  /** One at least. */
  readonly stages: readonly Stage[];
}

/** Reads a Dockerfile. Throws a {@link DockerfileError} that says in which lines the first mistake is. */
export function readDockerfile(text: string): Dockerfile {
  if (text === "") throw new DockerfileError("the Dockerfile cannot be empty");
  const { statements, ...rest } = readStatements(text);
  checkSyntax(rest.directives.syntax);
  const globalArgs: ArgInstruction[] = [];
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const statement of statements) {
    at(statement.location, () => {
      if (statement.word.toUpperCase() === "FROM") {
        stages.push(readStage(statement));
        return;
      }
      const instruction = readInstruction(statement, rest.escape);
      const stage = stages.at(-1);
      if (stage !== undefined) stage.instructions.push(instruction);
      else if (instruction.kind === "ARG") globalArgs.push(instruction);
      else throw new DockerfileError("no build stage in current context: the first instruction has to be FROM");
    });
  }
  if (stages.length === 0) throw new DockerfileError("dockerfile contains no stages to build: there is no FROM");
  return { ...rest, globalArgs, stages };
}

/**
 * Other frontends would be programs of their own. The usual one is understood here, whatever its version. Throws a
 * {@link DockerfileError} for the others.
 */
export function checkSyntax(syntax = ""): void {
  const [frontend = ""] = syntax.split(" ", 1);
  if (frontend === "" || /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:[:@].*)?$/.test(frontend)) return;
  throw new DockerfileError(`the syntax ${frontend} is not supported: only docker/dockerfile is`);
}

/** Reads what an `ONBUILD` of a base image holds, as if it stood where the `FROM` stands. */
export function readTrigger(expression: string, { location }: Stage): Instruction {
  return at(location, () => {
    const { statements, escape } = readStatements(expression);
    const [statement, ...others] = statements;
    if (statement === undefined || others.length > 0) {
      throw new DockerfileError("onbuild trigger should be a single expression", location);
    }
    return readInstruction({ ...statement, location }, escape);
  });
}

function readStage(statement: Statement): Stage & { readonly instructions: Instruction[] } {
  const words = statement.rest === "" ? [] : statement.rest.split(/[\t\v\f\r ]+/);
  const [base, as, name = ""] = words;
  const isNamed = words.length === 3 && as?.toLowerCase() === "as";
  if (base === undefined || (words.length !== 1 && !isNamed)) {
    throw new DockerfileError("FROM requires either one or three arguments");
  }
  if (isNamed && !/^[a-z][a-z0-9-_.]*$/.test(name.toLowerCase())) {
    throw new DockerfileError(
      `invalid name for build stage: ${JSON.stringify(name)}, name can't start with a number or contain symbols`,
    );
  }
  const { platform = "" } = readFlags(statement.flags, { platform: "text" });
  return {
    base,
    name: name.toLowerCase(),
    platform,
    code: statement.original.trim(),
    location: statement.location,
    instructions: [],
  };
}

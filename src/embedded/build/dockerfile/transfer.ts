import { DockerfileError } from "./dockerfile-error.ts";
import { readFlags } from "./flags.ts";
import { possibleHeredoc } from "./heredocs.ts";
import type { AddInstruction, CopyInstruction, Transfer } from "./instruction.ts";
import { jsonList } from "./operands.ts";
import { type Statement, heredocText } from "./statement.ts";

/** Reads `COPY`. Throws a {@link DockerfileError}. */
export function readCopy(statement: Statement): CopyInstruction {
  const operands = operandsOf("COPY", statement);
  const flags = readFlags(statement.flags, {
    from: "text",
    chown: "text",
    chmod: "text",
    link: "boolean",
    parents: "boolean",
    exclude: "texts",
  });
  return {
    kind: "COPY",
    location: statement.location,
    code: statement.original.trim(),
    from: flags.from ?? "",
    keepsParents: flags.parents ?? false,
    ...transferOf("COPY", operands, { statement, flags }),
  };
}

/** Reads `ADD`. Throws a {@link DockerfileError}. */
export function readAdd(statement: Statement): AddInstruction {
  const operands = operandsOf("ADD", statement);
  const flags = readFlags(statement.flags, {
    chown: "text",
    chmod: "text",
    link: "boolean",
    "keep-git-dir": "boolean",
    checksum: "text",
    unpack: "boolean",
    exclude: "texts",
  });
  return {
    kind: "ADD",
    location: statement.location,
    code: statement.original.trim(),
    keepsGitFolder: flags["keep-git-dir"],
    checksum: flags.checksum ?? "",
    unpacks: flags.unpack,
    ...transferOf("ADD", operands, { statement, flags }),
  };
}

function operandsOf(word: string, { rest }: Statement): readonly string[] {
  const operands = jsonList(rest) ?? (rest === "" ? [] : rest.split(/[\t\v\f\r ]+/));
  if (operands.length >= 2) return operands;
  throw new DockerfileError(
    `${word} requires at least two arguments, but only one was provided. Destination could not be determined`,
  );
}

interface CommonFlags {
  readonly chown?: string;
  readonly chmod?: string;
  readonly link?: boolean;
  readonly exclude?: readonly string[];
}

function transferOf(
  word: string,
  operands: readonly string[],
  { statement, flags }: { readonly statement: Statement; readonly flags: CommonFlags },
): Transfer {
  const destination = operands.at(-1) ?? "";
  if (possibleHeredoc(destination) !== undefined) {
    throw new DockerfileError(`${word} cannot accept a heredoc as a destination`);
  }
  const sources: string[] = [];
  const documents: { name: string; content: string; isExpanded: boolean }[] = [];
  for (const operand of operands.slice(0, -1)) {
    const announced = possibleHeredoc(operand);
    const found = statement.heredocs.find(({ name }) => name === announced?.name);
    if (announced === undefined || found === undefined) sources.push(operand);
    else documents.push({ name: found.name, content: heredocText(found), isExpanded: found.isExpanded });
  }
  return {
    sources,
    documents,
    destination,
    chown: flags.chown ?? "",
    chmod: flags.chmod ?? "",
    isLinked: flags.link ?? false,
    excludes: flags.exclude ?? [],
  };
}

import { didYouMean } from "./did-you-mean.ts";
import { DockerfileError } from "./dockerfile-error.ts";
import { readFlags } from "./flags.ts";
import { readHealthcheck } from "./healthcheck.ts";
import type { Instruction } from "./instruction.ts";
import { commandLine, jsonList, readPairs } from "./operands.ts";
import { readMountFlag } from "./mount-flag.ts";
import { splitWords } from "./split-statement.ts";
import type { Statement } from "./statement.ts";
import { readAdd, readCopy } from "./transfer.ts";

type Reader = (statement: Statement, escape: string) => Instruction;

const readers: Readonly<Record<Instruction["kind"], Reader>> = {
  ADD: readAdd,
  ARG: readArg,
  CMD: (statement) => ({ kind: "CMD", ...plain(statement), ...commandLine(statement.rest) }),
  COPY: readCopy,
  ENTRYPOINT: (statement) => ({ kind: "ENTRYPOINT", ...plain(statement), ...commandLine(statement.rest) }),
  ENV: (statement, escape) => ({ kind: "ENV", ...plain(statement), pairs: readPairs("ENV", statement.rest, escape) }),
  EXPOSE: (statement) => ({
    kind: "EXPOSE",
    ...plain(statement),
    ports: blankSeparated("EXPOSE", statement.rest).sort(),
  }),
  HEALTHCHECK: (statement) => ({ kind: "HEALTHCHECK", ...written(statement), health: readHealthcheck(statement) }),
  LABEL: (statement, escape) => ({
    kind: "LABEL",
    ...plain(statement),
    pairs: readPairs("LABEL", statement.rest, escape),
  }),
  MAINTAINER: (statement) => ({ kind: "MAINTAINER", ...plain(statement), name: only("MAINTAINER", statement.rest) }),
  ONBUILD: readOnbuild,
  RUN: readRun,
  SHELL: readShell,
  STOPSIGNAL: (statement) => ({
    kind: "STOPSIGNAL",
    ...written(statement),
    signal: only("STOPSIGNAL", statement.rest),
  }),
  USER: (statement) => ({ kind: "USER", ...plain(statement), user: only("USER", statement.rest) }),
  VOLUME: readVolume,
  WORKDIR: (statement) => ({ kind: "WORKDIR", ...plain(statement), path: only("WORKDIR", statement.rest) }),
};

/** All words that a Dockerfile's instructions begin with. */
const words = ["FROM", ...Object.keys(readers)];

/** Understands an instruction other than `FROM`. Throws a {@link DockerfileError}. */
export function readInstruction(statement: Statement, escape: string): Instruction {
  const word = statement.word.toUpperCase();
  if (!isKind(word)) {
    throw new DockerfileError(`unknown instruction: ${statement.word}${didYouMean(statement.word, words)}`);
  }
  return readers[word](statement, escape);
}

function isKind(word: string): word is Instruction["kind"] {
  return Object.hasOwn(readers, word);
}

function written({ location, original }: Statement): Pick<Instruction, "location" | "code"> {
  return { location, code: original.trim() };
}

/** Of an instruction that knows no flags. */
function plain(statement: Statement): Pick<Instruction, "location" | "code"> {
  readFlags(statement.flags, {});
  return written(statement);
}

function only(word: string, rest: string): string {
  if (rest === "") throw new DockerfileError(`${word} requires exactly one argument`);
  return rest;
}

function blankSeparated(word: string, rest: string): string[] {
  if (rest === "") throw new DockerfileError(`${word} requires at least one argument`);
  return rest.split(/[\t\v\f\r ]+/);
}

function readArg(statement: Statement, escape: string): Instruction {
  const declarations = splitWords(statement.rest, escape).map((word) => {
    const equals = word.indexOf("=");
    if (equals === 0) throw new DockerfileError("ARG names can not be blank");
    return equals < 0 ? { key: word, value: undefined } : { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
  if (declarations.length === 0) throw new DockerfileError("ARG requires at least one argument");
  return { kind: "ARG", ...written(statement), declarations };
}

function readOnbuild(statement: Statement): Instruction {
  const { rest, heredocs } = statement;
  const trigger = (rest.split(/\s/, 1)[0] ?? "").toUpperCase();
  if (trigger === "") throw new DockerfileError("ONBUILD requires at least one argument");
  if (trigger === "ONBUILD") throw new DockerfileError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (trigger === "MAINTAINER" || trigger === "FROM") {
    throw new DockerfileError(`${trigger} isn't allowed as an ONBUILD trigger`);
  }
  const expression = statement.original.replace(/^\s*ONBUILD\s*/i, "");
  const documents = heredocs.map(({ name, content }) => `\n${content}${name}`).join("");
  return { kind: "ONBUILD", ...plain(statement), expression: expression + documents };
}

function readRun(statement: Statement): Instruction {
  const {
    mount,
    network = "default",
    security = "sandbox",
  } = readFlags(statement.flags, {
    mount: "texts",
    network: "text",
    security: "text",
  });
  if (network !== "default" && network !== "none" && network !== "host") {
    throw new DockerfileError(
      `invalid network mode: "${network}"${didYouMean(network, ["default", "none", "host"], { isCaseSensitive: true })}`,
    );
  }
  if (security !== "sandbox" && security !== "insecure") {
    throw new DockerfileError(
      `security "${security}" is not valid${didYouMean(security, ["sandbox", "insecure"], { isCaseSensitive: true })}`,
    );
  }
  const heredocs = statement.heredocs.map(({ name, content, isChomped }) => ({ name, content, isChomped }));
  const line = commandLine(statement.rest);
  return {
    kind: "RUN",
    ...written(statement),
    ...line,
    words: line.words.length === 0 ? [""] : line.words,
    heredocs,
    mounts: (mount ?? []).map(readMountFlag),
    network,
    security,
  };
}

function readShell(statement: Statement): Instruction {
  const list = jsonList(statement.rest);
  if (list === undefined && statement.rest !== "") {
    throw new DockerfileError(`SHELL requires the arguments to be in JSON form: ${statement.original}`);
  }
  if (list === undefined || list.length === 0) throw new DockerfileError("SHELL requires at least one argument");
  return { kind: "SHELL", ...plain(statement), words: list };
}

function readVolume(statement: Statement): Instruction {
  const paths = (jsonList(statement.rest) ?? blankSeparated("VOLUME", statement.rest)).map((path) => path.trim());
  if (paths.length === 0) throw new DockerfileError("VOLUME requires at least one argument");
  if (paths.includes("")) throw new DockerfileError("VOLUME specified can not be an empty string");
  return { kind: "VOLUME", ...plain(statement), paths };
}

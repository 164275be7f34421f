import type { BuildError, DockerfilePlace } from "./build.ts";

const linesAround = 3;

/** What people read when a build has failed: the mistake, the Dockerfile's lines that it is in, and what a command said. */
export function failureText({ message, place, output }: BuildError): string {
  const said = output === "" ? "" : `\n${output}`;
  return place === undefined ? message + said : `${placeText(place)}: ${message}\n${excerpt(place)}${said}`;
}

/** `Dockerfile:3` */
export function placeText({ file, location }: DockerfilePlace): string {
  return `${file}:${location.firstLine}`;
}

/** The lines with a mark, and some above and below. */
export function excerpt({ text, location }: DockerfilePlace): string {
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, location.firstLine - linesAround);
  const last = Math.min(lines.length, location.lastLine + linesAround);
  const width = String(last).length;
  const shown = lines.slice(first - 1, last).map((line, index) => {
    const number = first + index;
    const isMarked = number >= location.firstLine && number <= location.lastLine;
    return `${String(number).padStart(width + 1)} |${isMarked ? " >>>" : "    "} ${line}`.trimEnd();
  });
  const rule = "-".repeat(20);
  return [rule, ...shown, rule].join("\n");
}

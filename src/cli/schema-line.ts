import { createRequire } from "node:module";
import { dirname, isAbsolute, relative } from "node:path";

/**
 * The line that makes editors check and complete a YAML file, for a file to be written at `path`. It names the schema of
 * this installation: relatively where that is part of the project, so that others who install it there find it, too.
 */
export function schemaLine(path: string, workingDirectory: string): string {
  const schema = createRequire(import.meta.url).resolve("tscompose/schema/compose.json");
  const inside = relative(workingDirectory, schema);
  const isInside = !inside.startsWith("..") && !isAbsolute(inside);
  const near = relative(dirname(path), schema);
  return `# yaml-language-server: $schema=${isInside ? (near.startsWith(".") ? near : `./${near}`) : schema}\n`;
}

import { UsageError } from "../../errors.ts";
import { goJson } from "./json.ts";
import { alignTabs, denseTable, renderTable, wideTable } from "./table.ts";
import { evaluateTemplate } from "./template/evaluate.ts";
import { templateFunctions } from "./template/functions.ts";
import { parseTemplate } from "./template/parse.ts";

/** What a row offers to `--format`: fields, and methods such as `.Label "name"`. */
export type Row = Readonly<Record<string, unknown>>;

/** What the formats of one command share. */
export interface FormatOptions {
  /** Template of the table that is shown when nothing else is asked for. */
  readonly table: string;
  /** Titles of the fields. */
  readonly titles: Readonly<Record<string, string>>;
  /** Template of `--format raw`, where the command has one. */
  readonly raw?: string;
}

/** Renders rows as `--format` says: `table`, `table TEMPLATE`, `json` (one object per line), `raw`, or a Go template. */
export function formatRows(rows: readonly Row[], format: string, options: FormatOptions): string {
  if (format === "json") return rows.map((row) => `${goJson(row)}\n`).join("");
  if (format === "raw" && options.raw !== undefined) return fill(rows, options.raw);
  const isTable = format === "" || format.startsWith("table");
  if (!isTable) return fill(rows, unescape(format));
  const template = unescape(format.slice("table".length)) || options.table;
  return alignTabs(fillHeader(template, options.titles) + fill(rows, template), denseTable);
}

/** Renders a plain list as `ls` does: `table`, or `json` as one array. */
export function formatList(
  format: string,
  list: { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[]; readonly json: unknown },
): string {
  const word = format.toLowerCase();
  if (word === "json") return `${goJson(list.json)}\n`;
  if (!["", "table", "pretty"].includes(word))
    throw new UsageError(`--format: expected table or json, got "${format}"`);
  return renderTable(list.header, list.rows, wideTable);
}

function fill(rows: readonly Row[], template: string): string {
  const nodes = parseTemplate(template);
  return rows.map((row) => `${evaluateTemplate(nodes, row)}\n`).join("");
}

/** Titles go through the same template as rows; functions leave them alone. */
function fillHeader(template: string, titles: FormatOptions["titles"]): string {
  const functions = Object.fromEntries(Object.keys(templateFunctions).map((name) => [name, (value: unknown) => value]));
  const header = { ...titles, Label: titleOfLabel };
  return `${evaluateTemplate(parseTemplate(template), header, { functions, allowsMissing: true })}\n`;
}

function titleOfLabel(name: unknown): string {
  return String(name).split(".").at(-1)?.replace(/[-_]/g, " ") ?? "";
}

/** Shells pass `\t` as two characters. */
function unescape(template: string): string {
  return template
    .replace(/^ +| +$/g, "")
    .replaceAll("\\t", "\t")
    .replaceAll("\\n", "\n");
}

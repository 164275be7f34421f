import { describe, expect, test } from "vitest";
import { evaluateTemplate } from "../../../../../src/cli/view/template/evaluate.ts";
import { parseTemplate } from "../../../../../src/cli/view/template/parse.ts";

const row = {
  Name: "web-1",
  State: "running",
  Health: "",
  Code: 3,
  List: ["a", "b"],
  Ports: [
    { URL: "0.0.0.0", Port: 80 },
    { URL: "::", Port: 81 },
  ],
  Label: (name: unknown) => `label ${String(name)}`,
};
const fill = (text: string): string => evaluateTemplate(parseTemplate(text), row);

describe("a Go template", () => {
  test.each([
    ["plain", "plain"],
    ["{{.Name}} is {{ .State }}", "web-1 is running"],
    ['{{.Label "a.b"}}', "label a.b"],
    ["{{json .List}}", '["a","b"]'],
    ['{{join .List "+"}} {{.List}} {{len .List}}', "a+b [a b] 2"],
    ['{{.Name | upper | printf "%q"}}', '"WEB-1"'],
    ['{{printf "%-6s|%3d|%05.1f%%" .Name .Code 2.5}}', "web-1 |  3|002.5%"],
    ['{{if eq .State "running" "paused"}}up{{else}}down{{end}}', "up"],
    ["{{if .Health}}{{.Health}}{{else if gt .Code 2}}code {{.Code}}{{else}}-{{end}}", "code 3"],
    ["{{if and .Name (not .Health)}}yes{{end}}", "yes"],
    ["{{range .Ports}}{{.URL}}:{{.Port}} {{end}}", "0.0.0.0:80 :::81 "],
    ["{{range $i, $p := .Ports}}{{if $i}}, {{end}}{{$p.Port}} of {{$.Name}}{{end}}", "80 of web-1, 81 of web-1"],
    ["{{range .Health}}x{{else}}none{{end}}", "none"],
    ["{{with .Health}}{{.}}{{else}}unknown{{end}}", "unknown"],
    ["{{(index .Ports 1).Port}}", "81"],
    ["{{$x := .Name}}{{$x}}", "web-1"],
    ["a {{- .Name -}} b", "aweb-1b"],
    ["{{/* nothing */}}x", "x"],
    ['{{"}}"}}', "}}"],
    ["{{pad .Name 1 2}}{{pad .Health 1 2}}.", " web-1  ."],
    ["{{title .State}} {{truncate .State 3}} {{index (split .Name `-`) 1}}", "Running run 1"],
    ["{{.Ports}}", "[{0.0.0.0 80} {:: 81}]"],
  ])("%s", (text, is) => {
    expect(fill(text)).toBe(is);
  });

  test.each([
    ["{{.Nope}}", '--format: no field ".Nope"'],
    ["{{nope .Name}}", '--format: no function "nope"'],
    ["{{.Name.Length}}", '--format: "web-1" has no fields, got ".Length"'],
    ["{{if .Name}}x", "--format: no {{end}}"],
    ["{{end}}", '--format: "end" without a block'],
    ["{{.Name", "--format: unclosed action"],
    ["{{.Name ]}}", '--format: unexpected "]"'],
    ["{{$x}}", '--format: undefined variable "$x"'],
    ["{{}}", "--format: missing value"],
  ])("%s is a mistake that is told", (text, message) => {
    expect(() => fill(text)).toThrow(message);
  });
});

import { expect, test } from "vitest";
import type { Diagnostic } from "../../../src/compose/diagnostic.ts";
import { reportIgnored } from "../../../src/compose/ignored.ts";
import { parse } from "../../../src/compose/parse.ts";

function warningsFor(text: string): string[] {
  const found: Diagnostic[] = [];
  const [tree] = parse(text, "compose.yaml", (diagnostic) => found.push(diagnostic)) ?? [];
  if (tree === undefined) throw new Error("the text is not YAML");
  reportIgnored(tree, (diagnostic) => found.push(diagnostic));
  return found.map(({ at, severity, message }) => `${at?.line}:${at?.column} ${severity} ${message}`);
}

test.each([
  {
    when: "an attribute asks for what one engine cannot give",
    text: "services: { web: { deploy: { placement: { constraints: [node.role == worker] } } } }",
    warnings: [
      "1:30 warning services.web.deploy.placement: has no effect, nodes are chosen by clusters only, one engine is not a cluster",
    ],
  },
  {
    when: "it says what happens anyway",
    text: "services: { web: { deploy: { mode: replicated } } }",
    warnings: [],
  },
  { when: "it is left empty", text: "services: { web: { credential_spec: } }", warnings: [] },
  { when: "all is honoured", text: "services: { web: { image: nginx, ports: ['80:80'] } }", warnings: [] },
])("warns once and at the key when $when", ({ text, warnings }) => {
  expect(warningsFor(text)).toEqual(warnings);
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { substitute } from "../../../src/compose/template.ts";
import { loadTexts } from "../../support/load-texts.ts";

const value = fc.string();
/** Text without dollars, braces or line ends: what stands around variables, and in defaults. */
const plain = fc.stringMatching(/^[^${}\n]*$/);

interface Outcome {
  readonly text: string;
  readonly unset: readonly string[];
}

function outcome(template: string, variables: Readonly<Record<string, string>>): Outcome {
  const unset: string[] = [];
  const text = substitute(template, {
    lookup: (name) => variables[name],
    onUnset: (name) => void unset.push(name),
    onProblem: ({ kind }) => {
      throw new Error(kind);
    },
  });
  return { text, unset };
}

describe("interpolation", () => {
  test("takes the value of a variable as it is, whatever is in it", () => {
    fc.assert(
      fc.property(plain, value, plain, (before, A, after) => {
        expect(outcome(`${before}\${A}${after}`, { A })).toEqual({ text: before + A + after, unset: [] });
      }),
    );
  });

  test("uses a default where a variable is not set, with a colon also where it is empty", () => {
    fc.assert(
      fc.property(fc.option(value, { nil: undefined }), plain, (A, fallback) => {
        const variables = A === undefined ? {} : { A };
        expect(outcome(`\${A-${fallback}}`, variables).text).toBe(A ?? fallback);
        expect(outcome(`\${A:-${fallback}}`, variables).text).toBe(A || fallback);
        expect(outcome(`\${A+${fallback}}`, variables).text).toBe(A === undefined ? "" : fallback);
        expect(outcome(`\${A:+${fallback}}`, variables).text).toBe(A ? fallback : "");
      }),
    );
  });

  test("takes the default of the default, as deep as it goes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), plain, (depth, fallback) => {
        expect(outcome("${A:-".repeat(depth) + fallback + "}".repeat(depth), {}).text).toBe(fallback);
      }),
    );
  });

  test("of a value gives the project what the template gives, whatever way it is quoted", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[\x20-\x7e]*$/),
        plain.map((text) => text.replaceAll(/[^\x20-\x7e]/g, "")),
        async (A, around) => {
          const template = `${around}\${A:-none}${around}`;
          const text = `services: {web: {image: x, hostname: ${JSON.stringify(template)}}}`;
          const { project } = await loadTexts({ "compose.yaml": text }, { environment: { A } });
          expect(project.services["web"]?.hostname).toBe(outcome(template, { A }).text);
        },
      ),
      { numRuns: 50 },
    );
  });
});

import { describe, expect, test } from "vitest";
import { isRemote } from "../../../src/compose/remote.ts";
import { load } from "../../../src/compose/load.ts";
import { loadTexts, mistakesOf, type Texts, worldOf } from "../../support/load-texts.ts";

const shop = "oci://registry.example/shop:1";

describe("compose files from afar", () => {
  test.each([
    ["oci://h/a:1", true],
    ["https://h/a.git#main:folder", true],
    ["git@h:a.git", true],
    ["ssh://h/a", true],
    ["github.com/acme/web", true],
    ["./compose.yaml", false],
    ["github.com.yaml", false],
  ])("%s: %s", (reference, expected) => {
    expect(isRemote(reference)).toBe(expected);
  });

  test("are included with the environment and the paths of their own folder", async () => {
    const { project, fetched } = await loadTexts(
      {
        "compose.yaml": `include: ['${shop}']\nservices: { a: { image: x } }`,
        "/cache/1/compose.yaml": "services: { b: { image: 'y:${TAG}', volumes: ['./data:/data'] } }",
        "/cache/1/.env": "TAG=2",
      },
      { request: { files: ["compose.yaml"] }, remote: { [shop]: ["/cache/1/compose.yaml"] } },
    );
    expect(project.services["b"]).toMatchObject({ image: "y:2", volumes: [{ source: "/cache/1/data" }] });
    expect(project.workingDirectory).toBe("/project");
    expect(fetched).toMatchObject([{ reference: shop, at: { line: 1, column: 11 } }]);
  });

  test("of one artifact override each other, and are extended as one", async () => {
    const texts = {
      "compose.yaml": `include: ['${shop}']\nservices: { c: { extends: { file: '${shop}', service: b }, tty: true } }`,
      "/cache/1/compose.yaml": "services: { b: { image: y, volumes: ['./data:/data'] } }",
      "/cache/1/more.yaml": "services: { b: { command: [top] } }",
    };
    const { project } = await loadTexts(texts, {
      request: { files: ["compose.yaml"] },
      remote: { [shop]: ["/cache/1/compose.yaml", "/cache/1/more.yaml"] },
    });
    const same = { image: "y", command: ["top"], volumes: [{ source: "/cache/1/data" }] };
    expect(project.services).toMatchObject({ b: same, c: { ...same, tty: true } });
  });

  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ["-f", {}, [shop]],
    ["COMPOSE_FILE", { COMPOSE_FILE: shop }, []],
    ["COMPOSE_FILE with a separator", { COMPOSE_FILE: shop, COMPOSE_PATH_SEPARATOR: "," }, []],
  ])(
    "by %s take name and .env from where the user is, and paths from where they are",
    async (_, environment, files) => {
      const texts: Texts = {
        ".env": "TAG=mine",
        "/cache/1/.env": "TAG=theirs",
        "/cache/1/compose.yaml": "services: { a: { image: 'y:${TAG}', volumes: ['./data:/data'] } }",
      };
      const world = worldOf(texts, { environment, remote: { [shop]: ["/cache/1/compose.yaml"] } });
      const { project } = await load({ files }, world);
      expect(project).toMatchObject({ name: "project", workingDirectory: "/cache/1" });
      expect(project.services["a"]).toMatchObject({ image: "y:mine", volumes: [{ source: "/cache/1/data" }] });
    },
  );

  test.each<[string, Texts, readonly string[]]>([
    [
      "cannot be had",
      { "compose.yaml": "include: ['oci://h/none']\nservices: { a: { extends: { file: 'oci://h/no', service: b } } }" },
      [
        "compose.yaml:1:11 nothing at oci://h/none [invalid-usage] | look elsewhere",
        "compose.yaml:2:27 nothing at oci://h/no [invalid-usage] | look elsewhere",
      ],
    ],
    [
      "include themselves",
      { "compose.yaml": `include: ['${shop}']`, "/cache/1/compose.yaml": `include: ['${shop}']` },
      [
        "/cache/1/compose.yaml:1:11 include cycle detected: compose.yaml includes /cache/1/compose.yaml includes /cache/1/compose.yaml [include-cycle]",
      ],
    ],
    [
      "are wrong",
      { "compose.yaml": `include: ['${shop}']`, "/cache/1/compose.yaml": "services: { a: { image: x, imag: y } }" },
      ['/cache/1/compose.yaml:1:28 services.a.imag: unknown key [unknown-key] | did you mean "image"?'],
    ],
  ])("that %s are told at their place", async (_, texts, lines) => {
    const remote = { [shop]: ["/cache/1/compose.yaml"] } as const;
    expect(await mistakesOf(texts, { request: { files: ["compose.yaml"] }, remote })).toEqual(lines);
  });

  test("in COMPOSE_FILE want to know which colons separate", async () => {
    const environment = { COMPOSE_FILE: `compose.yaml:${shop}` };
    expect(await mistakesOf({}, { request: { files: [] }, environment })).toEqual([
      `? COMPOSE_FILE: colons separate paths, and are part of references from afar, got "compose.yaml:${shop}" [invalid-environment] | say what separates them: COMPOSE_PATH_SEPARATOR=,`,
    ]);
  });
});

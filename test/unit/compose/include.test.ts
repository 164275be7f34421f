import { describe, expect, test } from "vitest";
import { loadTexts, mistakesOf, type Texts } from "../../support/load-texts.ts";

const main = { request: { files: ["compose.yaml"] } };

describe("include", () => {
  test("adds the resources of other models, but not their name", async () => {
    const { project } = await loadTexts({
      "compose.yaml":
        "name: own\ninclude: [a/a.yaml, { path: b/b.yaml }]\nservices: { web: { image: x, depends_on: [a, b] } }",
      "a/a.yaml": "name: other\nx-note: 1\nservices: { a: { image: a, volumes: ['data:/d'] } }\nvolumes: { data: }",
      "b/b.yaml": "include: [c.yaml]\nservices: { b: { image: b, build: . } }",
      "b/c.yaml": "services: { c: { image: c, volumes: ['./x:/x'] } }",
    });
    expect(project.name).toBe("own");
    expect(Object.keys(project.services).toSorted()).toEqual(["a", "b", "c", "web"]);
    expect(project.services["b"]?.build?.context).toBe("/project/b");
    expect(project.services["c"]?.volumes?.[0]?.source).toBe("/project/b/x");
    expect(Object.keys(project.volumes)).toEqual(["data"]);
    expect(project.extensions).toEqual({});
  });

  test("takes several paths of one entry for a file and its overrides", async () => {
    const { project } = await loadTexts(
      {
        "compose.yaml": "include: [{ path: [s/a.yaml, b.yaml] }]",
        "s/a.yaml": "services: { a: { image: a, build: . } }",
        "b.yaml": "services: { a: { image: b } }",
      },
      main,
    );
    expect(project.services["a"]).toMatchObject({ image: "b", build: { context: "/project/s" } });
  });

  test("gives included models the .env of their own directory, which the including environment completes and wins over", async () => {
    const { project } = await loadTexts(
      {
        "compose.yaml": "include: [s/a.yaml]\nservices: { web: { image: 'x:${S:-unset}' } }",
        ".env": "OUTER=outer\nBOTH=outer",
        "s/.env": "S=inner\nBOTH=inner\nSHELL=inner",
        "s/a.yaml": "services: { a: { image: '${S}-${OUTER}-${BOTH}-${SHELL}', environment: [S] } }",
      },
      { environment: { SHELL: "shell" } },
    );
    expect(project.services["a"]).toMatchObject({ image: "inner-outer-outer-shell", environment: { S: "inner" } });
    expect(project.services["web"]?.image).toBe("x:unset");
  });

  test("reads the env files and the project directory that an entry names", async () => {
    const { project } = await loadTexts({
      "compose.yaml": "include: [{ path: s/a.yaml, project_directory: p, env_file: [one.env, two.env] }]",
      "one.env": "A=1\nB=1",
      "two.env": "B=2$A",
      "s/.env": "A=no",
      "s/a.yaml": "services: { a: { image: '${A}-${B}', build: ./x } }",
    });
    expect(project.services["a"]).toMatchObject({ image: "1-21", build: { context: "/project/p/x" } });
  });

  test("reads no env file for /dev/null", async () => {
    const { project } = await loadTexts({
      "compose.yaml": "include: [{ path: s/a.yaml, env_file: /dev/null }]",
      "s/.env": "A=no",
      "s/a.yaml": "services: { a: { image: 'x:${A:-unset}' } }",
    });
    expect(project.services["a"]?.image).toBe("x:unset");
  });

  test("takes the same resource twice, when both say the same", async () => {
    const { project } = await loadTexts({
      "compose.yaml": "include: [s/a.yaml, s/b.yaml]",
      "s/a.yaml": "include: [c.yaml]\nservices: { a: { image: a } }",
      "s/b.yaml": "include: [c.yaml]\nservices: { b: { image: b } }",
      "s/c.yaml": "services: { c: { image: c, ports: ['80'] } }",
    });
    expect(Object.keys(project.services).toSorted()).toEqual(["a", "b", "c"]);
  });

  test.each<[string, Texts, readonly string[]]>([
    [
      "two resources of one name",
      {
        "compose.yaml": "include: [s/a.yaml]\nservices: { a: { image: x } }",
        "s/a.yaml": "services: { a: { image: y } }",
      },
      [
        "compose.yaml:2:13 services.a conflicts with imported resource of s/a.yaml:1 [include-conflict] | to change it, list a second file under path: of the include entry",
      ],
    ],
    [
      "a circle",
      {
        "compose.yaml": "include: [s/a.yaml]",
        "s/a.yaml": "include: [../compose.yaml]\nservices: { a: { image: x } }",
      },
      ["s/a.yaml:1:11 include cycle detected: compose.yaml includes s/a.yaml includes compose.yaml [include-cycle]"],
    ],
    [
      "a file that includes itself",
      { "compose.yaml": "include: [compose.yaml]\nservices: { a: { image: x } }" },
      ["compose.yaml:1:11 include cycle detected: compose.yaml includes compose.yaml [include-cycle]"],
    ],
    [
      "files that are not there",
      {
        "compose.yaml": "include: [no.yaml, { path: s/a.yaml, env_file: no.env }]",
        "s/a.yaml": "services: { a: { image: x } }",
      },
      [
        "compose.yaml:1:11 no.yaml: no such file (/project/no.yaml) [file-not-found]",
        "compose.yaml:1:48 couldn't find env file: /project/no.env [file-not-found]",
      ],
    ],
    [
      "mistakes in included files",
      {
        "compose.yaml": "include: [s/a.yaml]\nservices: { web: { imag: x } }",
        "s/a.yaml": "services: { a: { image: x, hostnam: y } }",
      },
      [
        'compose.yaml:2:20 services.web.imag: unknown key [unknown-key] | did you mean "image"?',
        's/a.yaml:1:28 services.a.hostnam: unknown key [unknown-key] | did you mean "hostname"?',
      ],
    ],
    [
      "a remote model",
      { "compose.yaml": "include: ['https://example.com/x.git']\nservices: { a: { image: x } }" },
      [
        'compose.yaml:1:11 remote compose files are not supported, got "https://example.com/x.git" [unsupported] | fetch it, and name the local copy',
      ],
    ],
  ])("refuses %s at their place", async (_, texts, lines) => {
    expect(await mistakesOf(texts, main)).toEqual(lines);
  });
});

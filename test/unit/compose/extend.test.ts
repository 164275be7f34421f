import { describe, expect, test } from "vitest";
import { loadTexts, mistakesOf, type Texts } from "../../support/load-texts.ts";

describe("extends", () => {
  test("lays a service over its base, by the rules for files", async () => {
    const { project } = await loadTexts({
      "compose.yaml": `
services:
  base: { image: base, command: [a], environment: { A: 1, B: 1 }, ports: ["80:80"], depends_on: [db] }
  middle: { extends: { service: base }, environment: { B: 2 }, ports: ["81:81"] }
  web: { extends: middle, image: web, command: }
  db: { image: db }
`,
    });
    const { web } = project.services;
    expect(web).toMatchObject({ image: "web", environment: { A: "1", B: "2" }, dependsOn: { db: {} } });
    expect(web?.command).toBeUndefined();
    expect(web?.ports?.map(({ published }) => published)).toEqual(["80", "81"]);
  });

  test("starts the paths of another file from its own directory, through several files", async () => {
    const { project } = await loadTexts({
      "compose.yaml": "services: { web: { extends: { file: one/base.yaml, service: base } } }",
      "one/base.yaml": `
services:
  base: { extends: { file: ../two/root.yaml, service: root }, build: ., volumes: [./data:/data] }
  unused: { image: "\${NEVER:-x}" }
`,
      "two/root.yaml": 'services: { root: { image: root, volumes: ["./x:/x"], labels: { a: "${A:-b}" } } }',
    });
    expect(project.services["web"]).toMatchObject({
      build: { context: "/project/one" },
      labels: { a: "b" },
      volumes: [{ source: "/project/two/x" }, { source: "/project/one/data" }],
    });
  });

  test("lets marks reset and override what is inherited, here and in earlier files", async () => {
    const { project } = await loadTexts({
      "compose.yaml": 'services: { web: { image: a, ports: ["1:1"], dns: [1.1.1.1] } }',
      "override.yaml": `
services:
  base: { image: base, ports: ["80:80"], dns: [8.8.8.8], labels: !reset { x: y } }
  web: { extends: base, ports: !reset , dns: !override [9.9.9.9] }
`,
    });
    expect(project.services["web"]?.ports).toBeUndefined();
    expect(project.services["web"]?.dns).toEqual(["9.9.9.9"]);
  });

  test("knows the services that are included", async () => {
    const { project } = await loadTexts({
      "compose.yaml": "include: [sub/a.yaml]\nservices: { web: { extends: a, hostname: w } }",
      "sub/a.yaml": "services: { a: { image: x } }",
    });
    expect(project.services["web"]).toMatchObject({ image: "x", hostname: "w" });
  });

  test.each<[string, Texts, string]>([
    [
      "a base that is not there",
      { "compose.yaml": "services: { web: { image: x, extends: bse }, base: { image: y } }" },
      'compose.yaml:1:39 cannot extend service "web" in compose.yaml: service "bse" not found in compose.yaml [unknown-service] | did you mean "base"?',
    ],
    [
      "a file that is not there",
      { "compose.yaml": "services: { web: { image: x, extends: { file: no.yaml, service: b } } }" },
      "compose.yaml:1:39 no.yaml: no such file (/project/no.yaml) [file-not-found]",
    ],
    [
      "a file without services",
      {
        "compose.yaml": "services: { web: { image: x, extends: { file: s/a.yaml, service: b } } }",
        "s/a.yaml": "x-a: 1",
      },
      "compose.yaml:1:39 cannot extend a service of s/a.yaml: it has no services section [unknown-service]",
    ],
    [
      "a circle",
      { "compose.yaml": "services: { a: { extends: b, image: x }, b: { extends: a } }" },
      "compose.yaml:1:56 circular reference: a in compose.yaml extends b in compose.yaml extends a in compose.yaml [extends-cycle] | let one of them stand on its own",
    ],
    [
      "a circle through files",
      {
        "compose.yaml": "services: { a: { image: x, extends: { file: s/b.yaml, service: b } } }",
        "s/b.yaml": "services: { b: { extends: { file: ../compose.yaml, service: a } } }",
      },
      "s/b.yaml:1:27 circular reference: a in compose.yaml extends b in s/b.yaml extends a in compose.yaml [extends-cycle] | let one of them stand on its own",
    ],
    [
      "no name",
      { "compose.yaml": "services: { a: { image: x, extends: [b] }, b: { image: y } }" },
      'compose.yaml:1:37 services.a.extends: expected a string or mapping, got a list [wrong-type] | write "key: value" lines, without dashes',
    ],
    [
      "a remote file",
      { "compose.yaml": "services: { a: { image: x, extends: { file: 'oci://x/y', service: b } } }" },
      'compose.yaml:1:37 remote compose files are not supported, got "oci://x/y" [unsupported] | fetch it, and name the local copy',
    ],
  ])("refuses %s at its place", async (_, texts, line) => {
    const request = { files: ["compose.yaml"] };
    expect(await mistakesOf(texts, { request })).toEqual([line]);
  });

  test("refuses an endless line of ancestors", async () => {
    const services = Array.from({ length: 10_000 }, (_, i) => `  s${i}: { image: x, extends: s${i + 1} }`).join("\n");
    const lines = await mistakesOf({ "compose.yaml": `services:\n${services}\n  s10000: { image: x }` });
    expect(lines[0]).toContain("services extend each other more than 100 times [too-deep]");
  });
});

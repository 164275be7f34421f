import { describe, expect, test } from "vitest";
import { explainValue, mentionsOf } from "../../../src/compose/explain.ts";
import { loadModel } from "../../../src/compose/load.ts";
import type { Location } from "../../../src/compose/source.ts";
import { type Texts, worldOf } from "../../support/load-texts.ts";

function place({ file, line, column }: Location): string {
  return `${file}:${line}:${column}`;
}

/** What was written about a value, as lines: `services.a.image: a.yaml:1:2 "x" > b.yaml:3:4 "y"`. */
async function explained(path: string, texts: Texts, environment = {}): Promise<readonly string[]> {
  const files = Object.keys(texts).filter((name) => !name.includes("/"));
  const { model } = await loadModel({ files }, worldOf(texts, { environment }));
  const explanation = explainValue(model, path);
  if ("known" in explanation) return [`nothing beyond ${explanation.known}, similar is ${explanation.similar}`];
  return explanation.map(({ path, contributions }) => {
    const steps = contributions.map(({ at, via, value, isReset }) => {
      const where = via === undefined ? place(at) : `${place(at)} via ${place(via)}`;
      return `${where} ${isReset === true ? "!reset" : JSON.stringify(value)}`;
    });
    return `${path}: ${steps.join(" > ")}`;
  });
}

describe("the explanation of a value", () => {
  test("tells every file that wrote it, and what each replaced", async () => {
    const lines = await explained("services.web.image", {
      "compose.yaml": "services:\n  web:\n    image: one\n",
      "override.yaml": "services:\n  web:\n    image: ${TAG:-two}\n",
      "last.yaml": "services:\n  web:\n    image: three\n",
    });
    expect(lines).toEqual([
      'services.web.image: compose.yaml:3:12 "one" > override.yaml:3:12 "two" > last.yaml:3:12 "three"',
    ]);
  });

  test.each([
    {
      through: "extended services, before what the files said",
      path: "services.web.image",
      texts: {
        "compose.yaml": "services:\n  web: { image: one }\n",
        "override.yaml": "services:\n  web: { extends: { file: lib/base.yaml, service: base }, image: three }\n",
        "lib/base.yaml": "services:\n  base: { image: two }\n",
      },
      lines: ['services.web.image: compose.yaml:2:17 "one" > lib/base.yaml:2:18 "two" > override.yaml:2:66 "three"'],
    },
    {
      through: "included files",
      path: "services.db.image",
      texts: {
        "compose.yaml": "include: [{ path: [lib/a.yaml, lib/b.yaml] }]\nservices:\n  web: { image: x }\n",
        "lib/a.yaml": "services:\n  db: { image: one }\n",
        "lib/b.yaml": "services:\n  db: { image: two }\n",
      },
      lines: ['services.db.image: lib/a.yaml:2:16 "one" > lib/b.yaml:2:16 "two"'],
    },
    {
      through: "anchors and merge keys",
      path: "services.web",
      texts: {
        "compose.yaml": [
          "x-base: &base",
          "  image: one",
          "  restart: always",
          "x-tmpfs: &tmpfs [/a]",
          "services:",
          "  web:",
          "    <<: *base",
          "    image: two",
          "    tmpfs: *tmpfs",
          "    network_mode: none",
        ].join("\n"),
      },
      lines: [
        'services.web.image: compose.yaml:2:10 via compose.yaml:7:5 "one" > compose.yaml:8:12 "two"',
        'services.web.tmpfs[0]: compose.yaml:4:18 via compose.yaml:9:12 "/a"',
        'services.web.network_mode: compose.yaml:10:19 "none"',
        'services.web.restart: compose.yaml:3:12 via compose.yaml:7:5 "always"',
      ],
    },
    {
      through: "lists that grow, in the order of the list",
      path: "services.web.ports",
      texts: {
        "compose.yaml": 'services:\n  web: { image: x, ports: ["80:80"] }\n',
        "override.yaml": "services:\n  web: { ports: [90, { target: 80, published: 80, name: web }] }\n",
      },
      lines: [
        "services.web.ports[0].target: compose.yaml:2:28 80 > override.yaml:2:32 80",
        'services.web.ports[0].published: compose.yaml:2:28 "80" > override.yaml:2:47 80',
        'services.web.ports[0].name: override.yaml:2:57 "web"',
        'services.web.ports[0].protocol: compose.yaml:2:28 "tcp" > override.yaml:2:22 "tcp"',
        'services.web.ports[0].mode: compose.yaml:2:28 "ingress" > override.yaml:2:22 "ingress"',
        'services.web.ports[1]: override.yaml:2:18 {"mode":"ingress","target":90,"protocol":"tcp"}',
      ],
    },
    {
      through: "variables that are keyed, in any form",
      path: "services.web.environment",
      texts: {
        "compose.yaml": "services:\n  web: { image: x, environment: { A: one, B: two } }\n",
        "override.yaml": "services:\n  web: { environment: [B=three, C] }\n",
      },
      lines: [
        'services.web.environment[0]: compose.yaml:2:38 "A=one"',
        'services.web.environment[1]: compose.yaml:2:46 "B=two" > override.yaml:2:24 "B=three"',
        'services.web.environment[2]: override.yaml:2:33 "C=shell"',
      ],
    },
    {
      through: "what is overridden as a whole",
      path: "services.web.dns",
      texts: {
        "compose.yaml": "services:\n  web: { image: x, dns: [1.1.1.1, 2.2.2.2] }\n",
        "override.yaml": "services:\n  web: { dns: !override [3.3.3.3] }\n",
      },
      lines: [
        'services.web.dns: compose.yaml:2:25 ["1.1.1.1","2.2.2.2"] > override.yaml:2:25 ["3.3.3.3"]',
        'services.web.dns[0]: override.yaml:2:26 "3.3.3.3"',
      ],
    },
    {
      through: "mappings that are overridden as a whole, key by key",
      path: "services.web.logging.driver",
      texts: {
        "compose.yaml": "services:\n  web: { image: x, logging: { driver: one } }\n",
        "override.yaml": "services:\n  web: { logging: { driver: two } }\n",
      },
      lines: ['services.web.logging.driver: compose.yaml:2:39 "one" > override.yaml:2:29 "two"'],
    },
    {
      through: "short forms that give way to long ones",
      path: "services.web.build.context",
      texts: {
        "compose.yaml": "services:\n  web: { build: ./one }\n",
        "override.yaml": "services:\n  web: { build: { context: ./two } }\n",
      },
      lines: ['services.web.build.context: compose.yaml:2:17 "./one" > override.yaml:2:28 "/project/two"'],
    },
    {
      through: "names with dots",
      path: "services.my.web.labels.com.example.a",
      texts: {
        "compose.yaml": "services:\n  my.web: { image: x, labels: { com.example.a: one, com.example: two } }\n",
      },
      lines: ['services.my.web.labels.com.example.a: compose.yaml:2:48 "one"'],
    },
    {
      through: "what was reset, and said again",
      path: "services.web",
      texts: {
        "compose.yaml":
          "services:\n  web: { image: x, dns: [1.1.1.1], user: one, networks: [a, b] }\nnetworks: { a: , b: }\n",
        "override.yaml": "services:\n  web: { dns: !reset [], user: !reset null, networks: { b: !reset null } }\n",
        "last.yaml": "services:\n  web: { user: two, entrypoint: !reset null }\n",
      },
      lines: [
        'services.web.image: compose.yaml:2:17 "x"',
        "services.web.networks.a: compose.yaml:2:58 null",
        "services.web.networks.b: compose.yaml:2:61 null > override.yaml:2:67 !reset",
        'services.web.user: compose.yaml:2:42 "one" > override.yaml:2:39 !reset > last.yaml:2:16 "two"',
        'services.web.dns: compose.yaml:2:25 ["1.1.1.1"] > override.yaml:2:22 !reset',
        "services.web.entrypoint: last.yaml:2:40 !reset",
      ],
    },
    {
      through: "what is reset of an extended service",
      path: "services.web.ports",
      texts: {
        "compose.yaml": "services:\n  base: { image: x, ports: [80] }\n  web: { extends: base, ports: !reset [] }\n",
      },
      lines: ["services.web.ports: compose.yaml:2:28 [80] > compose.yaml:3:39 !reset"],
    },
    {
      through: "misspelt paths",
      path: "services.web.prots[0]",
      texts: { "compose.yaml": "services:\n  web: { image: x, ports: [80] }\n" },
      lines: ["nothing beyond services.web, similar is ports"],
    },
  ])("goes through $through", async ({ path, texts, lines }) => {
    expect(await explained(path, texts as Texts, { C: "shell" })).toEqual(lines);
  });
});

describe("the mentions of a variable", () => {
  test("are found in values, in defaults of others, and with their own defaults", async () => {
    const text = 'services:\n  web:\n    image: "nginx:${TAG:-1}${OTHER:-$TAG}"\n    command: "$$TAG ${TAG?none}"\n';
    const { model } = await loadModel(
      { files: ["compose.yaml"], interpolate: false },
      worldOf({ "compose.yaml": text }),
    );
    expect(mentionsOf(model, "TAG").map(({ at, ...mention }) => ({ at: place(at), ...mention }))).toEqual([
      { at: "compose.yaml:3:12", path: "services.web.image", fragment: "${TAG:-1}", fallback: "1", isForEmpty: true },
      { at: "compose.yaml:3:12", path: "services.web.image", fragment: "$TAG" },
      { at: "compose.yaml:4:14", path: "services.web.command", fragment: "${TAG?none}" },
    ]);
  });
});

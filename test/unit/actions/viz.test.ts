import { expect, test } from "vitest";
import { viz } from "../../../src/actions/viz.ts";
import { dependsOn, sampleProject } from "../../support/sample-project.ts";

const project = sampleProject({
  services: {
    web: {
      networks: { front: null, back: null },
      ports: [
        { target: 80, published: "8080" },
        { target: 9000, published: "9000", hostIp: "127.0.0.1", protocol: "udp" },
        { target: 443 },
      ],
      dependsOn: { db: dependsOn("healthy", { required: false }), api: dependsOn("started") },
    },
    api: { build: { context: "." }, dependsOn: { db: dependsOn("started") } },
    db: { networkMode: "none", image: "postgres" },
  },
  networks: { front: {}, back: {} },
});

test("draws services and their dependencies as docker compose alpha viz does, in a lasting order", () => {
  expect(viz(project, { indentation: "\t" })).toBe(`digraph "app" {
\tlayout=dot;
\t"api" [style="filled" label=<<font point-size="15">api</font>>];
\t"db" [style="filled" label=<<font point-size="15">db</font>>];
\t"web" [style="filled" label=<<font point-size="15">web</font>>];

\t"api" -> "db";
\t"web" -> "api";
\t"web" -> "db";
}
`);
});

test("shows networks, ports and images where asked", () => {
  const lines = viz(project, { networks: true, ports: true, image: true, indentation: "  " }).split("\n");
  const small = (title: string, ...parts: readonly string[]): string =>
    `<font point-size="10"><br/><br/><b>${title}:</b><br/>${parts.join("<br/>")}</font>`;
  expect(lines).toContain(
    `  "web" [style="filled" label=<<font point-size="15">web</font>${small("Networks", "back", "front")}${small(
      "Ports",
      "8080:80 (tcp, ingress)",
      "127.0.0.1:9000:9000 (udp, ingress)",
      ":443 (tcp, ingress)",
    )}${small("Image", "web:1")}>];`,
  );
  expect(lines).toContain(
    `  "db" [style="filled" label=<<font point-size="15">db</font>${small("Image", "postgres")}>];`,
  );
  expect(lines.join("\n")).toContain("app-api");
});

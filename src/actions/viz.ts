import type { Port, Project, Service } from "../compose/project.ts";
import { imageOf } from "../plan/names.ts";

/** What a graph of services shows, and how it is indented. */
export interface VizOptions {
  readonly networks?: boolean;
  readonly ports?: boolean;
  readonly image?: boolean;
  readonly indentation: string;
}

/** The dependencies of a project as a graph in the DOT language, the text that `docker compose alpha viz` prints. */
export function viz(project: Project, options: VizOptions): string {
  const services = Object.values(project.services).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const nodes = services.map(
    (service) => `${quoted(service.name)} [style="filled" label=<${label(project, service, options)}>];`,
  );
  const edges = services.flatMap(({ name, dependsOn = {} }) =>
    Object.keys(dependsOn)
      .toSorted()
      .map((dependency) => `${quoted(name)} -> ${quoted(dependency)};`),
  );
  const indented = (lines: readonly string[]): string[] => lines.map((line) => `${options.indentation}${line}`);
  return [
    `digraph ${quoted(project.name)} {`,
    ...indented(["layout=dot;", ...nodes]),
    "",
    ...indented(edges),
    "}",
    "",
  ].join("\n");
}

function label(project: Project, service: Service, { networks, ports, image }: VizOptions): string {
  const sections = [
    ...(networks === true ? [section("Networks", Object.keys(service.networks ?? {}).toSorted())] : []),
    ...(ports === true ? [section("Ports", (service.ports ?? []).map(portText))] : []),
    ...(image === true ? [section("Image", [imageOf(project, service)])] : []),
  ];
  return `<font point-size="15">${escaped(service.name)}</font>${sections.join("")}`;
}

function section(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return `<font point-size="10"><br/><br/><b>${title}:</b><br/>${lines.map(escaped).join("<br/>")}</font>`;
}

function portText({ hostIp, published = "", target, protocol = "tcp", mode = "ingress" }: Port): string {
  return `${hostIp === undefined ? "" : `${hostIp}:`}${published}:${target} (${protocol}, ${mode})`;
}

function quoted(name: string): string {
  return `"${name}"`;
}

/** Labels are HTML of a kind. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

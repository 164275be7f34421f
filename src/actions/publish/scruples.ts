import type { Project, Service } from "../../compose/project.ts";
import type { Path } from "../../compose/source.ts";
import type { Problem } from "../../plan/problem.ts";
import { coverText } from "../../plan/secrets.ts";
import type { PublishedFile } from "./artifact.ts";

/** What keeps a project from being published: all of it, with its places. */
export function obstacles(
  project: Project,
  { withEnvironment, others }: { readonly withEnvironment: boolean; readonly others: readonly string[] },
): Problem[] {
  return [
    ...others.map((file): Problem => ({
      code: "unsupported",
      message: `${file} is extended or included: publish sends compose files, and none that they name`,
      hint: "publish one file that says it all: tscompose config > published.yaml",
    })),
    ...servicesOf(project).flatMap((service) => serviceObstacles(service, withEnvironment)),
    ...Object.values(project.configs).flatMap(({ environment }, index): Problem[] => {
      const path = ["configs", Object.keys(project.configs)[index] ?? "", "environment"];
      return environment === undefined || withEnvironment ? [] : [{ code: "invalid-project", path, ...notAsked }];
    }),
  ];
}

const notAsked = {
  message: "values of variables are not published unasked",
  hint: "allow it with --with-env, or take it out of the file",
} as const;

function serviceObstacles(service: Service, withEnvironment: boolean): Problem[] {
  const at = (...path: Path): Path => ["services", service.name, ...path];
  const { build, image = "", provider, environment = {}, envFile = [] } = service;
  const isBuiltOnly = build !== undefined && image === "" && provider === undefined;
  const isTelling = Object.keys(environment).length > 0 && !withEnvironment;
  return [
    ...(isBuiltOnly
      ? [
          {
            code: "invalid-project",
            path: at("build"),
            message: "nobody else can build it",
            hint: "give it an image",
          } as const,
        ]
      : []),
    ...(isTelling ? [{ code: "invalid-project", path: at("environment"), ...notAsked } as const] : []),
    ...(envFile.length > 0
      ? [
          {
            code: "unsupported",
            path: at("env_file"),
            message: "publish sends compose files, and none that they name",
            hint: "write the variables into environment",
          } as const,
        ]
      : []),
  ];
}

/** What a person should think about before it is for others to read, in lines; nothing: nothing is to be asked. */
export function scruples(project: Project, files: readonly PublishedFile[]): readonly string[] {
  const mounts = servicesOf(project).flatMap(({ name, volumes = [] }) =>
    volumes.flatMap(({ type, source = "" }) => (type === "bind" ? [`${name} mounts ${source} of this machine`] : [])),
  );
  const variables = servicesOf(project).flatMap(({ name, environment = {} }) => {
    const names = Object.keys(environment);
    return names.length === 0 ? [] : [`${name} has variables: ${names.join(", ")}`];
  });
  const secrets = files.flatMap(({ name, text }) =>
    text.split("\n").flatMap((line, index) => (looksSecret(line) ? [`${name}:${index + 1} looks like a secret`] : [])),
  );
  return [...mounts, ...variables, ...secrets];
}

/** Keys by which clouds and forges know theirs, beside what is a secret by its name. */
const knownSecrets =
  /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{36,}|github_pat_\w{22,}|xox[abp]-[\w-]{10,}|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+)\b|-----BEGIN [A-Z ]*PRIVATE KEY/;

function looksSecret(line: string): boolean {
  return knownSecrets.test(line) || coverText(line) !== line;
}

function servicesOf({ services, disabledServices }: Project): Service[] {
  return [...Object.values(services), ...Object.values(disabledServices)];
}

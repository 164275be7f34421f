import type { Project, Service } from "../compose/project.ts";
import type { LoadContext } from "../compose/load.ts";

/** Variables of each service, by name; those of images are not among them. */
export type ServiceVariables = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * What the containers of a project find in their environment, as far as its files tell. What official images read from a
 * file (`POSTGRES_PASSWORD_FILE`) counts as if it were set, where the file is a secret or config of the project.
 */
export async function knownVariables(project: Project, context: KnownContext): Promise<ServiceVariables> {
  const found = Object.values(project.services).map(async (service) => {
    const set = Object.entries(service.environment ?? {}).flatMap(([name, value]) =>
      value === null ? [] : [[name, value] as const],
    );
    const read = await Promise.all(
      set.map(async ([name, path]) => readPointed(name, path, { project, service }, context)),
    );
    return [service.name, { ...Object.fromEntries(read.flat()), ...Object.fromEntries(set) }] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

type KnownContext = Pick<LoadContext, "files" | "environment">;

interface Owner {
  readonly project: Project;
  readonly service: Service;
}

async function readPointed(
  name: string,
  path: string,
  { project, service }: Owner,
  { files, environment }: KnownContext,
): Promise<readonly (readonly [string, string])[]> {
  if (!name.endsWith("_FILE")) return [];
  const secret = service.secrets?.find(({ source, target = source }) => absolute(target, "/run/secrets") === path);
  const config = service.configs?.find(({ source, target = source }) => absolute(target, "") === path);
  const object =
    secret === undefined
      ? config === undefined
        ? undefined
        : project.configs[config.source]
      : project.secrets[secret.source];
  const text = object === undefined ? undefined : await contentOf(object, { files, environment });
  return text === undefined ? [] : [[name.slice(0, -"_FILE".length), text.replace(/\n$/, "")]];
}

/** What the secrets of a project hold, as far as it is to be found on this machine. */
export async function secretValues({ secrets }: Project, context: KnownContext): Promise<readonly string[]> {
  const found = await Promise.all(Object.values(secrets).map((secret) => contentOf(secret, context)));
  return found.filter((text) => text !== undefined);
}

type Content = Pick<Project["secrets"][string], "content" | "environment" | "file">;

async function contentOf(
  { content, environment: variable, file }: Content,
  { files, environment }: KnownContext,
): Promise<string | undefined> {
  if (content !== undefined) return content;
  if (variable !== undefined) return environment[variable];
  return file === undefined ? undefined : await files.readText(file, { maxBytes: 65_536 });
}

function absolute(target: string, folder: string): string {
  return target.startsWith("/") ? target : `${folder}/${target}`;
}

import type { ContainerCreateBody } from "../docker-api/container.ts";
import type { Service } from "../compose/project.ts";
import { label } from "../observe/labels.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { digest } from "./config-hash.ts";
import type { Guard } from "./plan.ts";
import type { Planning } from "./planning.ts";

/** What a provider tells the services that depend on it, by the names they know it by: `DATABASE_URL`. */
export type Variables = Readonly<Record<string, string>>;

/** Providers that a service is told variables by, in a fixed order. */
export function providersOf({ dependsOn = {} }: Service, providers: ReadonlyMap<string, unknown>): string[] {
  return Object.keys(dependsOn)
    .filter((name) => providers.has(name))
    .toSorted();
}

/** Steps after which the variables of a service are known. */
export function providerSteps(service: Service, providers: ReadonlyMap<string, number>): number[] {
  return providersOf(service, providers).flatMap((name) => providers.get(name) ?? []);
}

/** Tells two sets of variables apart. */
export function variablesDigest(variables: Variables): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return digest(lines.toSorted().join("\0"));
}

/** The service with what providers tell it: their word counts, as for Docker Compose. */
export function serviceWith(service: Service, variables: Variables): Service {
  if (Object.keys(variables).length === 0) return service;
  return { ...service, environment: { ...service.environment, ...variables } };
}

/** The body with what providers tell the container, and a label that says who told what. */
export function bodyWith(
  body: ContainerCreateBody,
  told: readonly (readonly [provider: string, variables: Variables])[],
): ContainerCreateBody {
  const variables = Object.assign({}, ...told.map(([, own]) => own)) as Variables;
  if (Object.keys(variables).length === 0) return body;
  const own = (body.Env ?? []).filter((text) => !Object.hasOwn(variables, nameIn(text)));
  const all = [...own, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
  const names = told.flatMap(([provider, each]) => Object.keys(each).map((name) => `${provider}:${name}`));
  return { ...body, Env: all.toSorted(), Labels: { ...body.Labels, [label.provided]: names.toSorted().join(",") } };
}

/** A service as one of its containers knows it, and what would make another container of it. */
export interface AsProvided {
  readonly service: Service;
  readonly when: readonly Guard[];
}

/** What an existing container was told by providers; it can stay only if they tell the same again. */
export function asProvided(
  { providers, snapshot }: Planning,
  service: Service,
  container: ObservedContainer,
): AsProvided {
  const image = snapshot.images[container.imageId]?.config.Env ?? [];
  const told = providersOf(service, providers).map(
    (provider) => [provider, knownVariables(container, { service, provider, image })] as const,
  );
  return {
    service: serviceWith(service, Object.assign({}, ...told.map(([, variables]) => variables)) as Variables),
    when: told.map(([provider, variables]) => ({
      kind: "variables-changed",
      provider,
      from: variablesDigest(variables),
    })),
  };
}

/** Where no label says it, the container is of Docker Compose: what goes by the provider's name is its word. */
function knownVariables(
  { labels, details }: ObservedContainer,
  known: { readonly service: Service; readonly provider: string; readonly image: readonly string[] },
): Variables {
  const { service, provider, image } = known;
  const told = labels[label.provided];
  const names = new Set(told?.split(",").filter((text) => text.startsWith(`${provider}:`)));
  const prefix = `${provider.toUpperCase()}_`;
  const isTold = (text: string): boolean => {
    const name = nameIn(text);
    if (told !== undefined) return names.has(`${provider}:${name}`);
    return name.startsWith(prefix) && !Object.hasOwn(service.environment ?? {}, name) && !image.includes(text);
  };
  const texts = (details?.Config.Env ?? []).filter(isTold);
  return Object.fromEntries(texts.map((text) => [nameIn(text), text.slice(nameIn(text).length + 1)]));
}

function nameIn(assignment: string): string {
  return assignment.split("=", 1).join("");
}

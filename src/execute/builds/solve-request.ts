import { createHash } from "node:crypto";
import { isAbsolute, join } from "node:path";
import type { CacheEntry } from "../../buildkit-api/control.ts";
import type { Build, Ulimit } from "../../compose/project.ts";
import type { BuildRequest } from "../../engine/buildkit/build-session.ts";
import type { Operation } from "../../plan/operation.ts";
import { cacheEntry } from "../../plan/build-caches.ts";

/** A folder that a build is sent, by the name it gives it. */
export interface NamedFolder {
  readonly name: string;
  readonly source: { readonly path: string } | { readonly dockerfile: string };
}

/** What BuildKit is asked, and the folders it may then ask for. */
export interface Solve {
  readonly request: BuildRequest;
  readonly folders: readonly NamedFolder[];
}

type BuildImage = Extract<Operation, { kind: "build-image" }>;

/** Whether a context is fetched by the builder: an address, or the name of an image. */
export function isRemoteContext(context: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/|^git@|^github\.com\//.test(context);
}

/**
 * Says to the Dockerfile frontend what a build is to be: its options are those of moby/buildkit, frontend/dockerui, given
 * as Docker's own client gives them (docker/buildx, build/opt.go). `hostGateway` is the address that the name stands for,
 * `caches` are those to be read, as far as they are there.
 */
export function solveOf(
  operation: BuildImage,
  hostGateway: string | undefined,
  caches: readonly CacheEntry[] = (operation.build.cacheFrom ?? []).map(cacheEntry),
): Solve {
  const { image, build, labels, platform } = operation;
  const tags = [...new Set([image, ...(build.tags ?? [])])];
  const source = sourceOf(build);
  const contexts = namedContexts(build.additionalContexts ?? {});
  const platforms = platform === undefined ? (build.platforms ?? []) : [platform];
  const frontendAttrs = {
    ...source.attrs,
    ...contexts.attrs,
    ...prefixed("build-arg:", build.args ?? {}),
    ...prefixed("label:", labels),
    "image-resolve-mode": build.pull === true ? "pull" : "local",
    ...optional("target", build.target),
    ...optional("no-cache", build.noCache === true ? "" : build.noCacheFilter?.join(",")),
    ...optional("platform", platforms.length === 0 ? undefined : platforms.join(",")),
    ...optional("force-network-mode", networkOf(build)),
    ...optional("add-hosts", hostsOf(build.extraHosts ?? {}, hostGateway)),
    ...optional("shm-size", build.shmSizeBytes === undefined ? undefined : String(build.shmSizeBytes)),
    ...optional("ulimit", limitsOf(build.ulimits ?? {})),
    ...optional("cache-imports", caches.length === 0 ? undefined : JSON.stringify(caches.map(asGoWrites))),
  };
  const request = {
    frontend: "dockerfile.v0",
    frontendAttrs,
    exporters: [{ type: "moby", attrs: { name: tags.join(",") } }],
    entitlements: entitlementsOf(build),
    cache: { imports: caches, exports: (build.cacheTo ?? []).map(cacheEntry) },
  };
  return { request, folders: [...source.folders, ...contexts.folders] };
}

interface Source {
  readonly attrs: Readonly<Record<string, string>>;
  readonly folders: readonly NamedFolder[];
}

function sourceOf({ context = ".", dockerfile = "Dockerfile", dockerfileInline }: Build): Source {
  const isRemote = isRemoteContext(context);
  const folder: readonly NamedFolder[] = isRemote ? [] : [{ name: "context", source: { path: context } }];
  const remote = isRemote ? { context } : {};
  if (dockerfileInline !== undefined) {
    const name = nameOf("dockerfile", dockerfileInline);
    return {
      attrs: { ...remote, dockerfilekey: name, filename: "Dockerfile" },
      folders: [...folder, { name, source: { dockerfile: dockerfileInline } }],
    };
  }
  if (isRemote && !isAbsolute(dockerfile)) return { attrs: { context, filename: dockerfile }, folders: [] };
  const path = isAbsolute(dockerfile) ? dockerfile : join(context, dockerfile);
  const directory = path.slice(0, Math.max(1, path.lastIndexOf("/")));
  const name = nameOf("dockerfile", directory);
  return {
    attrs: { ...remote, dockerfilekey: name, filename: path.slice(path.lastIndexOf("/") + 1) },
    folders: [...folder, { name, source: { path: directory } }],
  };
}

/** Contexts by name: what is fetched is named as it is, what is sent by a name of its own. */
function namedContexts(contexts: Readonly<Record<string, string>>): Source {
  const entries = Object.entries(contexts);
  const local = entries.filter(([, source]) => !isRemoteContext(source));
  const named = local.map(([name, path]) => ({ name, local: nameOf("context", path), path }));
  return {
    attrs: {
      ...prefixed("context:", Object.fromEntries(entries.filter(([, source]) => isRemoteContext(source)))),
      ...Object.fromEntries(named.map(({ name, local: key }) => [`context:${name}`, `local:${key}`])),
    },
    folders: named.map(({ local: name, path }) => ({ name, source: { path } })),
  };
}

/** A name that is the same for the same source, and that no other source has. */
function nameOf(kind: string, source: string): string {
  return `${kind}-${createHash("sha256").update(source).digest("hex").slice(0, 16)}`;
}

function prefixed(prefix: string, values: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[`${prefix}${name}`, value]])),
  );
}

function optional(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

function networkOf({ network }: Build): string | undefined {
  return network === "host" || network === "none" ? network : undefined;
}

/** What a build may do beyond the usual, as it was asked for in so many words. */
function entitlementsOf({ entitlements = [], privileged, network }: Build): string[] {
  const implied = [
    ...(privileged === true ? ["security.insecure"] : []),
    ...(network === "host" ? ["network.host"] : []),
  ];
  return [...new Set([...entitlements, ...implied])];
}

function hostsOf(
  hosts: Readonly<Record<string, readonly string[]>>,
  hostGateway: string | undefined,
): string | undefined {
  const pairs = Object.entries(hosts).flatMap(([name, addresses]) =>
    addresses.map((address) => `${name}=${address === "host-gateway" ? (hostGateway ?? address) : address}`),
  );
  return pairs.length === 0 ? undefined : pairs.join(",");
}

function limitsOf(limits: Readonly<Record<string, Ulimit>>): string | undefined {
  const texts = Object.entries(limits).map(([name, { single = 0, soft = single, hard = single }]) => {
    return `${name}=${soft}:${hard}`;
  });
  return texts.length === 0 ? undefined : texts.join(",");
}

function asGoWrites({ type, attrs }: CacheEntry): object {
  return { Type: type, Attrs: attrs };
}

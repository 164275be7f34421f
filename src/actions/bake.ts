import { isAbsolute, join } from "node:path";
import type { Build } from "../compose/project.ts";
import type { Operation } from "../plan/operation.ts";
import type { Plan } from "../plan/plan.ts";

type BuildImage = Extract<Operation, { kind: "build-image" }>;

/** What a plan builds, as a file for `docker buildx bake`, in the shape that Docker Compose prints. */
export function bakeFile({ steps }: Plan): object {
  const builds = steps.flatMap(({ operation }) => (operation.kind === "build-image" ? [operation] : []));
  const pushed = new Set(steps.flatMap(({ operation }) => (operation.kind === "push-image" ? [operation.image] : [])));
  const targets = builds.map((operation) => [operation.service, targetOf(operation, builds, pushed)] as const);
  return {
    group: { default: { targets: builds.map(({ service }) => service) } },
    target: Object.fromEntries(targets.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function targetOf(operation: BuildImage, all: readonly BuildImage[], pushed: ReadonlySet<string>): object {
  const { image, build, labels, platform, secrets = [] } = operation;
  const { context = ".", dockerfile = "Dockerfile", dockerfileInline } = build;
  const isLocal = !context.includes("://") && !isAbsolute(dockerfile);
  const attested = [
    ...(build.provenance === undefined ? [] : [`type=provenance,${build.provenance}`]),
    ...(build.sbom === undefined ? [] : [`type=sbom,${build.sbom}`]),
  ];
  return withoutEmpty({
    context,
    contexts: contextsOf(build, all),
    dockerfile: dockerfileInline === undefined ? (isLocal ? join(context, dockerfile) : dockerfile) : undefined,
    "dockerfile-inline": dockerfileInline,
    args: escaped(build.args),
    labels,
    tags: [...new Set([image, ...(build.tags ?? [])])],
    "cache-from": build.cacheFrom,
    "cache-to": build.cacheTo,
    target: build.target,
    secret: secrets.map((secret) =>
      "file" in secret
        ? `id=${secret.id},type=file,src=${secret.file}`
        : `id=${secret.id},type=env,env=${secret.environment}`,
    ),
    ssh: build.ssh?.map(({ id, path }) => (path === undefined ? id : `${id}=${path}`)),
    platforms: platform === undefined ? build.platforms : [platform],
    pull: build.pull,
    "no-cache": build.noCache,
    "no-cache-filter": build.noCacheFilter,
    network: build.network,
    "shm-size": build.shmSizeBytes === undefined ? undefined : String(build.shmSizeBytes),
    ulimits: Object.entries(build.ulimits ?? {}).map(([name, { single = 0, soft = single, hard = single }]) => {
      return `${name}=${soft}:${hard}`;
    }),
    entitlements: [...new Set([...(build.entitlements ?? []), ...(build.privileged ? ["security.insecure"] : [])])],
    "extra-hosts": Object.fromEntries(
      Object.entries(build.extraHosts ?? {}).map(([name, addresses]) => [name, addresses.join(",")]),
    ),
    attest: attested,
    output: [pushed.has(image) ? "type=registry" : "type=docker"],
  });
}

/** Images that are built along with it are named by their targets. */
function contextsOf({ additionalContexts = {} }: Build, all: readonly BuildImage[]): Record<string, string> {
  const named = Object.entries(additionalContexts).map(([name, source]) => {
    const target = all.find(({ image }) => source === `docker-image://${image}`);
    return [name, target === undefined ? source : `target:${target.service}`];
  });
  return Object.fromEntries(named);
}

/** A dollar sign would begin a variable of bake. */
function escaped(args: Build["args"] = {}): Record<string, string> {
  const given = Object.entries(args).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  return Object.fromEntries(given.map(([name, value]) => [name, value.replaceAll("${", "$${")]));
}

function withoutEmpty(target: Readonly<Record<string, unknown>>): object {
  const isEmpty = (value: unknown): boolean =>
    value === undefined || value === false || (typeof value === "object" && Object.keys(value ?? {}).length === 0);
  return Object.fromEntries(Object.entries(target).filter(([, value]) => !isEmpty(value)));
}

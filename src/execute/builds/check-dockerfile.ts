import type { BuildSession } from "../../engine/buildkit/build-session.ts";
import { TscomposeError } from "../../errors.ts";
import type { Operation } from "../../plan/operation.ts";
import { type BuildCaches, cachesOf } from "./caches.ts";
import type { BuildSessions } from "./sessions.ts";
import { isRemoteContext, solveOf } from "./solve-request.ts";

/** What a builder has to say against a Dockerfile. */
export interface DockerfileWarning {
  /** `StageNameCasing` */
  readonly rule: string;
  /** `Stage name 'Web' should be lowercase` */
  readonly message: string;
  readonly url: string;
  /** Counts from 1; absent where the file as a whole is meant. */
  readonly line?: number;
}

type BuildImage = Extract<Operation, { kind: "build-image" }>;

/** Joins the session that a build is to have; what it asks for is offered there. */
export async function joinFor(operation: BuildImage, sessions: BuildSessions): Promise<JoinedBuild> {
  const { build, secrets = [] } = operation;
  const { context = "." } = build;
  const offer = { context: isRemoteContext(context) ? undefined : context, secrets, ssh: build.ssh ?? [] };
  const { folders } = solveOf(operation, undefined);
  const caches = cachesOf(build);
  const session = await sessions.join(offer, { folders, blobs: caches.folders });
  const addresses = Object.values(build.extraHosts ?? {}).flat();
  const hostGateway = addresses.includes("host-gateway") ? await gatewayOf(session) : undefined;
  return { session, caches, request: solveOf(operation, hostGateway, caches.imports).request };
}

async function gatewayOf(session: BuildSession): Promise<string> {
  const address = await session.hostGateway();
  if (address !== undefined) return address;
  const message = "extra_hosts: the engine does not tell what host-gateway stands for";
  throw new TscomposeError({
    code: "unsupported",
    message,
    hint: "write the address, or build with DOCKER_BUILDKIT=0",
  });
}

interface JoinedBuild {
  readonly session: BuildSession;
  readonly caches: BuildCaches;
  readonly request: ReturnType<typeof solveOf>["request"];
}

/** Asks what there is to be said against the Dockerfile of a build, and builds nothing. */
export async function checkDockerfile(
  operation: BuildImage,
  sessions: BuildSessions,
  signal: AbortSignal,
): Promise<readonly DockerfileWarning[]> {
  const { session, request } = await joinFor(operation, sessions);
  const { warnings } = JSON.parse(await session.lint(request, { signal })) as LintAnswer;
  return (warnings ?? []).map(({ ruleName, detail = "", description = "", url = "", location }) => {
    const line = location?.ranges?.[0]?.start?.line;
    return { rule: ruleName, message: detail || description, url, ...(line === undefined ? {} : { line }) };
  });
}

/** moby/buildkit, frontend/subrequests/lint/lint.go: `LintResults`; Go writes a list of nothing as null. */
interface LintAnswer {
  readonly warnings?:
    | readonly {
        readonly ruleName: string;
        readonly description?: string;
        readonly url?: string;
        readonly detail?: string;
        readonly location?: { readonly ranges?: readonly { readonly start?: { readonly line?: number } }[] };
      }[]
    | null;
}

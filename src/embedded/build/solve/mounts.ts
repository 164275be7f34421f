import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type Server, createServer } from "node:net";
import { dirname, join } from "node:path";
import type { ContainerMount } from "../../containers/container.ts";
import { InRoot, PathError, pathBytes } from "../../host/in-root.ts";
import { mount, unmount } from "../../host/mounts.ts";
import { overlayPath } from "../../host/overlay-path.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import { copyFiles } from "../files/copy-files.ts";
import { type CommandMount, type CommandStep, type Step, wholeFolder } from "../plan/steps.ts";
import type { SolveParts } from "./parts.ts";
import { foldersOf } from "./snapshot.ts";
import { type Solved, openTree } from "./source.ts";

/** What is mounted for one command, until it is disposed of. */
export interface CommandMounts extends AsyncDisposable {
  readonly mounts: readonly ContainerMount[];
  /** Where, in the container. */
  readonly targets: readonly string[];
  /** Variables that go with them: secrets, and where an agent listens. */
  readonly env: ReadonlyMap<string, string>;
}

/** Collects what the mounts of one command need. */
interface Opening {
  readonly parts: SolveParts;
  readonly step: CommandStep;
  readonly solve: (step: Step) => Promise<Solved>;
  /** A folder for this command alone, for nobody else to see. */
  readonly folder: string;
  readonly stack: AsyncDisposableStack;
  readonly mounts: ContainerMount[];
  readonly env: Map<string, string>;
}

/** Prepares the mounts of `RUN --mount`. Throws a {@link DockerfileError} for sources, secrets and agents that are missing. */
export async function openMounts(
  parts: SolveParts,
  step: CommandStep,
  solve: (step: Step) => Promise<Solved>,
): Promise<CommandMounts> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(parts.scratchFolder, "c-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const opening: Opening = { parts, step, solve, folder, stack, mounts: [], env: new Map() };
  for (const [index, wish] of step.mounts.entries()) await openMount(opening, wish, String(index));
  const kept = stack.move();
  return {
    mounts: opening.mounts,
    targets: opening.mounts.map(({ Destination }) => Destination),
    env: opening.env,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function openMount(opening: Opening, wish: CommandMount, name: string): Promise<void> {
  switch (wish.type) {
    case "bind":
      return openBind(opening, wish, name);
    case "cache":
      return openCache(opening, wish);
    case "tmpfs": {
      const options = wish.sizeBytes > 0 ? `size=${wish.sizeBytes}` : "";
      opening.mounts.push({ ...plain(wish.target), Type: "tmpfs", tmpfsOptions: options });
      return;
    }
    case "secret":
      return openSecret(opening, wish, name);
    case "ssh":
      return openAgent(opening, wish, name);
  }
}

function plain(Destination: string): Omit<ContainerMount, "Type"> {
  return { Source: "", Destination, Mode: "", RW: true, Propagation: "" };
}

function bound(Source: string, { target, isReadOnly }: Pick<CommandMount, "target" | "isReadOnly">): ContainerMount {
  return { ...plain(target), Type: "bind", Source, RW: !isReadOnly, Propagation: "rprivate" };
}

async function openBind(opening: Opening, wish: CommandMount, name: string): Promise<void> {
  const { from, source } = wish;
  if (from?.kind === "document") {
    const path = join(opening.folder, name);
    await writeFile(path, from.content, { mode: 0o755 });
    opening.mounts.push(bound(path, wish));
    return;
  }
  const solved = from === undefined ? undefined : await opening.solve(from);
  const folder = await mounted(opening, solved, { isReadOnly: wish.isReadOnly, name });
  opening.mounts.push(bound(await inFolder(folder, source, opening.step), wish));
}

/** A folder of the host that has what is to be mounted; one that can be written to keeps nothing of it. */
async function mounted(
  { parts, folder, stack }: Opening,
  solved: Solved | undefined,
  { isReadOnly, name }: { readonly isReadOnly: boolean; readonly name: string },
): Promise<string> {
  const lowerDirs =
    solved === undefined ? [] : solved.kind === "folder" ? [solved.folder] : foldersOf(parts.images, solved.layers);
  const [only] = lowerDirs;
  const point = join(folder, `${name}.m`);
  await mkdir(point);
  if (only === undefined) return point;
  if (isReadOnly && lowerDirs.length === 1) return only;
  const options = [`lowerdir=${lowerDirs.map(overlayPath).join(":")}`];
  if (!isReadOnly) {
    const temporary = await parts.images.makeTemporary();
    stack.defer(() => rm(temporary, { recursive: true, force: true }));
    const [upper, work] = [join(temporary, "layer"), join(temporary, "work")];
    for (const path of [upper, work]) await mkdir(path);
    options.push(`upperdir=${overlayPath(upper)}`, `workdir=${overlayPath(work)}`);
  }
  await mount({ type: "overlay", device: "overlay", options: options.join(","), point });
  stack.defer(() => unmount(point));
  return point;
}

/** The place of a path in a folder, whatever links are on the way. */
async function inFolder(folder: string, source: string, { location }: CommandStep): Promise<string> {
  await using root = await InRoot.open(folder);
  const missing = new DockerfileError(
    `failed to compute cache key: ${JSON.stringify(source.startsWith("/") ? source : `/${source}`)}: not found`,
    location,
  );
  await using place = await root.find(pathBytes(source), { followsLast: true }).catch((error: unknown) => {
    throw error instanceof PathError ? missing : error;
  });
  if (place.status === undefined) throw missing;
  return folder + Buffer.from(place.path, "latin1").toString();
}

async function openCache(opening: Opening, wish: CommandMount): Promise<void> {
  const { parts, stack, step } = opening;
  const cache = stack.use(await parts.cacheFolders.open(wish.id, wish.sharing, parts.request.signal));
  if (cache.isNew) {
    if (wish.from !== undefined && wish.from.kind !== "document") await fillCache(opening, wish, cache.path);
    await chown(cache.path, wish.uid ?? 0, wish.gid ?? 0);
    await chmod(cache.path, wish.mode ?? 0o755);
  }
  const isWhole = wish.from !== undefined || wish.source === "";
  opening.mounts.push(bound(isWhole ? cache.path : await inFolder(cache.path, wish.source, step), wish));
}

async function fillCache({ parts, solve }: Opening, { from, source }: CommandMount, path: string): Promise<void> {
  if (from === undefined || from.kind === "document") return;
  await using tree = await openTree(parts, await solve(from));
  await using root = await InRoot.open(path);
  await copyFiles(tree, wholeFolder(from, source || "/"), { root, owner: undefined });
}

async function openSecret(opening: Opening, wish: CommandMount, name: string): Promise<void> {
  const { parts, step, folder, env, mounts } = opening;
  const secret = await parts.request.secret(wish.id);
  if (secret === undefined) {
    if (!wish.isRequired) return;
    throw new DockerfileError(`secret ${wish.id}: not found: the build was given no secret of this id`, step.location);
  }
  if (wish.variable !== undefined) env.set(wish.variable, Buffer.from(secret).toString());
  if (wish.target === "") return;
  const path = join(folder, name);
  await writeFile(path, secret, { mode: 0o400 });
  await chown(path, wish.uid ?? 0, wish.gid ?? 0);
  await chmod(path, wish.mode ?? 0o400);
  mounts.push(bound(path, { target: wish.target, isReadOnly: true }));
}

async function openAgent(opening: Opening, wish: CommandMount, name: string): Promise<void> {
  const { parts, step, folder, env, mounts, stack } = opening;
  const target = wish.target || "/run/buildkit/ssh_agent.0";
  // Told even where nobody listens, as BuildKit does.
  if (!env.has("SSH_AUTH_SOCK")) env.set("SSH_AUTH_SOCK", target);
  const first = await parts.request.ssh(wish.id);
  if (first === undefined) {
    if (!wish.isRequired) return;
    throw new DockerfileError(`ssh ${wish.id}: not found: the build was given no agent of this id`, step.location);
  }
  // It may break while nobody listens any more.
  first.on("error", () => {}).destroy();
  const path = join(folder, `${name}.sock`);
  await mkdir(dirname(path), { recursive: true });
  stack.use(await listen(parts, wish.id, path));
  await chown(path, wish.uid ?? 0, wish.gid ?? 0);
  await chmod(path, wish.mode ?? 0o600);
  mounts.push(bound(path, { target, isReadOnly: true }));
}

/** Every program that asks the agent gets a connection of its own. */
async function listen({ request }: SolveParts, id: string, path: string): Promise<AsyncDisposable> {
  const server: Server = createServer((program) => {
    program.on("error", () => {});
    request.ssh(id).then(
      (agent) => {
        if (agent === undefined) return program.destroy();
        agent.on("error", () => program.destroy());
        agent.once("close", () => program.destroy());
        program.once("close", () => agent.destroy());
        return program.pipe(agent).pipe(program);
      },
      () => program.destroy(),
    );
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(path, resolve);
  await promise;
  return { [Symbol.asyncDispose]: async () => void server.close() };
}

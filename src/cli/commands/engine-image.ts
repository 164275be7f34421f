import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import type { ProgressLine } from "../../docker-api/image.ts";
import type { Engine } from "../../engine/engine.ts";
import { TscomposeError, UsageError } from "../../errors.ts";
import { humanDuration } from "../../system/duration.ts";
import { confirm } from "../confirm.ts";
import { exitCode } from "../exit-code.ts";
import { keepFile } from "../keep-file.ts";
import type { Session } from "../session.ts";
import { formatList } from "../view/format.ts";
import { humanSize } from "../view/human.ts";

/** Flags of `engine image`; each verb takes some of them. */
export interface EngineImageFlags {
  readonly all?: boolean;
  readonly change?: readonly string[];
  readonly force?: boolean;
  readonly format?: string;
  readonly input?: string;
  readonly message?: string;
  readonly output?: string;
  readonly platform?: string;
  readonly quiet?: boolean;
}

interface Wish {
  readonly engine: Engine;
  readonly args: readonly string[];
  readonly flags: EngineImageFlags;
  readonly session: Session;
}

interface Verb {
  readonly run: (wish: Wish) => Promise<number | void>;
  readonly flags: readonly (keyof EngineImageFlags)[];
  /** How many names: at least, at most. */
  readonly names: readonly [least: number, most: number];
}

const many = Number.POSITIVE_INFINITY;
const verbs: Readonly<Record<string, Verb>> = {
  ls: { run: list, flags: ["format", "quiet"], names: [0, 0] },
  pull: { run: pull, flags: ["platform", "quiet"], names: [1, many] },
  push: { run: push, flags: ["quiet"], names: [1, many] },
  rm: { run: remove, flags: ["force"], names: [1, many] },
  prune: { run: prune, flags: ["all", "force"], names: [0, 0] },
  load: { run: load, flags: ["input", "quiet"], names: [0, 0] },
  save: { run: save, flags: ["output"], names: [1, many] },
  import: { run: importArchive, flags: ["change", "message", "platform"], names: [1, 2] },
};

/** `engine image VERB`: the images of the embedded engine, for people without Docker's client. */
export async function engineImage(
  [name = "", ...args]: readonly string[],
  { flags, session, open }: Pick<Wish, "flags" | "session"> & { readonly open: () => Promise<Engine> },
): Promise<number> {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) {
    throw new UsageError(`engine image: "${name}" is none of ${Object.keys(verbs).join(", ")}`);
  }
  const [least, most] = verb.names;
  if (args.length < least) throw new UsageError(`engine image ${name}: which one?`);
  if (args.length > most)
    throw new UsageError(`engine image ${name}: too many arguments: ${args.slice(most).join(" ")}`);
  const foreign = Object.keys(flags).find((flag) => !placeFlags.has(flag) && !verb.flags.some((own) => own === flag));
  if (foreign !== undefined) throw new UsageError(`engine image ${name}: there is no --${foreign}`);
  await using engine = await open();
  const code = await verb.run({ engine, args, flags, session });
  return session.signal.aborted ? exitCode.interrupted : (code ?? exitCode.success);
}

/** Of `engine` itself. */
const placeFlags = new Set(["data", "run", "socket", "config"]);

async function list({ engine, flags: { format = "", quiet = false }, session }: Wish): Promise<void> {
  const found = await engine.listImages({});
  const rows = found.flatMap((image) =>
    namesOf(image.RepoTags, image.RepoDigests).map((parts) => ({ ...image, ...parts })),
  );
  if (quiet) {
    session.io.stdout.write([...new Set(rows.map(({ Id }) => `${shortId(Id)}\n`))].join(""));
    return;
  }
  const now = Date.now();
  const cells = rows.map(({ repository, tag, Id, Created, Size }) => {
    return [repository, tag, shortId(Id), `${humanDuration(now - Created * 1000)} ago`, humanSize(Size)];
  });
  const json = rows.map(({ repository, tag, Id, Created, Size }) => {
    return { Repository: repository, Tag: tag, ID: Id, Created, Size };
  });
  session.io.stdout.write(
    formatList(format, { header: ["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"], rows: cells, json }),
  );
}

const nameless = "<none>";

function namesOf(
  tags: readonly string[] | null,
  digests: readonly string[] | null,
): { readonly repository: string; readonly tag: string }[] {
  if (tags !== null && tags.length > 0) {
    return tags.map((name) => {
      const colon = name.lastIndexOf(":");
      return { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
    });
  }
  const [known] = digests ?? [];
  return [{ repository: known?.split("@")[0] ?? nameless, tag: nameless }];
}

async function pull({ engine, args, flags: { platform, quiet = false }, session }: Wish): Promise<void> {
  const { signal } = session;
  for (const name of args) {
    await tell(engine.pullImage(name, { signal, ...(platform === undefined ? {} : { platform }) }), { quiet, session });
    if (quiet && !signal.aborted) session.print(name);
  }
}

async function push({ engine, args, flags: { quiet = false }, session }: Wish): Promise<void> {
  const { signal } = session;
  for (const name of args) {
    await tell(engine.pushImage(name, { signal }), { quiet, session });
    if (quiet && !signal.aborted) session.print(name);
  }
}

/** Goes on when one cannot be removed; tells all that could not. */
async function remove({ engine, args, flags: { force = false }, session }: Wish): Promise<number> {
  let code: number = exitCode.success;
  for (const name of args) {
    try {
      await engine.removeImage(name, { force });
      session.print(`removed ${name}`);
    } catch (error) {
      if (!(error instanceof TscomposeError)) throw error;
      session.io.stderr.write(`${error.message}\n`);
      code = exitCode.failure;
    }
  }
  return code;
}

async function prune({ engine, flags: { all = false, force = false }, session }: Wish): Promise<number> {
  const which = all ? "all images that no container uses" : "all images without a name that no container uses";
  if (!force && !(await confirm(`Remove ${which}?`, session.io))) return exitCode.failure;
  const { ImagesDeleted, SpaceReclaimed } = await engine.pruneImages({ all });
  for (const { Untagged, Deleted } of ImagesDeleted ?? []) session.print(Untagged ?? Deleted ?? "");
  session.print(`freed ${humanSize(SpaceReclaimed)}`);
  return exitCode.success;
}

async function load({ engine, flags: { input, quiet = false }, session }: Wish): Promise<void> {
  const { signal } = session;
  await tell(engine.loadImages(archiveAt(input ?? "-", session), { signal }), { quiet, session });
}

async function save({ engine, args, flags: { output }, session }: Wish): Promise<void> {
  const { io, signal } = session;
  if (output === undefined && io.stdout.isTTY) {
    throw new UsageError("an archive is no use on a terminal", "name a file with --output, or use a pipe");
  }
  const archive = engine.saveImages(args, { signal });
  if (output !== undefined) await keepFile(archive, resolve(io.workingDirectory, output));
  else for await (const bytes of archive) io.stdout.write(bytes);
}

async function importArchive({
  engine,
  args,
  flags: { change = [], message, platform },
  session,
}: Wish): Promise<void> {
  const [path = "-", reference] = args;
  const lines = engine.importImage(archiveAt(path, session), {
    changes: change,
    signal: session.signal,
    ...(reference === undefined ? {} : { reference }),
    ...(message === undefined ? {} : { message }),
    ...(platform === undefined ? {} : { platform }),
  });
  await tell(lines, { quiet: false, session });
}

/** A file, or standard input for `-`. */
async function* archiveAt(path: string, { io }: Session): AsyncGenerator<Uint8Array> {
  if (path === "-" && "isTTY" in io.stdin && io.stdin.isTTY) {
    throw new UsageError("an archive is not typed", "name a file, or use a pipe");
  }
  const source = path === "-" ? io.stdin : createReadStream(resolve(io.workingDirectory, path));
  try {
    for await (const bytes of source) yield bytes as Uint8Array;
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw new UsageError(error.message);
    throw error;
  }
}

/** Every step once: how far it is changes too often for lines that stay. */
async function tell(
  lines: AsyncIterable<ProgressLine>,
  { quiet, session }: { readonly quiet: boolean; readonly session: Session },
): Promise<void> {
  const told = new Set<string>();
  for await (const { id, status, stream } of lines) {
    const text = (stream ?? (id === undefined || status === undefined ? status : `${id}: ${status}`) ?? "").trimEnd();
    if (quiet || text === "" || told.has(text)) continue;
    told.add(text);
    session.print(text);
  }
}

function shortId(id: string): string {
  return id.replace(/^.*:/, "").slice(0, 12);
}

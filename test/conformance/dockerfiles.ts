/**
 * Builds the corpus of Dockerfiles with BuildKit and keeps what becomes of it beside them, or compares:
 *
 *     node test/conformance/dockerfiles.ts [--write] [WORD...]
 *
 * `REFERENCE_DOCKER` is a docker CLI with buildx (default: `docker`), in front of an engine that has the images of
 * `fixtures/images`. Words choose cases by their names.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import { type CorpusCase, corpusCases, makeContext } from "../support/dockerfile-corpus.ts";
import { type ImageFacts, firstLayer, imageFacts } from "../support/image-facts.ts";

const [program = "docker", ...first] = (process.env["REFERENCE_DOCKER"] ?? "docker").split(" ");
const writes = process.argv.includes("--write");
const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const atOnce = 4;
const runFile = promisify(execFile);

const folder = mkdtempSync(join(tmpdir(), "tscompose-corpus-"));
try {
  const context = join(folder, "context");
  mkdirSync(context, { mode: 0o755 });
  await makeContext(context);
  const base = await firstLayer(await docker(["image", "save", "busybox:latest"]));
  let different = 0;
  const cases = (await corpusCases(words)).filter(({ options }) => options.deviates === undefined).values();
  const work = async (): Promise<void> => {
    for (const each of cases) await take(each);
  };
  const take = async (each: CorpusCase): Promise<void> => {
    const facts = await build(each, { context, base });
    const path = each.path.replace(/\.Dockerfile$/, ".json");
    if (writes) writeFileSync(path, `${JSON.stringify(facts, undefined, 2)}\n`);
    else if (!isDeepStrictEqual(JSON.parse(readFileSync(path, "utf8")), JSON.parse(JSON.stringify(facts)))) {
      different += 1;
      process.stdout.write(`${each.name}: differs\n${JSON.stringify(facts, undefined, 2)}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  process.stdout.write(`${different} differ\n`);
  process.exitCode = different === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function build(
  { name, path, options }: CorpusCase,
  { context, base }: { readonly context: string; readonly base: string },
): Promise<ImageFacts | { readonly error: string }> {
  const pairs = (flag: string, values: Readonly<Record<string, string>> = {}): string[] =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  const secrets = Object.entries(options.secrets ?? {}).flatMap(([id, value]) => {
    const file = join(folder, `secret-${id}`);
    writeFileSync(file, value);
    return ["--secret", `id=${id},src=${file}`];
  });
  const contexts = Object.entries(options.contexts ?? {}).map(([key, value]) => [key, join(context, value)] as const);
  const flags = [
    ...pairs("--build-arg", options.buildArgs),
    ...pairs("--label", options.labels),
    ...pairs("--build-context", Object.fromEntries(contexts)),
    ...secrets,
    ...(options.hosts ?? []).flatMap((host) => ["--add-host", host]),
    ...(options.target === undefined ? [] : ["--target", options.target]),
    ...(options.platform === undefined ? [] : ["--platform", options.platform]),
    ...(options.noCache === true ? ["--no-cache"] : []),
  ];
  const tag = `tscompose-corpus:${name}`;
  const args = ["buildx", "build", "--provenance=false", "-q", "-t", tag, "-f", path, ...flags, context];
  try {
    await docker(args);
    return await imageFacts(await docker(["image", "save", tag]), {
      base,
      isTimed: "SOURCE_DATE_EPOCH" in (options.buildArgs ?? {}),
    });
  } catch (error) {
    const { stderr = "" } = error as { stderr?: Buffer };
    process.stdout.write(`${name}: ${String(stderr)}\n`);
    return { error: /ERROR: (.*)/.exec(String(stderr))?.[1] ?? String(stderr) };
  } finally {
    await docker(["image", "rm", "-f", tag]);
  }
}

async function docker(args: readonly string[]): Promise<Buffer> {
  const { stdout } = await runFile(program, [...first, ...args], { maxBuffer: 1024 * 1024 * 1024, encoding: "buffer" });
  return stdout;
}

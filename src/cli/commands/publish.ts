import { basename, resolve } from "node:path";
import { imagesOf, onlyImages, resolveImages } from "../../actions/image-digests.ts";
import { ImpossiblePlanError } from "../../actions/impossible-plan.ts";
import { printProject } from "../../actions/publish/print-project.ts";
import type { OciVersion, PublishedFile } from "../../actions/publish/artifact.ts";
import { publish as send, publishedName } from "../../actions/publish/publish.ts";
import { obstacles, scruples } from "../../actions/publish/scruples.ts";
import { planPush } from "../../actions/push.ts";
import type { Loaded } from "../../compose/load.ts";
import { UsageError } from "../../errors.ts";
import { systemClock } from "../../system/clock.ts";
import { change } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { confirm } from "../confirm.ts";
import { exitCode } from "../exit-code.ts";
import { oneOf } from "../go-flags.ts";
import type { Session } from "../session.ts";

interface PublishFlags {
  readonly app?: boolean;
  readonly ociVersion?: OciVersion;
  readonly resolveImageDigests?: boolean;
  readonly withEnv?: boolean;
  readonly yes?: boolean;
  readonly insecureRegistry?: boolean;
}

/** `publish`: sends the compose files to a registry, for others to use; images that the project builds go first. */
export const publish: CommandModule<PublishFlags> = {
  declare(command) {
    command
      .argument("<repository[:tag]>", "where to")
      .option("--app", "copy the images of the services into the repository, too")
      .option("--oci-version <version>", "1.0 or 1.1 (default: what the registry takes)", oneOf("1.0", "1.1"))
      .option("--resolve-image-digests", "send the digests of the images along, so that nothing moves")
      .option("--with-env", "send values of variables, too")
      .option("-y, --yes", "ask nothing");
    command.addOption(command.createOption("--insecure-registry").hideHelp());
  },
  async run({ args: [repository = "", ...others], flags, session }) {
    if (others.length > 0) throw new UsageError(`expected one repository, got "${others[0]}" as well`);
    const name = publishedName(repository);
    const loaded = await session.load({ resolveEnvironment: false });
    const files = publishedFiles(loaded, flags, session);
    if (!(await mayPublish(loaded, files, flags, session))) return exitCode.interrupted;
    await pushImages(loaded, session);
    const images = flags.app === true ? imagesToCopy(loaded) : undefined;
    const digests = flags.resolveImageDigests === true ? [await digestFile(loaded, session)] : [];
    if (session.flags.dryRun === true) {
      const all = [...files.map((file) => file.name), ...digests.map((file) => file.name), ...(images ?? [])];
      session.print(`publish ${all.join(", ")} as ${name}`);
      return exitCode.success;
    }
    const { homeDirectory } = session.io;
    const context = { environment: loaded.environment, homeDirectory, clock: systemClock, signal: session.signal };
    const version = flags.ociVersion === undefined ? {} : { version: flags.ociVersion };
    const wish = {
      repository,
      files: [...files, ...digests],
      isInsecure: flags.insecureRegistry === true,
      ...version,
      ...(images && { images }),
    };
    session.print(`published ${await send(wish, context)}`);
    return exitCode.success;
  },
};

const isProgram = /\.[cm]?[jt]s$/;

/** The compose files as they are written, unless something of them must not go out. */
function publishedFiles(
  { project, sources, fetched }: Loaded,
  { withEnv = false }: PublishFlags,
  { io }: Session,
): PublishedFile[] {
  const written = [...sources].map(([name, text]) => ({ name, path: resolve(io.workingDirectory, name), text }));
  const configFiles = new Set(project.configFiles);
  const program = project.configFiles.find((path) => isProgram.test(path));
  if (program !== undefined) {
    throw new UsageError(
      `cannot publish ${program}: who fetches it would not run it`,
      "publish what it says: tscompose config > compose.yaml",
    );
  }
  const isRead = ({ name }: { readonly name: string }): boolean => /\.ya?ml$/i.test(name) || isProgram.test(name);
  const copies = new Set(fetched.flatMap((each) => [...each.copies]));
  const isLocal = ({ path }: { readonly path: string }): boolean => !configFiles.has(path) && !copies.has(path);
  const others = written.filter((file) => isLocal(file) && isRead(file)).map(({ name }) => name);
  const problems = obstacles(project, { withEnvironment: withEnv, others });
  if (problems.length > 0) throw new ImpossiblePlanError(problems);
  return project.configFiles.map((path) => {
    const text = written.find((file) => file.path === path)?.text;
    if (text === undefined) throw new UsageError(`cannot publish ${path}: it is no file`);
    return { name: basename(path), text };
  });
}

/** What is published is for others to read: a person says yes to what may be private. */
async function mayPublish(
  { project }: Loaded,
  files: readonly PublishedFile[],
  { yes = false }: PublishFlags,
  { io, flags }: Session,
): Promise<boolean> {
  const found = yes || flags.dryRun === true ? [] : scruples(project, files);
  if (found.length === 0) return true;
  const list = found.map((line) => `  ${line}\n`).join("");
  if (!io.stdin.isTTY) {
    throw new UsageError(
      `what is published is for others to read:\n${list.trimEnd()}`,
      "look through it, then allow it with --yes",
    );
  }
  io.stderr.write(`What is published is for others to read:\n${list}`);
  return confirm("Publish it?", io);
}

/** As Docker Compose: an image that cannot be pushed is told, and keeps nothing. */
async function pushImages({ project, environment }: Loaded, session: Session): Promise<void> {
  if (Object.values(project.services).every(({ build }) => build === undefined)) return;
  await change(session, { environment, plan: (context) => planPush(project, context), check: () => {} });
}

async function digestFile({ project, locate }: Loaded, session: Session): Promise<PublishedFile> {
  await using engine = await session.openEngine();
  const images = await resolveImages(imagesOf(project, locate), engine);
  return { name: "image-digests.yaml", text: printProject(onlyImages(project, images)) };
}

/** Each once, of services that take part in any profile or none. */
function imagesToCopy({ project: { services, disabledServices } }: Loaded): readonly string[] {
  const all = [...Object.values(services), ...Object.values(disabledServices)];
  return [...new Set(all.flatMap(({ image = "" }) => (image === "" ? [] : [image])))];
}

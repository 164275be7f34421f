import { images as listImages, type ListedImage } from "../../actions/images.ts";
import { humanDuration } from "../../system/duration.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { formatList } from "../view/format.ts";
import { humanSize } from "../view/human.ts";

interface ImagesFlags {
  readonly format?: string;
  readonly quiet?: boolean;
}

/** `images`: lists the images that containers were made from. */
export const images: CommandModule<ImagesFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("--format <format>", "table or json")
      .option("-q, --quiet", "show only ids");
  },
  async run({ args, flags, session }) {
    const subject = await session.target();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const listed = await listImages(subject, { services: args }, context);
    if (flags.quiet === true) {
      const ids = new Set(listed.map(({ id }) => id.replace(/^.*:/, "")));
      session.io.stdout.write([...ids].map((id) => `${id}\n`).join(""));
      return exitCode.success;
    }
    const nowMs = context.clock.now();
    const rows = listed.map((image) => toCells(image, nowMs));
    session.io.stdout.write(formatList(flags.format ?? "", { header, rows, json: listed.map(toJson) }));
    return exitCode.success;
  },
};

const header = ["CONTAINER", "REPOSITORY", "TAG", "PLATFORM", "IMAGE ID", "SIZE", "CREATED"];

function toCells(
  { container, id, repository, tag, platform, sizeBytes, created }: ListedImage,
  nowMs: number,
): string[] {
  const age = created === undefined ? "N/A" : `${humanDuration(nowMs - Date.parse(created))} ago`;
  const shortId = id.replace(/^.*:/, "").slice(0, 12);
  return [container, repository || "<none>", tag || "<none>", platform, shortId, humanSize(sizeBytes), age];
}

function toJson({ container, id, repository, tag, platform, sizeBytes, created, lastTagTime }: ListedImage): object {
  return {
    ID: id,
    ContainerName: container,
    Repository: repository,
    Tag: tag,
    Platform: platform,
    Size: sizeBytes,
    Created: created,
    LastTagTime: lastTagTime,
  };
}

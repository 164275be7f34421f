import { volumes as listVolumes } from "../../actions/volumes.ts";
import type { VolumeInfo } from "../../docker-api/volume.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { formatRows, type Row } from "../view/format.ts";

interface VolumesFlags {
  readonly format?: string;
  readonly quiet?: boolean;
}

/** `volumes`: lists the volumes of the project. */
export const volumes: CommandModule<VolumesFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only volumes that these services use")
      .option("--format <format>", "table, table TEMPLATE, json (one object per line), raw, or a Go template")
      .option("-q, --quiet", "show only names");
  },
  async run({ args, flags, session }) {
    const subject = await session.target();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const listed = await listVolumes(subject, { services: args }, context);
    const text =
      flags.quiet === true
        ? listed.map(({ Name }) => `${Name}\n`).join("")
        : formatRows(listed.map(toRow), flags.format ?? "", { table: "{{.Driver}}\t{{.Name}}", titles, raw });
    session.io.stdout.write(text);
    return exitCode.success;
  },
};

const raw = "name: {{.Name}}\ndriver: {{.Driver}}\n";

const titles = {
  Availability: "AVAILABILITY",
  Driver: "DRIVER",
  Group: "GROUP",
  Labels: "LABELS",
  Links: "LINKS",
  Mountpoint: "MOUNTPOINT",
  Name: "VOLUME NAME",
  Scope: "SCOPE",
  Size: "SIZE",
  Status: "STATUS",
};

/** What an ordinary list of volumes does not tell is N/A, as in the docker CLI. */
function toRow({ Name, Driver, Mountpoint, Labels, Scope = "local" }: VolumeInfo): Row {
  const labels = Labels ?? {};
  return {
    Availability: "N/A",
    Driver,
    Group: "N/A",
    Labels: Object.entries(labels)
      .map((pair) => pair.join("="))
      .sort()
      .join(","),
    Links: "N/A",
    Mountpoint,
    Name,
    Scope,
    Size: "N/A",
    Status: "N/A",
    Label: (name: unknown) => labels[String(name)] ?? "",
  };
}

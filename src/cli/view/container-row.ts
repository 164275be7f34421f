import type { ListedContainer } from "../../actions/ps.ts";
import { humanDuration } from "../../system/duration.ts";
import type { FormatOptions, Row } from "./format.ts";
import { humanSize } from "./human.ts";
import { goTime } from "./moment.ts";
import { displayPorts } from "./ports.ts";

/** Formats of `ps`; the engine's column appears only where a container names one. */
export function containerFormat(containers: readonly ListedContainer[]): FormatOptions {
  const namesEngine = containers.some(({ engine }) => engine !== undefined);
  const columns = ["Name", "Image", "Command", "Service", "RunningFor", "Status", "Ports"];
  return {
    table: [...columns, ...(namesEngine ? ["Engine"] : [])].map((field) => `{{.${field}}}`).join("\t"),
    titles,
    raw,
  };
}

/** Fields of a container under the names that templates for Docker Compose use, in their order. */
export function containerRow(
  container: ListedContainer,
  { nowMs, isCut }: { readonly nowMs: number; readonly isCut: boolean },
): Row {
  const { labels, id, engine, createdAtSeconds, sizeBytes, rootSizeBytes } = container;
  const shorten = (text: string, length: number): string => (isCut ? ellipsis(text, length) : text);
  const virtual = rootSizeBytes > 0 ? ` (virtual ${humanSize(rootSizeBytes)})` : "";
  return {
    Command: JSON.stringify(shorten(container.command, 20)),
    // Only on demand: names of time zones are slow to find.
    get CreatedAt() {
      return goTime(createdAtSeconds);
    },
    Engine: engine,
    ExitCode: container.state === "restarting" ? 0 : (container.exitCode ?? 0),
    Health: container.state === "running" ? (container.health ?? "") : "",
    ID: isCut ? id.slice(0, 12) : id,
    Image: container.image,
    Labels: Object.entries(labels)
      .map((pair) => pair.join("="))
      .sort()
      .join(","),
    LocalVolumes: String(container.localVolumes),
    Mounts: container.mounts.map(({ source }) => shorten(source, 15)).join(","),
    Name: container.name,
    Names: isCut ? container.name : container.names.join(","),
    Networks: Object.keys(container.networks).sort().join(","),
    Ports: displayPorts(container.publishers),
    Project: container.project,
    Publishers: container.publishers.map(({ url, targetPort, publishedPort, protocol }) => ({
      URL: url,
      TargetPort: targetPort,
      PublishedPort: publishedPort,
      Protocol: protocol,
    })),
    RunningFor: `${humanDuration(nowMs - createdAtSeconds * 1000)} ago`,
    Service: container.service,
    Size: `${humanSize(sizeBytes)}${virtual}`,
    State: container.state,
    Status: container.status,
    Label: (name: unknown) => labels[String(name)] ?? "",
  };
}

const titles = {
  ID: "CONTAINER ID",
  Name: "NAME",
  Project: "PROJECT",
  Service: "SERVICE",
  Image: "IMAGE",
  Command: "COMMAND",
  CreatedAt: "CREATED AT",
  RunningFor: "CREATED",
  Ports: "PORTS",
  State: "STATE",
  Status: "STATUS",
  Size: "SIZE",
  Labels: "LABELS",
  Engine: "ENGINE",
  Names: "NAMES",
  Health: "HEALTH",
  ExitCode: "EXIT CODE",
  Mounts: "MOUNTS",
  LocalVolumes: "LOCAL VOLUMES",
  Networks: "NETWORKS",
  Publishers: "PUBLISHERS",
};

const raw = [
  "container_id: {{.ID}}",
  "image: {{.Image}}",
  "command: {{.Command}}",
  "created_at: {{.CreatedAt}}",
  "state: {{- pad .State 1 0}}",
  "status: {{- pad .Status 1 0}}",
  "names: {{.Names}}",
  "labels: {{- pad .Labels 1 0}}",
  "ports: {{- pad .Ports 1 0}}",
  "",
].join("\n");

/** Cuts to so many characters, the last of them a `…`. */
function ellipsis(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}

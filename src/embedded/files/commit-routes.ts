import { freezeIfThere, setFrozen } from "../host/freezer.ts";
import { createTar } from "../host/tar.ts";
import { InRoot } from "../host/in-root.ts";
import type { ApiReply, ApiRequest, Route } from "../api/route.ts";
import { readObject } from "../api/json-body.ts";
import type { ContainerDocument } from "../containers/container.ts";
import type { Containers } from "../containers/containers.ts";
import type { ImageConfig, Images } from "../images/images.ts";
import type { Paths } from "../store/paths.ts";
import type { Turns } from "../store/turns.ts";
import { readTar } from "../tar/read-tar.ts";
import { writeTar } from "../tar/write-tar.ts";
import { layerForm } from "./layer-form.ts";

/** What committing takes. */
export interface CommitParts {
  readonly paths: Paths;
  readonly containers: Pick<Containers, "get" | "publish">;
  readonly images: Pick<Images, "commit">;
  readonly turns: Turns;
}

/** `POST /commit` */
export function commitRoutes(parts: CommitParts): readonly Route[] {
  return [{ method: "POST", path: "/commit", handle: (request) => commit(parts, request) }];
}

async function commit(parts: CommitParts, request: ApiRequest): Promise<ApiReply> {
  const { id } = parts.containers.get(request.query.get("container") ?? "");
  const wished = (await readObject(request)) as ImageConfig;
  // Nobody removes or starts it meanwhile.
  return parts.turns(id, () => commitNow(parts, request, { container: parts.containers.get(id), wished }));
}

async function commitNow(
  parts: CommitParts,
  { query }: ApiRequest,
  { container, wished }: { readonly container: ContainerDocument; readonly wished: ImageConfig },
): Promise<ApiReply> {
  const mayRun = ["0", "false"].includes(query.get("pause") ?? "");
  const comment = query.get("comment") ?? "";
  const { id, name } = await frozen(container, mayRun, async () => {
    await using upper = await InRoot.open(parts.paths.container(container.id).upper);
    return await parts.images.commit({
      parentId: container.image.id,
      layer: writeTar(layerForm(readTar(createTar({ fd: upper.fd }, ["."])))),
      config: { ...configOf(container), ...told(wished) },
      changes: query.getAll("changes"),
      command: [...(container.config.Entrypoint ?? []), ...(container.config.Cmd ?? [])].join(" "),
      author: query.get("author") ?? "",
      comment,
      repo: query.get("repo") ?? "",
      tag: query.get("tag") ?? "",
    });
  });
  parts.containers.publish(container, "commit", { imageID: id, imageRef: name, comment });
  return { kind: "json", status: 201, body: { Id: id } };
}

/** Stops the container's processes for the time being, so that what is taken is of one moment. */
async function frozen<Result>(
  { state }: ContainerDocument,
  mayRun: boolean,
  work: () => Promise<Result>,
): Promise<Result> {
  if (mayRun || state.status !== "running" || state.process === undefined) return work();
  const { pid } = state.process;
  if (!(await freezeIfThere(pid))) return work();
  try {
    return await work();
  } finally {
    await setFrozen(pid, false);
  }
}

const keptInImages = [
  "User",
  "ExposedPorts",
  "Env",
  "Entrypoint",
  "Cmd",
  "Volumes",
  "WorkingDir",
  "Labels",
  "StopSignal",
  "Shell",
  "Healthcheck",
  "OnBuild",
] as const;

/** Of a container's configuration that which an image has, too. */
function configOf({ config }: ContainerDocument): ImageConfig {
  const all: Readonly<Record<string, unknown>> = { ...config };
  return told(Object.fromEntries(keptInImages.map((key) => [key, all[key]])));
}

function told(config: ImageConfig): ImageConfig {
  const isTold = ([key, value]: [string, unknown]): boolean =>
    value !== null && value !== undefined && keptInImages.some((each) => each === key);
  return Object.fromEntries(Object.entries(config).filter(isTold));
}

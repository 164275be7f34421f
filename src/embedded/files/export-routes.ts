import type { ApiRequest, Route } from "../api/route.ts";
import type { Containers } from "../containers/containers.ts";
import { listChanges } from "./changes.ts";
import { type RootParts, openBareRoot } from "./container-root.ts";
import { openSource, packSource } from "./pack.ts";

/** `/containers/{id}/export` and `/containers/{id}/changes`: a container's own files, without what is mounted. */
export function exportRoutes(
  parts: RootParts & { readonly containers: Pick<Containers, "get" | "publish"> },
): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/containers/{id}/export",
      handle: ({ params }: ApiRequest) => {
        const container = parts.containers.get(params["id"] ?? "");
        parts.containers.publish(container, "export");
        const body = exported(() => openBareRoot(parts, container));
        return { kind: "stream", contentType: "application/octet-stream", body };
      },
    },
    {
      method: "GET",
      path: "/containers/{id}/changes",
      handle: async ({ params }: ApiRequest) => {
        const body = await listChanges(parts.paths, parts.containers.get(params["id"] ?? ""));
        return { kind: "json", body };
      },
    },
  ];
}

async function* exported(open: () => ReturnType<typeof openBareRoot>): AsyncGenerator<Buffer> {
  await using opened = await open();
  await using place = await opened.root.find("/");
  const source = await openSource(place);
  await using _ = source.folder;
  yield* packSource(opened, source, "");
}

import type { ResourceKind } from "../../events.ts";

/** How a thing is called in every kind of progress: `Container web-1`, the words of Docker Compose. */
export function resourceName({ resource, name }: { readonly resource: ResourceKind; readonly name: string }): string {
  return `${titles[resource]} ${name}`;
}

const titles = {
  container: "Container",
  network: "Network",
  volume: "Volume",
  image: "Image",
  service: "Service",
  model: "Model",
} as const;

import { expect, test } from "vitest";
import { parseImageReference, registryOf } from "../../../src/engine/image-reference.ts";

const hub = "https://index.docker.io/v1/";
const digest = `sha256:${"a".repeat(64)}`;

test.each([
  ["nginx", "nginx", "latest", hub],
  ["nginx:1.27", "nginx", "1.27", hub],
  ["acme/web", "acme/web", "latest", hub],
  ["docker.io/library/nginx", "docker.io/library/nginx", "latest", hub],
  ["ghcr.io/acme/web:2", "ghcr.io/acme/web", "2", "ghcr.io"],
  ["localhost:5000/web", "localhost:5000/web", "latest", "localhost:5000"],
  ["localhost/web:1", "localhost/web", "1", "localhost"],
  [`nginx@${digest}`, "nginx", digest, hub],
  [`ghcr.io/acme/web:2@${digest}`, "ghcr.io/acme/web", digest, "ghcr.io"],
])("%s is %s in version %s, from %s", (reference, repository, version, registry) => {
  expect(parseImageReference(reference)).toEqual({ repository, version });
  expect(registryOf(reference)).toBe(registry);
});

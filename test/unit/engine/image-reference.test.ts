import { expect, test } from "vitest";
import { fullReference, parseImageReference, registryOf } from "../../../src/engine/image-reference.ts";

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

test.each([
  ["nginx", "docker.io/library/nginx:latest"],
  ["acme/web:2", "docker.io/acme/web:2"],
  ["docker.io/nginx", "docker.io/library/nginx:latest"],
  ["index.docker.io/acme/web", "docker.io/acme/web:latest"],
  ["localhost/web", "localhost/web:latest"],
  ["localhost:5000/a/b__c/d--e:v1.0", "localhost:5000/a/b__c/d--e:v1.0"],
  ["[::1]:5000/web", "[::1]:5000/web:latest"],
  ["REGISTRY/web", "REGISTRY/web:latest"],
  [`nginx@${digest}`, `docker.io/library/nginx@${digest}`],
  [`nginx:1.27@${digest}`, `docker.io/library/nginx@${digest}`],
  ["", undefined],
  ["Nginx", undefined],
  ["nginx:", undefined],
  ["nginx:${TAG:-1}", undefined],
  ["nginx@sha256:12", undefined],
  ["acme//web", undefined],
  ["-web", undefined],
])("%s is in full %s", (reference, full) => {
  expect(fullReference(reference)).toBe(full);
});

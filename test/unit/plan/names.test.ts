import { expect, test } from "vitest";
import { containerName, imageOf, isSameReference } from "../../../src/plan/names.ts";
import { loadTexts } from "../../support/load-texts.ts";

test.each([
  { environment: {}, request: {}, names: ["shop-web-1", "shop-web"] },
  { environment: {}, request: { compatibility: true }, names: ["shop_web_1", "shop_web"] },
  { environment: { COMPOSE_COMPATIBILITY: "true" }, request: {}, names: ["shop_web_1", "shop_web"] },
  {
    environment: { COMPOSE_COMPATIBILITY: "true" },
    request: { compatibility: false },
    names: ["shop-web-1", "shop-web"],
  },
])("joins names as $request and $environment say", async ({ environment, request, names }) => {
  const files = { "compose.yaml": "name: shop\nservices: { web: { build: . } }" };
  const { project } = await loadTexts(files, { request, environment });
  const { web } = project.services;
  expect(web && [containerName(project, web, 1), imageOf(project, web)]).toEqual(names);
});

test.each([
  ["busybox", "busybox", true],
  ["localhost/app-web:latest", "app-web", true],
  ["docker.io/library/busybox:1.36", "busybox:1.36", true],
  ["docker.io/acme/web:latest", "docker.io/acme/web", true],
  ["localhost/web:2", "web", false],
  ["busybox", "busybox:latest", false],
  ["localhost:5000/web", "web", false],
])("an engine that tells of %s means %s: %s", (told, meant, isSame) => {
  expect(isSameReference(told, meant)).toBe(isSame);
});

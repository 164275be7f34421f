import { describe, expect, test } from "vitest";
import { HttpError } from "../../../../src/embedded/api/http-error.ts";
import { familiar, parseReference, referenceKey, withDefaultTag } from "../../../../src/embedded/images/reference.ts";
import { matchesReference } from "../../../../src/embedded/images/reference-filter.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("a reference of an image", () => {
  test.each([
    ["busybox", "docker.io/library/busybox:latest", "busybox:latest"],
    ["busybox:1", "docker.io/library/busybox:1", "busybox:1"],
    ["acme/web", "docker.io/acme/web:latest", "acme/web:latest"],
    ["docker.io/acme/web:2", "docker.io/acme/web:2", "acme/web:2"],
    ["index.docker.io/library/busybox", "docker.io/library/busybox:latest", "busybox:latest"],
    ["docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest"],
    ["localhost/web", "localhost/web:latest", "localhost/web:latest"],
    ["localhost:5000/web:1.0", "localhost:5000/web:1.0", "localhost:5000/web:1.0"],
    ["[::1]:5000/web", "[::1]:5000/web:latest", "[::1]:5000/web:latest"],
    ["ghcr.io/a/b/c__d-e.f:V_1.2-x", "ghcr.io/a/b/c__d-e.f:V_1.2-x", "ghcr.io/a/b/c__d-e.f:V_1.2-x"],
    [`busybox@${digest}`, `docker.io/library/busybox@${digest}`, `busybox@${digest}`],
    [`busybox:1@${digest}`, `docker.io/library/busybox@${digest}`, `busybox@${digest}`],
  ])("%s is %s, to people %s", (text, key, short) => {
    expect(referenceKey(withDefaultTag(parseReference(text)))).toBe(key);
    expect(familiar(key)).toBe(short);
  });

  test.each([
    "",
    ":tag",
    "a:",
    "a b",
    "a//b",
    "../etc",
    "a/../b",
    "/abs",
    "a\u0000b",
    "a\nb",
    "Busybox",
    "a:b:c/d",
    "a@sha256:12",
    `a@${digest}@${digest}`,
    `a:${"t".repeat(129)}`,
    "a".repeat(256),
    "0123456789abcdef".repeat(4),
    "-a",
    "a-",
    "a..b",
    "http://host/a",
  ])("%j is refused with 400", (text) => {
    const reading = (): unknown => parseReference(text);
    expect(reading).toThrow(HttpError);
    expect(reading).toThrow(/invalid/);
  });

  test.each([
    ["busybox", true],
    ["busy*", true],
    ["busybox:1.?5", true],
    ["busybox:2", false],
    ["docker.io/library/busybox:1.35", true],
    ["*/busybox", false],
    ["b(usybox", false],
  ])("as a filter %j matches busybox:1.35: %s", (pattern, expected) => {
    expect(matchesReference("docker.io/library/busybox:1.35", pattern)).toBe(expected);
  });
});

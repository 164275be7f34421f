import { expect, test } from "vitest";
import { imageDefinition, imageOfDefinition } from "../../../src/buildkit-api/definition.ts";

test("an image finds its way from one build to another", () => {
  const id = `sha256:${"a".repeat(64)}`;
  expect(imageOfDefinition(imageDefinition(id))).toBe(id);
  expect(imageOfDefinition(new Uint8Array())).toBeUndefined();
});

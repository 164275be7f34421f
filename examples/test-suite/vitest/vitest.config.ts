import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["vitest/*.test.ts"],
    globalSetup: ["vitest/stack.ts"],
    reporters: ["default", "tscompose/testing/vitest-reporter"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

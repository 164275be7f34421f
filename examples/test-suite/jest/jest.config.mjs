export default {
  rootDir: "..",
  testMatch: ["<rootDir>/jest/*.test.mjs"],
  globalSetup: "<rootDir>/jest/setup.mjs",
  globalTeardown: "<rootDir>/jest/teardown.mjs",
  testEnvironment: "tscompose/testing/jest-environment",
  testTimeout: 120_000,
  transform: {},
};

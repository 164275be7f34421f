export default {
  rootDir: "..",
  testMatch: ["<rootDir>/jest/*.test.mjs"],
  globalSetup: "<rootDir>/jest/setup.mjs",
  globalTeardown: "<rootDir>/jest/teardown.mjs",
  testTimeout: 120_000,
  transform: {},
};

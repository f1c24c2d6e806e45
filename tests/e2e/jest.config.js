/** @type {import("jest").Config} */
module.exports = {
  ...require("../../jest.config.js"),
  rootDir: "../..",
  testMatch: ["<rootDir>/tests/e2e/**/*.test.ts"],
  testTimeout: 600_000,
  globalSetup: "<rootDir>/tests/e2e/clear.ts",
  globalTeardown: "<rootDir>/tests/e2e/clear.ts",
};

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/{tests/{unit,golden,scripts},toolchain/providers/tests}/**/*.test.ts"],
  // swc leaves types to tsc, which `make check` runs once for all.
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  // A worker for each core: by itself jest leaves one idle, which is half of a small computer.
  maxWorkers: "100%",
  restoreMocks: true,
  // The whole program is made anew in many tests, beside whatever else this computer does: only one that hangs takes so long.
  testTimeout: 900_000,
};

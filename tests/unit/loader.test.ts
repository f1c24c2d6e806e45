import { spawnSync } from "node:child_process";
import { join } from "node:path";

const project = join(__dirname, "../..");

/** What the SDK does in a program that begins as every program here does: how long stack traces are, and whether it notes its steps. */
function underLoader(env: Readonly<Record<string, string>>): unknown {
  const script = `const log = require("@pulumi/pulumi/log");
    const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
    const promise = Promise.resolve();
    debuggablePromise(promise);
    console.log(JSON.stringify({ lines: promise._debugStackTrace.split("\\n").length - 1, notes: String(log.debug).includes("engine") }));`;
  const preload = ["--require", "./loader.cjs"];
  const { stdout, stderr } = spawnSync(process.execPath, [...preload, "--eval", script], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
}

test("the SDK takes short stack traces and keeps its steps to itself", () => {
  expect(underLoader({})).toEqual({ lines: 1, notes: false });
});
test("and does as ever where its own switch says so", () => {
  const { lines, notes } = underLoader({ PULUMI_DEBUG_PROMISE_LEAKS: "1" }) as { lines: number; notes: boolean };
  expect(lines).toBeGreaterThan(1);
  expect(notes).toBe(true);
});

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

/** What a program prints that begins as every program here does. */
function printed(script: string): string {
  const run = spawnSync(process.execPath, ["--no-deprecation", "--require", "./loader.cjs", "--eval", script], {
    cwd: project,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim();
}

const loads = (name: string) => `Object.keys(require.cache).some((file) => file.includes("/node_modules/${name}/"))`;

test("the SDK's compiler is loaded when something is to be made a text of, and not before", () => {
  const script = `const { runtime } = require("@pulumi/pulumi");
    const before = ${loads("typescript")} || ${loads("@npmcli/arborist")};
    runtime.serializeFunction(() => 1).then(({ text }) => console.log(before, ${loads("typescript")}, text.includes("() => 1")));`;
  expect(printed(script)).toBe("false true true");
});
test("a mistake is told with its line, in what is TypeScript here", () => {
  const script = `require("@pulumi/pulumi");
    try { require("./components/script/compose").compose({ name: "a", script: "", values: { bad: 1 } }); }
    catch (error) { console.log(error.stack.split("\\n")[1]); }`;
  expect(printed(script)).toMatch(/compose\.ts:\d\d+:\d+\)?$/);
});

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

test("the SDK takes no stack trace of each promise, and keeps its steps to itself", () => {
  expect(underLoader({})).toEqual({ lines: 0, notes: false });
});
test("and does as ever where its own switch says so", () => {
  const { lines, notes } = underLoader({ PULUMI_DEBUG_PROMISE_LEAKS: "1" }) as { lines: number; notes: boolean };
  expect(lines).toBeGreaterThan(1);
  expect(notes).toBe(true);
});

/** Where a value is refused that no script can have: its line in the source. */
function lineOfMistake(): RegExp {
  const lines = readFileSync(join(project, "components/script/compose.ts"), "utf8").split("\n");
  const thrown = lines.flatMap((line, index) => (line.includes("throw new Error(") ? [index + 1] : []));
  return new RegExp(`compose\\.ts:(${thrown.join("|")}):\\d+\\)?$`, "m");
}

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
  expect(printed(script)).toMatch(lineOfMistake());
});
test("a mistake is told with its line by Pulumi's runner as well, which maps traces by a package of its own", () => {
  const directory = join(mkdtempSync(join(tmpdir(), "keelson-runner-")), "@pulumi", "pulumi", "cmd", "run");
  mkdirSync(directory, { recursive: true });
  const main = join(directory, "index.js");
  const from = JSON.stringify(join(project, "index.ts"));
  writeFileSync(
    main,
    `const own = require("node:module").createRequire(${from});
     require("node:module").createRequire(own.resolve("@pulumi/pulumi"))("source-map-support/register");
     try { own("./components/script/compose").compose({ name: "a", script: "", values: { bad: 1 } }); }
     catch (error) { console.log(error.stack.split("\\n")[1]); }`,
  );
  const run = spawnSync(process.execPath, ["--require", "./loader.cjs", main], { cwd: project, encoding: "utf8" });
  expect(run.stdout).toMatch(lineOfMistake());
});

describe("what is made of TypeScript", () => {
  let directory: string;
  /** A project whose esbuild tells when it is asked. */
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "keelson-loader-"));
    copyFileSync(join(project, "typescript.cjs"), join(directory, "typescript.cjs"));
    mkdirSync(join(directory, "node_modules", "esbuild"), { recursive: true });
    const real = JSON.stringify(join(project, "node_modules", "esbuild"));
    const fake = `const real = require(${real});
      exports.transformSync = (text, options) => (console.log("made"), real.transformSync(text, options));`;
    writeFileSync(join(directory, "node_modules", "esbuild", "index.js"), fake);
    write("one");
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const write = (word: string) =>
    writeFileSync(join(directory, "main.ts"), `interface A { b: string }\nconsole.log(("${word}" as string));\n`);
  const kept = () => join(directory, "node_modules", ".cache", "keelson", "typescript-1.json");
  const run = () => {
    const args = ["--require", "./typescript.cjs", "./main.ts"];
    const env = { ...process.env, HOME: join(directory, "home") };
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: directory, encoding: "utf8", env });
    return (stdout + stderr).trim().split("\n").join(" ");
  };

  test("is kept, for its owner alone, until the text is another one", () => {
    expect([run(), run()]).toEqual(["made one", "one"]);
    expect(statSync(kept()).mode & 0o777).toBe(0o600);
    write("two");
    expect([run(), run()]).toEqual(["made two", "two"]);
  });
  test("is made again where what was kept is not whole", () => {
    run();
    writeFileSync(kept(), readFileSync(kept(), "utf8").slice(0, -20));
    expect([run(), run()]).toEqual(["made one", "one"]);
  });
  test("is kept in one's home where the project's place is not to be written", () => {
    writeFileSync(join(directory, "node_modules", ".cache"), "");
    expect([run(), run()]).toEqual(["made one", "one"]);
  });
  test("runs also where nothing can be kept", () => {
    for (const name of [join("node_modules", ".cache"), "home"]) writeFileSync(join(directory, name), "");
    expect([run(), run()]).toEqual(["made one", "made one"]);
  });
});

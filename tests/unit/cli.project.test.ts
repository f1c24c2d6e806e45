import { spawnSync } from "node:child_process";
import fs, { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

import * as automation from "@pulumi/pulumi/automation";

import * as project from "../../cli/project";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "keelson-cli-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** The command line's part, as if its project were in a directory of its own. */
function load<Part>(part: () => Promise<Part>, stack: object = {}): Promise<Part> {
  jest.resetModules();
  jest.doMock("../../cli/project", () => ({
    root,
    requireStack: () => undefined,
    openStack: () => Promise.resolve(stack),
  }));
  return part();
}

test.each([
  ["where it lay there before", true],
  ["on a computer that has nothing of the stack yet", false],
])("the administrator's kubeconfig is for its owner alone, also %s", async (_, there) => {
  const file = join(root, ".keelson", "unit", "kubeconfig");
  if (there) {
    mkdirSync(join(root, ".keelson", "unit"), { recursive: true });
    writeFileSync(file, "old", { mode: 0o644 });
  }
  const said = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  jest.replaceProperty(process, "argv", ["node", "main.ts", "kubeconfig", "unit"]);
  await load(() => import("../../cli/main"), {
    name: "unit",
    outputs: () => Promise.resolve({ kubeconfig: { value: "the kubeconfig", secret: true } }),
  });
  while (said.mock.calls.length === 0) await new Promise(setImmediate);
  expect(said.mock.calls).toEqual([[`export KUBECONFIG=${file}\n`]]);
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual(["the kubeconfig", 0o600]);
});

test("what a killed run had under way is taken out of the state, which is else as it was", async () => {
  const pending = { type: "creating", resource: { type: "command:remote:Command", inputs: { name: "w-docker" } } };
  const deployment = { resources: [{ urn: "one" }], pending_operations: [pending] };
  const states = join(root, ".keelson", "state");
  mkdirSync(join(states, ".pulumi", "stacks", "keelson"), { recursive: true });
  writeFileSync(
    join(states, ".pulumi", "stacks", "keelson", "unit.json"),
    JSON.stringify({ checkpoint: { latest: deployment } }),
  );
  jest.replaceProperty(process, "env", { ...process.env, PULUMI_BACKEND_URL: `file://${states}?metadata=skip` });
  jest.spyOn(process.stdout, "write").mockReturnValue(true);
  const { recover } = await load(() => import("../../cli/recover"));
  const left = join(root, ".keelson", "recovered-unit.json");
  writeFileSync(left, "of a run that was killed here");
  const asked: string[][] = [];
  let imported: unknown;
  const run = (args: string[]) => {
    asked.push(args);
    const file = args.at(-1) ?? "";
    if (args[1] === "import") imported = [JSON.parse(readFileSync(file, "utf8")), statSync(file).mode & 0o777];
    return Promise.resolve({ stdout: JSON.stringify({ version: 3, deployment }) });
  };
  await recover({ name: "unit", workspace: { runPulumiCmd: run } } as unknown as automation.Stack);
  expect(imported).toEqual([
    { version: 3, deployment: { resources: [{ urn: "one" }], pending_operations: [] } },
    0o600,
  ]);
  // Nothing is asked for in clear, and nothing is left.
  expect(asked.flat()).not.toContain("--show-secrets");
  expect([asked[1]?.at(-1), existsSync(left)]).toEqual([left, false]);
});

test("what make obtains first is of the stack that is meant, or the Node packages alone", () => {
  const { stdout } = spawnSync("make", ["--dry-run", "docs", "lock", "env", "STACK=unit"], {
    cwd: join(__dirname, "../.."),
    encoding: "utf8",
  });
  expect(stdout.match(/toolchain\/setup[^&\n]*/g)?.map((words) => words.trim())).toEqual([
    ...["toolchain/setup", "toolchain/setup", "toolchain/setup unit shell"],
  ]);
});

/** Machines of a stack's file. */
const machines = (count: number) =>
  `  keelson:machines: [${Array.from({ length: count }, (_, index) => `{ name: m-${index} }`).join(", ")}]\n`;
const few = Math.max(8, 4 * availableParallelism());

test.each([
  ["the person's SSH agent is hidden from plugins", "", { SSH_AUTH_SOCK: "" }],
  ["the person's SSH agent is theirs where it is asked for", "  keelson:ssh: { agent: true }\n", {}],
  ["a dozen machines are worked on two by two", machines(12), { SSH_AUTH_SOCK: "", PULUMI_PARALLEL: "24" }],
  ["a thousand are as few at a time as a master lets in", machines(1000), { SSH_AUTH_SOCK: "", PULUMI_PARALLEL: "32" }],
])("%s", async (_, asked, expected) => {
  const read = fs.readFileSync;
  jest
    .spyOn(fs, "readFileSync")
    .mockImplementation(((path: string, ...more: []) =>
      path === join(project.root, "Pulumi.unit.yaml")
        ? `config:\n  keelson:provider: ssh\n${asked}`
        : read(path, ...more)) as typeof read);
  const commands: string[][] = [];
  const run = (args: string[]) => {
    commands.push(args);
    return Promise.resolve({ stdout: "" });
  };
  jest.spyOn(automation.PulumiCommand, "get").mockResolvedValue({ run } as unknown as automation.PulumiCommand);
  jest.replaceProperty(process, "env", { ...process.env, PULUMI_BACKEND_URL: "s3://elsewhere" });
  expect(existsSync(join(project.root, "Pulumi.unit.yaml"))).toBe(false);
  const { workspace } = await project.openStack("unit");
  // Plain pulumi keeps the stack that somebody selected for it.
  expect(commands).toEqual([["stack", "--stack", "unit"]]);
  expect(workspace.envVars).toEqual({ PULUMI_PARALLEL: String(Math.min(32, few)), ...expected });
});

describe("a stack that the backend does not have", () => {
  const commands: string[][] = [];
  beforeEach(() => {
    commands.length = 0;
    const run = (args: string[]) => {
      commands.push(args);
      return args[1] === "--stack"
        ? Promise.reject(new automation.StackNotFoundError("none"))
        : Promise.resolve({ stdout: "" });
    };
    jest.spyOn(automation.PulumiCommand, "get").mockResolvedValue({ run } as unknown as automation.PulumiCommand);
    jest.replaceProperty(process, "env", { ...process.env, PULUMI_BACKEND_URL: "s3://elsewhere" });
  });

  test("is made, and not selected for plain pulumi, where it may be a new one", async () => {
    await project.openStack("dev");
    expect(commands.at(-1)).toEqual(["stack", "init", "dev", "--no-select"]);
  });
  test("is a mistake where something of it is to be destroyed, or looked at", async () => {
    await expect(project.openStack("dev", "found")).rejects.toThrow("the backend in use has no stack dev");
    expect(commands).toHaveLength(1);
  });
  test("has no cluster yet, where this checkout keeps states", async () => {
    process.env["PULUMI_BACKEND_URL"] = `file://${join(project.root, ".keelson", "state")}?metadata=skip`;
    await expect(project.openStack("dev", "found")).rejects.toThrow("stack dev has no cluster: run make up STACK=dev");
  });
});

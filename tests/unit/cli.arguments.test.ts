import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { readArguments, UsageError } from "../../cli/arguments";
import { commands, everywhere, exits } from "../../cli/commands";
import { helpText } from "../../cli/help";
import { shell } from "../../cli/machines";
import { root } from "../../cli/project";

const usual = { color: "auto", output: "text", diff: false, machine: undefined };

test.each([
  ["up", { command: "up", stack: "dev" }],
  ["up prod", { command: "up", stack: "prod" }],
  ["--stack prod up", { command: "up", stack: "prod" }],
  ["up prod --stack=prod", { command: "up", stack: "prod" }],
  ["preview --diff --color never", { command: "preview", stack: "dev", diff: true, color: "never" }],
  ["status -o json", { command: "status", stack: "dev", output: "json" }],
  ["shell x --machine worker-1", { command: "shell", stack: "x", machine: "worker-1" }],
])("keelson %s", (words, expected) => {
  expect(readArguments(words.split(" "))).toEqual({ ...usual, ...expected });
});

test.each([
  ["", "no command is given: there are up, preview, "],
  ["prevew", "keelson has no command prevew: did you mean preview? there are up, preview, "],
  ["frobnicate", "keelson has no command frobnicate: there are up, "],
  [
    "up --stak x",
    "keelson up has no flag --stak: did you mean --stack? there are --stack, --color, --help; keelson up ",
  ],
  ["up --diff", "keelson up has no flag --diff, which is one of preview: there are --stack, --color, --help"],
  ["up -x", "keelson up has no flag -x: "],
  ["up a b", "keelson up works on one stack, and was given a, b"],
  ["up a --stack b", "keelson up works on one stack, and was given a, b"],
  ["up --stack", "--stack takes a value, and was given none: --stack NAME"],
  ["up --stack --color never", "--stack takes a value, and was given none"],
  ["preview --diff=yes", '--diff takes no value, and was given "yes"'],
  ["status -o yaml", '-o cannot be "yaml": there are text, json'],
  ["up --color alway", '--color cannot be "alway": did you mean always? there are auto, always, never'],
  ["preview --diff -o json", "--diff prints the engine's own text, which -o json does not have"],
])("what cannot be followed is told with what was meant: %s", (words, message) => {
  const read = () => readArguments(words.split(" ").filter((word) => word !== ""));
  expect(read).toThrow(UsageError);
  expect(read).toThrow(message);
});

test.each([
  [undefined, "no machine is named with --machine: there are master-1, worker-1, worker-2"],
  ["worker-11", "stack dev has no machine worker-11: did you mean worker-1? there are master-1, worker-1, worker-2"],
])("keelson shell --machine %s names the machines that there are", async (machine, message) => {
  await expect(shell("dev", machine)).rejects.toThrow(message);
});

test("help is asked for before anything else is judged", () => {
  expect(readArguments(["--help"])).toEqual({ helpWith: undefined });
  expect(readArguments(["preview", "-h", "--nonsense"])).toEqual({ helpWith: "preview" });
});

test.each(Object.entries(commands))(
  "help with %s has its meaning, its flags, its exit codes and an example",
  (name, command) => {
    const text = helpText(name);
    expect(text).toContain(`keelson ${name}: ${command.meaning}\n`);
    for (const flag of [...command.flags, ...everywhere]) expect(text).toContain(`--${flag.name}`);
    for (const kind of command.exits) expect(text).toMatch(new RegExp(`^  ${exits[kind]} +\\S`, "m"));
    // What an example shows can be done.
    const [, words = ""] = /example: (?:eval "\$\()?keelson ([^)\n]*)/.exec(text) ?? [];
    expect(readArguments(words.split(" "))).toMatchObject({ command: name, stack: "staging" });
  },
);

test("help in general names every command and every exit code", () => {
  const text = helpText(undefined);
  for (const name of Object.keys(commands)) expect(text).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
  for (const code of Object.values(exits)) expect(text).toMatch(new RegExp(`^  ${code} +\\S`, "m"));
});

test("the command is where the package says, asks for help without a stack, and refuses nonsense with 2", () => {
  const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { bin: { keelson: string } };
  expect(bin.keelson).toBe("cli/keelson");
  const run = (...words: readonly string[]) => {
    // What the executable runs, once there are Node packages.
    const node = ["--require", join(root, "loader.cjs"), join(root, "cli", "main.ts"), ...words];
    const { status, stdout, stderr } = spawnSync(process.execPath, node, { encoding: "utf8", cwd: "/" });
    return { status, stdout, stderr };
  };
  expect(run("up", "--help")).toEqual({ status: 0, stdout: helpText("up"), stderr: "" });
  expect(run("upp")).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringContaining("did you mean up?") as string,
  });
  expect(run("up", "stagin")).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringMatching(/^error: there is no stack stagin: did you mean staging\?/) as string,
  });
});

import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Commands } from "../../cli/doctor/findings";

const checkout = join(__dirname, "..", "..");

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "keelson-command-"));
  for (const directory of ["cli", "toolchain", "bin"]) mkdirSync(join(project, directory));
  copyFileSync(join(checkout, "cli", "keelson"), join(project, "cli", "keelson"));
  copyFileSync(join(checkout, "Makefile"), join(project, "Makefile"));
  write("toolchain/setup", ":");
  write("bin/node", 'printf "export KUBECONFIG=%s\\n" "$KEELSON_OBTAIN"');
});
afterEach(() => rmSync(project, { recursive: true }));

function write(file: string, body: string): void {
  writeFileSync(join(project, file), `#!/bin/bash\n${body}\n`);
  chmodSync(join(project, file), 0o755);
}

function run(program: string, ...args: readonly string[]) {
  const env = { ...process.env, PATH: `${join(project, "bin")}:${process.env.PATH ?? ""}`, MAKEFLAGS: "" };
  const { status, stdout } = spawnSync(program, args, { cwd: project, encoding: "utf8", env });
  return { status, stdout };
}

const keelson = (...args: readonly string[]) => run("cli/keelson", ...args);

describe("a kubeconfig that cannot be had ends the line that evaluates it", () => {
  test.each([
    ["what the checkout needs is not to be had", "toolchain/setup", 1],
    ["the stack is refused", "bin/node", 2],
    ["the program does not even begin", "bin/node", 127],
  ])("where %s", (_, file, status) => {
    write(file, `exit ${status}`);
    expect(keelson("kubeconfig", "--stack", "prod")).toEqual({ status, stdout: "false\n" });
    expect(keelson("--stack=prod", "kubeconfig")).toEqual({ status, stdout: "false\n" });
    const line = `eval "$(make --silent kubeconfig STACK=prod 2>/dev/null)" && echo kubectl; true`;
    expect(run("bash", "-c", line)).toEqual({ status: 0, stdout: "" });
  });

  test("where make has nothing to make there, as the doctor writes the line", () => {
    rmSync(join(project, "Makefile"));
    write("bin/kubectl", "echo asked");
    for (const stack of ["dev", "prod"]) {
      expect(run("bash", "-c", new Commands(stack).kubectl("get nodes"))).toEqual({ status: 1, stdout: "" });
    }
  });

  test("and not where it is to be had, nor for what is not evaluated", () => {
    expect(keelson("kubeconfig", "--stack", "prod")).toEqual({ status: 0, stdout: "export KUBECONFIG=1\n" });
    write("bin/node", "exit 3");
    expect(keelson("status", "-o", "json")).toEqual({ status: 3, stdout: "" });
  });
});

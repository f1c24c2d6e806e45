import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { compose, packageScripts, unitsScripts, type ScriptParts } from "../../components/script/compose";

/** The "/" before a directory of the system that programs change. */
const systemDirectory = /(?<![\w.])\/(?=(var|run|etc|proc|sys|opt|usr\/libexec|usr\/local)(\/|\b))/g;

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of a program that did what it was sent for, and had nothing to say. */
export const clean: Result = { status: 0, stdout: "", stderr: "" };

/**
 * A machine's part of a temporary directory, in which programs run without root: directories of the system stand
 * below it, and commands that change a system are stand-ins that write down how they were called.
 */
export class Host {
  readonly root = mkdtempSync(join(tmpdir(), "keelson-host-"));
  private readonly bin = join(this.root, "stubs");
  private readonly calls = join(this.root, "calls");

  /** @param stubs Commands that do nothing here, and say so. */
  constructor(...stubs: readonly string[]) {
    mkdirSync(this.bin);
    stubs.forEach((name) => this.stub(name));
    this.mounts();
  }

  /** The path below the temporary directory that stands for one of a machine. */
  path(path: string): string {
    return join(this.root, path);
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  has(path: string): boolean {
    return existsSync(this.path(path));
  }

  /** From now on this is mounted here, and nothing else; as the kernel writes it. Source: proc(5). */
  mounts(...paths: readonly string[]): void {
    const escaped = paths.map((path) => this.path(path).replaceAll("\\", "\\134").replaceAll(" ", "\\040"));
    this.write("proc/self/mountinfo", escaped.map((path) => `36 35 8:1 /srv ${path} rw - ext4 /dev/a rw\n`).join(""));
  }

  /** Puts a stand-in for a command on PATH; its body is bash. */
  stub(name: string, body = ":"): void {
    const file = join(this.bin, name);
    // In one go: of two that are called at the same time, each has a line of its own.
    const noted = `printf -v words ' %s' "$@"; printf '%s\\n' "${name}$words" >>'${this.calls}'`;
    writeFileSync(file, `#!/bin/bash\n${noted}\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /** How the stand-ins were called since this was asked last, one line each. */
  called(): readonly string[] {
    const lines = existsSync(this.calls) ? readFileSync(this.calls, "utf8").split("\n").slice(0, -1) : [];
    rmSync(this.calls, { force: true });
    return lines;
  }

  /** Units that were restarted since the stand-ins were asked last. */
  restarts(): readonly string[] {
    return this.called().flatMap((call) => /^systemctl restart (\S+)$/.exec(call)?.[1] ?? []);
  }

  /** From now on pods are at work here. */
  becomeNode(): void {
    this.write("etc/kubernetes/kubelet.conf", "");
  }

  /** Runs a program as a machine would, but for where the system's directories are; it has the whole library at hand. */
  run(parts: Partial<ScriptParts> & Pick<ScriptParts, "script">, direction = "up"): Result {
    return this.bash(Host.program(parts), direction);
  }

  /** As `run`, while others run as well. */
  async start(parts: Partial<ScriptParts> & Pick<ScriptParts, "script">, direction = "up"): Promise<Result> {
    const child = spawn("bash", ["-s", "--", direction], { env: process.env });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.stdin.end(this.moved(Host.program(parts)));
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { status, stdout, stderr };
  }

  private static program(parts: Partial<ScriptParts> & Pick<ScriptParts, "script">): string {
    const library = [...unitsScripts, ...packageScripts].map((path) => readFileSync(path, "utf8"));
    const values = { PROGRAM: "0123456789abcdef", ...parts.values };
    return compose({ name: "test", ...parts, values, uses: [...library, ...(parts.uses ?? [])] });
  }

  /** The text of a script of the components. */
  static script(path: string): string {
    return readFileSync(join(__dirname, "../../components", path), "utf8");
  }

  /** Runs a few lines with the library at hand. */
  up(body: string, parts: Partial<ScriptParts> = {}): Result {
    return this.run({ ...parts, script: `up() {\n${body}\n}\ndown() { :; }` });
  }

  /** Lets bash read a program's text from its standard input. */
  bash(program: string, direction = "up"): Result {
    const { status, stdout, stderr } = spawnSync("bash", ["-s", "--", ...direction.split(" ")], {
      input: this.moved(program),
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  }

  /** A program's text, its directories of the system moved below the temporary one. */
  moved(program: string): string {
    const moved = program
      .replace(systemDirectory, `${this.root}/`)
      .replace(/^\s*export PATH=.*$/m, () => `export PATH=${this.bin}:/usr/bin:/bin`);
    // A test that is run as root must not meet its own system.
    const left = /^.*(?<![\w.])\/(etc|var|opt|run|root|home)\b.*$/m.exec(moved);
    if (left) throw new Error(`this line knows a directory of the system: ${left[0]}`);
    return moved;
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

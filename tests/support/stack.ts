import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parse, stringify } from "yaml";

export const root = join(__dirname, "..", "..");

/** Node's arguments for a file of the project, run as `make` runs the command line. */
export function program(file: string, project = root): readonly string[] {
  return ["--require", join(project, "loader.cjs"), join(project, file)];
}

/** What a run that failed said of the cause, then all that it printed: a report that is cut in its middle keeps the cause. */
function causeFirst(output: string): string {
  const cause = output.slice(Math.max(0, output.search(/^failed: |^error: /m)));
  return `${cause}\n--- all of its output ---\n${output}`;
}

/** What one run of the command line said, and how it ended. */
export interface Run {
  readonly status: number | null;
  readonly output: string;
  /** Resources by what was done with them: "created", "changed", "deleted", "unchanged". */
  readonly counts: Readonly<Record<string, number>>;
}

/** A stack of its own for one suite, driven as a person drives it. */
export class TestStack {
  private readonly runs: ChildProcess[] = [];
  /** Variables that its runs have besides those of the tests. */
  environment: Readonly<Record<string, string>> = {};

  constructor(
    readonly name: string,
    private config: Readonly<Record<string, unknown>>,
    /** The checkout that it belongs to. */
    private readonly project = root,
  ) {
    this.write();
  }

  /** Changes top-level keys of the configuration. */
  change(config: Readonly<Record<string, unknown>>): void {
    this.config = { ...this.config, ...config };
    this.write();
  }

  /** What Pulumi wrote into the file, such as the salt of the state's encryption, stays there. */
  private write(): void {
    const before = existsSync(this.file) ? (parse(readFileSync(this.file, "utf8")) as Record<string, unknown>) : {};
    const entries = Object.entries(this.config).map(([key, value]) => [`keelson:${key}`, value]);
    writeFileSync(this.file, stringify({ ...before, config: Object.fromEntries(entries) as unknown }));
  }

  /** A text as the stack's file keeps a secret: encrypted, by Pulumi. The stack has to be there. */
  encrypted(text: string): unknown {
    const environment = {
      ...{ PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_CONFIG_PASSPHRASE_FILE: join(root, ".keelson", "passphrase") },
      PULUMI_BACKEND_URL: `file://${join(root, ".keelson", "state")}?metadata=skip`,
    };
    const env = { ...process.env, ...environment };
    const set = ["config", "set", "--secret", "keelson:scratch", "--stack", this.name];
    execFileSync("pulumi", set, { cwd: this.project, input: text, env });
    const { config } = parse(readFileSync(this.file, "utf8")) as { readonly config: Readonly<Record<string, unknown>> };
    this.write();
    return config["keelson:scratch"];
  }

  /** Where its configuration is. */
  get file(): string {
    return join(this.project, `Pulumi.${this.name}.yaml`);
  }

  /** Runs one command of the command line to its end. */
  run(command: string, ...flags: readonly string[]): Promise<Run> {
    return this.ended(this.start(command, ...flags), command);
  }

  /** Runs a command that has to succeed. */
  async succeed(command: string): Promise<Run> {
    const run = await this.run(command);
    if (run.status !== 0) throw new Error(`${command} of stack ${this.name} failed:\n${causeFirst(run.output)}`);
    return run;
  }

  /** Starts a command in a process group of its own, which can be killed whole. */
  start(command: string, ...flags: readonly string[]): ChildProcess {
    return this.spawn(process.execPath, [...program("cli/main.ts", this.project), command, this.name, ...flags]);
  }

  /** Kills an `up`, with everything it started, as soon as what it printed matches; it has to come so far. */
  async killedAt(words: RegExp): Promise<void> {
    const run = this.start("up");
    let output = "";
    await new Promise<void>((resolve, reject) => {
      const read = (data: Buffer) => {
        output += data.toString();
        if (words.test(output)) resolve();
      };
      for (const stream of [run.stdout, run.stderr]) stream?.on("data", read);
      run.on("close", () => reject(new Error(`up ended before ${String(words)} came:\n${causeFirst(output)}`)));
    });
    await killed(run);
  }

  /** Starts plain `pulumi`, for this stack, as a script does that nobody watches. */
  startPulumi(...args: readonly string[]): ChildProcess {
    return this.spawn("pulumi", [...args, "--stack", this.name, "--non-interactive"]);
  }

  /** Runs plain `pulumi` to its end. */
  pulumi(...args: readonly string[]): Promise<Run> {
    return this.ended(this.startPulumi(...args), `pulumi-${args.slice(0, 2).join("-")}`);
  }

  /** Runs plain `pulumi`, which has to succeed, and gives what it printed. */
  async succeedPulumi(...args: readonly string[]): Promise<string> {
    const run = await this.pulumi(...args);
    if (run.status !== 0) throw new Error(`pulumi ${args.join(" ")} of stack ${this.name} failed:\n${run.output}`);
    return run.output;
  }

  private spawn(command: string, args: readonly string[]): ChildProcess {
    const env = { ...process.env, ...this.environment };
    const child = spawn(command, args, { cwd: this.project, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.runs.push(child);
    return child;
  }

  private async ended(child: ChildProcess, name: string): Promise<Run> {
    let output = "";
    child.stdout?.on("data", (data: Buffer) => (output += data.toString()));
    child.stderr?.on("data", (data: Buffer) => (output += data.toString()));
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
    this.log(name, output);
    return { status, output, counts: countsIn(output) };
  }

  /** The state as it lies on the disk. */
  state(): string {
    return readFileSync(join(root, ".keelson", "state", ".pulumi", "stacks", "keelson", `${this.name}.json`), "utf8");
  }

  /** What every suite ends with, also when it failed: a run that its test did not wait for is ended first. */
  async remove(): Promise<void> {
    const alive = this.runs.filter((child) => child.exitCode === null && child.signalCode === null);
    await Promise.all(alive.map(killed));
    if (existsSync(join(this.project, ".keelson", this.name))) await this.run("destroy");
    rmSync(this.file, { force: true });
    clear(this.name);
  }

  private log(command: string, output: string): void {
    const directory = join(root, ".keelson", "logs");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${this.name}-${command}-${Date.now()}.log`), output);
  }
}

/** Kills a run with everything it started, and waits until it is gone. */
export async function killed(run: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => run.on("close", resolve));
  process.kill(-(run.pid ?? 0), "SIGKILL");
  await gone;
}

function countsIn(output: string): Record<string, number> {
  const line = /^resources: (.*)$/m.exec(output)?.[1] ?? "";
  const pairs: readonly (readonly string[])[] = line.split(", ").map((part) => part.split(" "));
  const counted = pairs.filter(([count]) => /^\d+$/.test(count ?? ""));
  return Object.fromEntries(counted.map(([count, word]) => [word ?? "", Number(count)]));
}

/** Runs a command on this computer and gives what it printed. */
export function here(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** Docker's objects of a stack, of all kinds, and of those whose names go on from its name; empty when nothing is left. */
export function dockerObjects(stack: string): readonly string[] {
  const list = (kind: string, format: string, ...command: readonly string[]) =>
    here("docker", ...command, "--format", `${kind} ${format}`, "--filter", `name=^/?keelson-${stack}(-|$)`);
  return [
    list("container", "{{.Names}}", "ps", "--all"),
    list("network", "{{.Name}}", "network", "ls"),
    list("volume", "{{.Name}}", "volume", "ls"),
  ].flatMap((lines) => lines.split("\n").filter((line) => line !== ""));
}

/**
 * Takes away by their names what stacks of the tests have on this computer, when `destroy` could not or was never come to:
 * Docker's objects, and this checkout's state of them.
 */
export function clear(stack: string): void {
  for (const object of dockerObjects(stack)) {
    const [kind = "", name = ""] = object.split(" ");
    here("docker", kind, "rm", ...(kind === "container" ? ["--force", "--volumes"] : []), name);
  }
  const state = join(root, ".keelson", "state", ".pulumi");
  for (const directory of [
    join(root, ".keelson"),
    join(state, "stacks", "keelson"),
    join(state, "locks", "organization", "keelson"),
  ]) {
    const names = existsSync(directory) ? readdirSync(directory) : [];
    const own = names.filter((name) => new RegExp(`^${stack}([-.]|$)`).test(name));
    for (const name of own) rmSync(join(directory, name), { recursive: true });
  }
}

/** Waits until a condition holds; throws when it does not within so many seconds. */
export async function within(seconds: number, condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !condition();) {
    if (Date.now() > deadline) throw new Error(`what was awaited did not come within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/**
 * What an update costs that changes nothing: of a stack that is up, and of a program with as many empty resources, by the same engine and
 * the same runner, turn by turn. By itself, for a master and two workers: toolchain/bench noop
 */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { here, root, TestStack } from "../support/stack";

/** How much longer than the engine's own the program's may take, and how often each is asked. */
const [goal, turns] = [1.2, 5];

/** A line of both, for a stack that is up. */
export async function noopLine(stack: TestStack): Promise<string> {
  const state = JSON.parse(await stack.succeedPulumi("stack", "export")) as {
    readonly deployment: { readonly resources: readonly unknown[] };
  };
  // The stack itself is a resource of both.
  const resources = state.deployment.resources.length - 1;
  const empty = new EmptyProgram(resources);
  const own: number[] = [];
  const engines: number[] = [];
  const unasked: number[] = [];
  try {
    empty.up();
    for (let turn = 0; turn < turns; turn++) {
      engines.push(await timed(() => empty.up()));
      own.push(await timed(() => upOf(stack)));
      stack.change({ survey: "off" });
      unasked.push(await timed(() => upOf(stack)));
      stack.change({ survey: "on" });
    }
  } finally {
    empty.remove();
  }
  const [mine, floor, alone] = [median(own), median(engines), median(unasked)];
  return (
    `up with nothing to do, ${resources} resources: ${mine.toFixed(1)} s, ${(mine / floor).toFixed(2)} of the engine's own ` +
    `(${floor.toFixed(1)} s; goal ${goal}); ${(alone / floor).toFixed(2)} where machines are not asked: here they answer on the same processors`
  );
}

const upOf = (stack: TestStack) => stack.succeedPulumi("up", "--yes", "--skip-preview");

class EmptyProgram {
  private readonly directory = mkdtempSync(join(tmpdir(), "keelson-empty-"));

  constructor(resources: number) {
    symlinkSync(join(root, "node_modules"), join(this.directory, "node_modules"));
    this.write("Pulumi.yaml", "name: empty\nruntime: { name: nodejs, options: { typescript: false } }\n");
    this.write("package.json", JSON.stringify({ main: "index.js" }));
    this.write(
      "index.js",
      `const { Stash } = require("@pulumi/pulumi");
       for (let i = 0; i < ${resources}; i++) new Stash("empty-" + i, { input: i });`,
    );
    // One of a bench that was killed is taken over.
    this.pulumi("stack", "select", "--create", "bench-empty");
  }

  up(): void {
    this.pulumi("up", "--yes", "--skip-preview", "--stack", "bench-empty");
  }

  remove(): void {
    this.pulumi("stack", "rm", "--yes", "--force", "--stack", "bench-empty");
    rmSync(this.directory, { recursive: true });
  }

  private write(file: string, text: string): void {
    writeFileSync(join(this.directory, file), text);
  }

  private pulumi(...args: readonly string[]): void {
    here("pulumi", "--cwd", this.directory, "--non-interactive", ...args);
  }
}

async function timed(action: () => unknown): Promise<number> {
  const began = Date.now();
  await action();
  return (Date.now() - began) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

/** A stack of its own, and the line. */
async function alone(): Promise<void> {
  const machines = [{ name: "master-1", roles: ["master", "etcd"] }, { name: "worker-1" }, { name: "worker-2" }];
  const stack = new TestStack("bench-noop", { provider: "local", local: { subnet: "172.31.245.0/24" }, machines });
  try {
    await stack.succeed("up");
    process.stdout.write(`${await noopLine(stack)}\n`);
  } finally {
    await stack.remove();
  }
}

if (require.main === module) {
  alone().catch((error: unknown) => {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

/** Where the seconds of a run went: main.ts STACK [--log FILE] [--svg FILE] */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { recordsOf } from "../../cli/record";
import { criticalPath, type Resource } from "./path";
import { runIn } from "./run";
import { svgOf } from "./svg";
import { textOf } from "./text";

const root = join(__dirname, "..", "..");

function main(): void {
  const options = { log: { type: "string" }, svg: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [stack = "dev"] = positionals;
  const file = values.log ?? recordsOf(stack, root).at(-1);
  if (file === undefined) throw new Error(`no run of stack ${stack} was recorded here: make up STACK=${stack}`);
  const run = runIn(readFileSync(file, "utf8"));
  const path = criticalPath(run, resourcesOf(stack));
  process.stdout.write(textOf(run, path));
  if (values.svg === undefined) return;
  writeFileSync(values.svg, svgOf(run, path));
  process.stdout.write(`\nthe picture: ${values.svg}\n`);
}

/** What the state has; nothing where there is none any more. */
function resourcesOf(stack: string): readonly Resource[] {
  try {
    const options = { cwd: root, encoding: "utf8", maxBuffer: 1 << 30 } as const;
    const state = execFileSync("pulumi", ["stack", "export", "--stack", stack], { ...options, stdio: "pipe" });
    const { deployment } = JSON.parse(state) as { readonly deployment: { readonly resources?: readonly Resource[] } };
    return deployment.resources ?? [];
  } catch {
    return [];
  }
}

try {
  main();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

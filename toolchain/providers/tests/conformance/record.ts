import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { format } from "prettier";

import { TestPlugin } from "../support/plugin";
import { commandSuite } from "./command";
import { dockerSuite } from "./docker";
import { kubernetesSuite } from "./kubernetes";
import { played } from "./play";
import { keepRecording, type Recording } from "./recording";
import type { Suite } from "./scenario";

/** Records what official plugins answer: `record.ts PLUGIN...`, called by toolchain/record. */

const recorders: Readonly<Record<string, () => Promise<void>>> = {
  command: () => record(commandSuite),
  docker: () => record(dockerSuite),
  kubernetes: () => record(kubernetesSuite),
};

async function main(names: readonly string[]): Promise<void> {
  const known = Object.keys(recorders);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`${unknown.join(", ")}: not recorded; there are ${known.join(", ")}`);
  for (const name of names.length === 0 ? known : names) await recorders[name]?.();
}

async function record<World>(suite: Suite<World>): Promise<void> {
  const program = officialPlugin(suite.plugin);
  const world = await suite.open();
  try {
    for (const scenario of suite.scenarios) {
      const version: { known?: string } = {};
      const start = async (type: string): Promise<TestPlugin> => {
        const plugin = await TestPlugin.run(program, type, suite.environment);
        version.known = await plugin.version();
        return plugin;
      };
      const steps = await played(suite, scenario, start, { world });
      const recorded = new Date().toISOString().slice(0, 10);
      const plugin = `@pulumi/${suite.plugin}`;
      await keep(suite.plugin, { plugin, version: version.known ?? "", recorded, scenario: scenario.name, steps });
      process.stdout.write(`${plugin} ${version.known}: ${scenario.name}, ${steps.length} answers\n`);
    }
  } finally {
    await suite.close(world);
  }
}

async function keep(plugin: string, recording: Recording): Promise<void> {
  // Without line breaks of its own, so that what is short stays on a line.
  const text = await format(JSON.stringify(recording), { parser: "json", printWidth: 120 });
  keepRecording(plugin, recording.scenario, text);
}

/** The first program of the plugin's name on PATH that is not a stand-in. */
function officialPlugin(plugin: string): string {
  const name = `pulumi-resource-${plugin}`;
  const found = (process.env["PATH"] ?? "").split(delimiter).map((directory) => join(directory, name));
  const there = found.filter((path) => existsSync(path) && isExecutable(path));
  const official = there.find((path) => !readFileSync(path).subarray(0, 200).includes("Stand-in"));
  if (official === undefined) {
    const only = there.length === 0 ? "" : ", only its stand-in";
    throw new Error(`${name} is not on PATH${only}: put the official plugin's directory on PATH`);
  }
  return official;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`record: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

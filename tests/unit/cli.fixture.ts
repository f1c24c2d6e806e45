import fs from "node:fs";
import { join } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";

import type { Request } from "../../cli/arguments";
import { openStack } from "../../cli/project";

/** In every secret of a test: it is in nothing that is printed. */
export const canary = "CANARY-7f3a";

export const request: Request = { command: "preview", stack: "unit", color: "auto", output: "json", diff: false };

/** What is written on standard output and standard error from now on, and on neither. */
export function listen(): { out: string; err: string } {
  const said = { out: "", err: "" };
  for (const [name, stream] of [
    ["out", process.stdout],
    ["err", process.stderr],
  ] as const) {
    jest.spyOn(stream, "write").mockImplementation((text) => {
      said[name] += String(text);
      return true;
    });
  }
  return said;
}

/** The stack that is opened: `cli/project` has to be a mock. */
export function opens(stack: object): void {
  jest.mocked(openStack).mockResolvedValue({ name: "unit", ...stack } as unknown as Stack);
}

/** From now on the project has a file of a stack with these settings, and this in Pulumi.yaml besides. */
export function written(stack: string, settings: object, project: object = {}, more: object = {}): void {
  const root = join(__dirname, "../..");
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`keelson:${key}`, value as unknown]),
  );
  const texts = new Map([
    [join(root, `Pulumi.${stack}.yaml`), JSON.stringify({ config, ...more })],
    [join(root, "Pulumi.yaml"), JSON.stringify({ name: "keelson", ...project })],
  ]);
  const [read, exists] = [fs.readFileSync, fs.existsSync];
  jest
    .spyOn(fs, "readFileSync")
    .mockImplementation(((path: string, ...rest: []) => texts.get(path) ?? read(path, ...rest)) as typeof read);
  jest.spyOn(fs, "existsSync").mockImplementation((path) => texts.has(String(path)) || exists(path));
}

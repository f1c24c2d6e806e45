import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { exits } from "../../cli/commands";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "keelson-obtain-"));
  mkdirSync(join(root, "toolchain"));
  jest.replaceProperty(process, "env", { ...process.env });
});
afterEach(() => rmSync(root, { recursive: true }));

/** What becomes of a stack whose toolchain does this. */
async function obtained(script: string): Promise<number> {
  writeFileSync(join(root, "toolchain", "environment"), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  jest.resetModules();
  jest.doMock("../../cli/project", () => ({ root }));
  const { obtain } = await import("../../cli/obtain");
  return exits[obtain("unit")];
}

test("a command works in the environment that its stack needs", async () => {
  expect(await obtained(`printf 'KEELSON_UNIT=%s\\0EMPTY=\\0' "of $1, with = and\na line"`)).toBe(0);
  expect([process.env["KEELSON_UNIT"], process.env["EMPTY"]]).toEqual(["of unit, with = and\na line", ""]);
});

test("what only the person can choose is a refusal, and all else a failure", async () => {
  expect(await obtained("exit 78")).toBe(2);
  expect(await obtained("exit 2")).toBe(1);
});

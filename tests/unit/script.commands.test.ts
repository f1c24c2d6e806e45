import { spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runAgain, runOnceMore } from "../../components/script/commands";

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "keelson-commands-"))));
afterEach(() => rmSync(root, { recursive: true }));

/** What a shell answers to the command, where sudo is nobody's; what it reads prints how it was called. */
function answer(command: string): string {
  writeFileSync(join(root, "sudo"), '#!/bin/sh\nshift\nexec "$@"\n', { mode: 0o755 });
  const { stdout, stderr, status } = spawnSync("sh", ["-c", command.replaceAll("/var/lib/keelson", root)], {
    input: 'echo "$@"',
    encoding: "utf8",
    env: { ...process.env, PATH: `${root}:${process.env["PATH"] ?? ""}` },
  });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.trim();
}

test("a script runs again by its program, with a token", () => {
  expect(answer(runAgain("7"))).toBe("up 7");
});

test.each([
  ["done abc 7-8", "up 7-8"],
  ["running abc 7-8 5-6", "up 7-8"],
  ["done abc 17-8", ""],
  ["done abc 9-9 7-8", ""],
  [undefined, ""],
])("one of one moment does once more while that run is the last: %j", (record, called) => {
  mkdirSync(join(root, "scripts/w-join"), { recursive: true });
  if (record !== undefined) writeFileSync(join(root, "scripts/w-join/ran"), `${record}\n`);
  expect(answer(runOnceMore("w-join", "7-8"))).toBe(called);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { isOwnPlace, stateFile, strayState, takenName } from "../../components/settings/place";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "keelson-place-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A state with so many resources in the checkout's own place. */
function kept(stack: string, resources: number): void {
  const file = stateFile({ stack, directory });
  mkdirSync(dirname(file), { recursive: true });
  const latest = { resources: Array.from({ length: resources }, () => ({})) };
  writeFileSync(file, JSON.stringify({ version: 3, checkpoint: { stack, latest } }));
}

const stray = (stack: string, url?: string) => strayState({ stack, directory, env: { PULUMI_BACKEND_URL: url } });

test("a cluster whose state lies in the checkout is not built again in another backend", () => {
  kept("prod", 60);
  for (const url of [undefined, "s3://states", "file:///elsewhere"]) {
    const told = stray("prod", url) ?? "";
    expect(told).toContain(
      `the state of stack prod lies in this checkout, in ${stateFile({ stack: "prod", directory })}`,
    );
    expect(told).toContain("pulumi stack export --stack prod | pulumi stack import --stack prod");
    expect(told).toContain(`mv ${stateFile({ stack: "prod", directory })} `);
  }
});

test("where the checkout's own place is the backend, all is well", () => {
  kept("prod", 60);
  expect(stray("prod", `file://${directory}/.keelson/state`)).toBeUndefined();
  expect(stray("prod", `file://${directory}/.keelson/state?metadata=skip`)).toBeUndefined();
  expect(isOwnPlace({ stack: "prod", directory, env: { PULUMI_BACKEND_URL: "file:///other" } })).toBe(false);
});

test("a state of nothing, and that of another stack, are nobody's cluster", () => {
  kept("prod", 0);
  kept("dev", 60);
  expect(stray("prod")).toBeUndefined();
  expect(stray("staging")).toBeUndefined();
});

test("a stack is not named as what lies beside its directory", () => {
  for (const name of ["state", "passphrase", "logs", "support"]) {
    expect(takenName({ stack: name })).toContain(`a stack cannot be named "${name}"`);
  }
  expect(takenName({ stack: "stateful" })).toBeUndefined();
});

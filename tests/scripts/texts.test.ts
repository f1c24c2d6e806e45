import { readFileSync } from "node:fs";
import { join } from "node:path";

import { composeKept, type ScriptParts } from "../../components/script/compose";
import { shortDigest } from "../../components/script/digest";
import type { Text } from "../../components/script/texts";
import { Host } from "./host";

const script = "up() { log went up; }\ndown() { log went down; }\n";
const own: Text = { name: "test.sh", digest: shortDigest(script), text: script };
const parts: ScriptParts = { name: "test", script, values: { PROGRAM: "0123456789abcdef" }, secrets: [] };
/** Only the script itself lies on the machine by its digest. */
const program = composeKept(parts, new Map([[script, own]]));

const at = `var/lib/keelson/texts/${own.digest}`;
let host: Host;
beforeEach(() => {
  host = new Host("hostname");
  host.stub("hostname", "echo machine");
});
afterEach(() => host.remove());

/** As a run of the program does before anything is sent; this machine's directories lie below the test's. */
function equip(text = script): void {
  const take = readFileSync(join(__dirname, "../../components/script/take.sh"), "utf8");
  host.write("var/lib/keelson/take", take.replaceAll("/var/lib/keelson", host.path("var/lib/keelson")));
  host.write(at, text);
}

test("a program says by name and digest what it is made of, and has the rest of it for people to read", () => {
  expect(program).toContain(`\nkept test.sh ${own.digest}\n`);
  expect(program).toContain("readonly PROGRAM='0123456789abcdef'\n");
  expect(program).not.toContain("went up");
});

test("it runs by the texts that lie there, in both directions", () => {
  equip();
  expect(host.bash(program)).toMatchObject({ status: 0, stderr: "went up\n" });
  expect(host.bash(program, "down")).toMatchObject({ status: 0, stderr: "went down\n" });
});

test("a text that is not whole is never run, and what lacks it says so", () => {
  equip(`${script}log never\n`);
  expect(host.bash(program)).toEqual({
    status: 1,
    stdout: "",
    stderr: `error: machine has lost the text test.sh (${own.digest}), which test is made of: an up sends it again\n`,
  });
});

test("where nothing is left of a text, the machine's own way back undoes what it did", () => {
  equip();
  host.bash(program);
  equip("cut off");
  expect(host.bash(program, "down")).toMatchObject({ status: 0, stderr: "went down\n" });
  expect(host.has("var/lib/keelson/scripts/test")).toBe(false);
});

test("a machine that remembers nothing has nothing to undo, and is changed by nothing that nobody sent texts for", () => {
  const told = /^\S+ remembers nothing of this cluster \(.*\/take is gone\): what was there before is not undone\n$/;
  expect(host.bash(program, "down")).toEqual({ status: 0, stdout: "", stderr: expect.stringMatching(told) as string });
  expect(host.bash(program)).toMatchObject({ status: 1 });
});

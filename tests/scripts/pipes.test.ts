import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");

/** A command that may end before it has read everything: what writes to it is killed then, and the pipe has failed. */
const hasty =
  /(?<!\|)\|&?\s*((?:[ez]?grep(?:\s+-\S+)*\s+-(?:[A-Za-z]*[qm][A-Za-z]*|-quiet|-max-count)|head|sed\s[^|]*\bq\b|awk\s[^|]*\bexit\b|read)\b.*)/g;

function hastyPipes(text: string): readonly string[] {
  const code = text.replace(/^\s*#.*$/gm, "").replace(/\\\n\s*/g, "");
  return [...code.matchAll(hasty)].map(([, command]) => command ?? "");
}

/** Every script of the project that bash reads. */
function scripts(): readonly string[] {
  const found = ["components", "toolchain", "tests", "cli"].flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, encoding: "utf8" }).map((path) => join(directory, path)),
  );
  return found.filter((path) => {
    if (path.startsWith("tests/golden") || path.includes("node_modules") || !statSync(join(root, path)).isFile())
      return false;
    return path.endsWith(".sh") || /^#!.*\b(ba)?sh\b/.test(readFileSync(join(root, path), "utf8").slice(0, 80));
  });
}

test("a pipe fails where what reads it ends first", () => {
  const { status } = spawnSync("bash", ["-c", "set -o pipefail; seq 100000 | grep -q 1"]);
  expect(status).not.toBe(0);
});

test("pipes of that kind are found", () => {
  const text =
    "a | grep -qx True\na \\\n  -o b |\n  grep -s -m 1 x\na | head -n 1\na | awk '{ print; exit }'\na | read -r x\n";
  expect(hastyPipes(text)).toHaveLength(5);
  expect(hastyPipes('a || grep -q x <<<"$y"\n# a | head\ngrep -q x file\na | tail -n 1\na | grep -c x\n')).toEqual([]);
});

test("no script has one: it would fail when it is slow, and only then", () => {
  const paths = scripts();
  expect(paths.length).toBeGreaterThan(40);
  const found = paths.flatMap((path) =>
    hastyPipes(readFileSync(join(root, path), "utf8")).map((command) => `${path}: ${command}`),
  );
  expect(found).toEqual([]);
});

/** Runs every suite, or those that are named, each by itself, and writes what they showed to docs/e2e.md. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";

import { format } from "prettier";

import { defaultVersion } from "../../components/artifacts/lockFile";
import { today } from "../../toolchain/onMachine";
import { root } from "../support/stack";
import { countsOf, pageOf, rowsOf, shownIn, type Circumstances, type Figure, type Report, type Shown } from "./table";

const page = join(root, "docs", "e2e.md");

async function main(named: readonly string[]): Promise<void> {
  const all = readdirSync(__dirname).flatMap((file) => (file.endsWith(".test.ts") ? [basename(file, ".test.ts")] : []));
  const unknown = named.filter((suite) => !all.includes(suite));
  if (unknown.length > 0) throw new Error(`there is no suite ${unknown.join(", ")}: ${all.join(", ")} are`);
  const directory = mkdtempSync(join(tmpdir(), "keelson-e2e-"));
  try {
    const asked = named.length > 0 ? named : all;
    const now = asked.map((suite) => run(suite, join(directory, `${suite}.json`), join(directory, `${suite}.figures`)));
    const before = existsSync(page) ? shownIn(readFileSync(page, "utf8")) : [];
    await tell([...before.filter(({ suite }) => all.includes(suite) && !asked.includes(suite)), ...now]);
    const { passed, failed } = countsOf(now.flatMap(({ rows }) => rows));
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs one suite by itself: whatever becomes of it, the next one begins. */
function run(suite: string, report: string, figures: string): Shown {
  const began = Date.now();
  const jest = join(root, "node_modules", "jest", "bin", "jest.js");
  const options = ["--config", "tests/e2e/jest.config.js", "--runInBand", "--json", "--outputFile", report];
  const { status } = spawnSync(process.execPath, [jest, ...options, join("tests", "e2e", `${suite}.test.ts`)], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, KEELSON_FIGURES: figures },
  });
  const told = existsSync(report) ? (JSON.parse(readFileSync(report, "utf8")) as Report) : undefined;
  const measured = existsSync(figures) ? readFileSync(figures, "utf8").trim().split("\n") : [];
  return {
    suite,
    ...circumstances(),
    rows: rowsOf(suite, told, status === 0, (Date.now() - began) / 1000),
    figures: measured.map((line) => JSON.parse(line) as Figure),
  };
}

function circumstances(): Circumstances {
  return {
    ...today(),
    kubernetes: defaultVersion(),
    cores: cpus().length,
  };
}

async function tell(shown: readonly Shown[]): Promise<void> {
  const text = await format(pageOf(shown), { parser: "markdown", printWidth: 120 });
  writeFileSync(page, text);
  process.stdout.write(text);
}

void main(process.argv.slice(2));

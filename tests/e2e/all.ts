/** Runs every suite, each by itself, and prints a table of all tests; the same is written to docs/e2e.md. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";

import { format } from "prettier";

import { defaultVersion } from "../../components/artifacts/lockFile";
import { here, root } from "../support/stack";
import { countsOf, pageOf, rowsOf, type Figure, type Report, type Row } from "./table";

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "keelson-e2e-"));
  try {
    const figures = join(directory, "figures");
    const suites = readdirSync(__dirname).filter((file) => file.endsWith(".test.ts"));
    const rows = suites.sort().flatMap((file) => run(file, join(directory, `${file}.json`), figures));
    const measured = existsSync(figures) ? readFileSync(figures, "utf8").trim().split("\n") : [];
    await tell(
      rows,
      measured.map((line) => JSON.parse(line) as Figure),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs one suite by itself: whatever becomes of it, the next one begins. */
function run(file: string, report: string, figures: string): readonly Row[] {
  const began = Date.now();
  const jest = join(root, "node_modules", "jest", "bin", "jest.js");
  const options = ["--config", "tests/e2e/jest.config.js", "--runInBand", "--json", "--outputFile", report];
  const { status } = spawnSync(process.execPath, [jest, ...options, join("tests", "e2e", file)], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, KEELSON_FIGURES: figures },
  });
  const told = existsSync(report) ? (JSON.parse(readFileSync(report, "utf8")) as Report) : undefined;
  return rowsOf(basename(file, ".test.ts"), told, status === 0, (Date.now() - began) / 1000);
}

async function tell(rows: readonly Row[], figures: readonly Figure[]): Promise<void> {
  const page = pageOf(rows, figures, {
    date: new Date().toISOString().slice(0, 10),
    commit: here("git", "-C", root, "describe", "--always", "--dirty", "--abbrev=12").trim(),
    kubernetes: defaultVersion(),
    cores: cpus().length,
  });
  const text = await format(page, { parser: "markdown", printWidth: 120 });
  writeFileSync(join(root, "docs", "e2e.md"), text);
  const { passed, failed } = countsOf(rows);
  process.stdout.write(`${text}\n${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

void main();

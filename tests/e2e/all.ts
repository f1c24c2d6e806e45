/** Runs every suite, each by itself, and prints a table of all tests; the same is written to docs/e2e.md. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";

import { format } from "prettier";

import { bundleDirectory } from "../../components/artifacts/cache";
import { here, root } from "../support/stack";

interface Row {
  readonly suite: string;
  readonly test: string;
  readonly result: "passed" | "failed" | "not run";
  readonly seconds: number;
}

interface Figure {
  readonly what: string;
  readonly value: string;
}

/** What is of use here of the report that jest writes. */
interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number | null;
    }[];
  }[];
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "keelson-e2e-"));
  try {
    const figures = join(directory, "figures");
    const suites = readdirSync(__dirname).filter((file) => file.endsWith(".test.ts"));
    const rows = suites.sort().flatMap((file) => rowsOf(file, join(directory, `${file}.json`), figures));
    const measured = existsSync(figures) ? readFileSync(figures, "utf8").trim().split("\n") : [];
    await tell(
      rows,
      measured.map((line) => JSON.parse(line) as Figure),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs one suite; the next one begins on its own. */
function rowsOf(file: string, report: string, figures: string): readonly Row[] {
  const suite = basename(file, ".test.ts");
  const began = Date.now();
  const jest = join(root, "node_modules", "jest", "bin", "jest.js");
  const options = ["--config", "tests/e2e/jest.config.js", "--runInBand", "--json", "--outputFile", report];
  const { status } = spawnSync(process.execPath, [jest, ...options, join("tests", "e2e", file)], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, KEELSON_FIGURES: figures },
  });
  const results = existsSync(report) ? (JSON.parse(readFileSync(report, "utf8")) as Report).testResults : [];
  const rows = results.flatMap(({ assertionResults }) =>
    assertionResults.map(({ fullName, status, duration }): Row => ({
      suite,
      test: fullName,
      result: status === "passed" || status === "failed" ? status : "not run",
      seconds: (duration ?? 0) / 1000,
    })),
  );
  // What fails outside of every test, before the first or after the last, is told by how jest ended.
  if (status === 0 || rows.some(({ result }) => result === "failed")) return rows;
  return [...rows, { suite, test: "the suite itself", result: "failed", seconds: (Date.now() - began) / 1000 }];
}

async function tell(rows: readonly Row[], figures: readonly Figure[]): Promise<void> {
  const page = await format(pageOf(rows, figures), { parser: "markdown", printWidth: 120 });
  writeFileSync(join(root, "docs", "e2e.md"), page);
  process.stdout.write(`${page}\n`);
  const passed = rows.filter(({ result }) => result === "passed").length;
  // What was not run did not pass.
  process.stdout.write(`${passed} passed, ${rows.length - passed} failed\n`);
  process.exitCode = passed === rows.length && rows.length > 0 ? 0 : 1;
}

function pageOf(rows: readonly Row[], figures: readonly Figure[]): string {
  const commit = here("git", "-C", root, "describe", "--always", "--dirty", "--abbrev=12").trim();
  const lock = readFileSync(join(bundleDirectory(), "lock.json"), "utf8");
  const { kubernetes } = JSON.parse(lock) as { readonly kubernetes: string };
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return `# What the end-to-end tests showed

\`make e2e-all\` wrote this page: every suite on machines of one computer, with real clusters.

| Date | keelson | Kubernetes | Cores | Seconds in tests |
| --- | --- | --- | --- | --- |
| ${new Date().toISOString().slice(0, 10)} | ${commit} | ${kubernetes} | ${cpus().length} | ${rows.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(0)} |

## Tests

| Suite | Test | Result | Seconds |
| --- | --- | --- | --- |
${rows.map(({ suite, test, result, seconds }) => `| ${suite} | ${cell(test)} | ${result} | ${seconds.toFixed(1)} |`).join("\n")}

## Figures

| Measured | Value |
| --- | --- |
${figures.map(({ what, value }) => `| ${cell(what)} | ${cell(value)} |`).join("\n")}
`;
}

void main();

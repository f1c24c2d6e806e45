/** The table that every test of every suite is a line of. Pure. */

/** One test, and how it ended. */
export interface Row {
  readonly suite: string;
  readonly test: string;
  readonly result: "passed" | "failed" | "not run";
  readonly seconds: number;
}

/** Something that a test measured. */
export interface Figure {
  readonly what: string;
  readonly value: string;
}

/** What is of use here of the report that jest writes. */
export interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number | null;
    }[];
  }[];
}

/** Where and of what the table is. */
export interface Circumstances {
  readonly date: string;
  readonly commit: string;
  readonly kubernetes: string;
  readonly cores: number;
}

/** The lines of one suite, which took so many seconds and was well or not as jest said in the end. */
export function rowsOf(suite: string, report: Report | undefined, well: boolean, seconds: number): readonly Row[] {
  const rows = (report?.testResults ?? []).flatMap(({ assertionResults }) =>
    assertionResults.map(({ fullName, status, duration }): Row => ({
      suite,
      test: fullName,
      result: status === "passed" || status === "failed" ? status : "not run",
      seconds: (duration ?? 0) / 1000,
    })),
  );
  // What fails outside of every test, before the first or after the last, is told by how jest ended.
  if (well || rows.some(({ result }) => result === "failed")) return rows;
  return [...rows, { suite, test: "the suite itself", result: "failed", seconds }];
}

/** The page, as Markdown. */
export function pageOf(
  rows: readonly Row[],
  figures: readonly Figure[],
  { date, commit, kubernetes, cores }: Circumstances,
): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0).toFixed(0);
  return `# What the end-to-end tests showed

\`make e2e-all\` wrote this page: every suite on machines of one computer, with real clusters.

| Date | keelson | Kubernetes | Cores | Seconds in tests |
| --- | --- | --- | --- | --- |
| ${date} | ${commit} | ${kubernetes} | ${cores} | ${seconds} |

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

/** What is said last. A test that was not run did not pass. */
export function countsOf(rows: readonly Row[]): { readonly passed: number; readonly failed: number } {
  const passed = rows.filter(({ result }) => result === "passed").length;
  return { passed, failed: rows.length - passed };
}

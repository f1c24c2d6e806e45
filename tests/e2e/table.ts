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

/** When, and of what, a suite was run. */
export interface Circumstances {
  readonly date: string;
  readonly commit: string;
  readonly kubernetes: string;
  readonly cores: number;
}

/** What one suite showed when it was last run. */
export interface Shown extends Circumstances {
  readonly suite: string;
  readonly rows: readonly Row[];
  readonly figures: readonly Figure[];
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

/** The page, as Markdown, with the suites in the order of their names. */
export function pageOf(shown: readonly Shown[]): string {
  const suites = [...shown].sort((one, other) => (one.suite < other.suite ? -1 : 1));
  return `# What the end-to-end tests showed

Every suite on machines of one computer, with real clusters, as it was last run. \`make e2e-all\` runs all of them and writes this page;
\`toolchain/e2e all SUITE...\` runs these, and leaves the others' lines as they are.

## Suites

${table(["Suite", "Date", "keelson", "Kubernetes", "Cores", "Result", "Seconds in tests"], suites.map(summaryOf))}

## Tests

${table(
  ["Suite", "Test", "Result", "Seconds"],
  suites.flatMap(({ rows }) =>
    rows.map(({ suite, test, result, seconds }) => [suite, test, result, seconds.toFixed(1)]),
  ),
)}

## Figures

${table(
  ["Suite", "Measured", "Value"],
  suites.flatMap(({ suite, figures }) => figures.map(({ what, value }) => [suite, what, value])),
)}
`;
}

function summaryOf({ suite, date, commit, kubernetes, cores, rows }: Shown): readonly string[] {
  const { passed, failed } = countsOf(rows);
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0).toFixed(0);
  return [suite, date, commit, kubernetes, String(cores), `${passed} passed, ${failed} failed`, seconds];
}

function table(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...lines.map(line)].join("\n");
}

/** What a page says, which `pageOf` wrote: of suites that are not run now. */
export function shownIn(page: string): readonly Shown[] {
  const [suites, tests, figures] = ["Suites", "Tests", "Figures"].map((title) => linesUnder(page, title));
  return (suites ?? []).map(([suite = "", date = "", commit = "", kubernetes = "", cores]): Shown => {
    const own = (lines: readonly (readonly string[])[] = []) => lines.filter(([name]) => name === suite);
    return {
      ...{ suite, date, commit, kubernetes, cores: Number(cores) },
      rows: own(tests).map(([, test = "", result, seconds]) => ({
        ...{ suite, test, result: result as Row["result"], seconds: Number(seconds) },
      })),
      figures: own(figures).map(([, what = "", value = ""]) => ({ what, value })),
    };
  });
}

/** The cells of a table under a title, without its head. */
function linesUnder(page: string, title: string): readonly (readonly string[])[] {
  const [, text = ""] = page.split(`\n## ${title}\n`);
  const lines = (text.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("\\|", "|")),
  );
}

/** What is said last. A test that was not run did not pass. */
export function countsOf(rows: readonly Row[]): { readonly passed: number; readonly failed: number } {
  const passed = rows.filter(({ result }) => result === "passed").length;
  return { passed, failed: rows.length - passed };
}

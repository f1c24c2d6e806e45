import { countsOf, pageOf, rowsOf, shownIn } from "../e2e/table";

const report = (...tests: readonly (readonly [string, string, number?])[]) => ({
  testResults: [
    {
      status: "any",
      assertionResults: tests.map(([fullName, status, duration]) => ({ fullName, status, duration })),
    },
  ],
});
const line = (suite: string, test: string, result: string, seconds: number) => ({ suite, test, result, seconds });

describe("a suite", () => {
  test("has a line for each test", () => {
    expect(rowsOf("ha", report(["a", "passed", 1500], ["b", "failed", 20], ["c", "pending"]), false, 9)).toEqual([
      line("ha", "a", "passed", 1.5),
      line("ha", "b", "failed", 0.02),
      line("ha", "c", "not run", 0),
    ]);
  });
  test("that fails outside of its tests, or says nothing at all, has a line for that", () => {
    const itself = line("ha", "the suite itself", "failed", 9);
    expect(rowsOf("ha", report(["a", "passed", 1500]), false, 9)).toEqual([line("ha", "a", "passed", 1.5), itself]);
    expect(rowsOf("ha", undefined, false, 9)).toEqual([itself]);
    expect(rowsOf("ha", report(), false, 9)).toEqual([itself]);
  });
});

test("what was not run did not pass", () => {
  const rows = rowsOf("ha", report(["a", "passed"], ["b", "failed"], ["c", "pending"]), false, 9);
  expect(countsOf(rows)).toEqual({ passed: 1, failed: 2 });
});

describe("the page", () => {
  const circumstances = { date: "2026-01-02", commit: "abc-dirty", kubernetes: "1.36.3", cores: 2 };
  const shown = [
    {
      ...circumstances,
      suite: "net",
      rows: rowsOf("net", report(["carries a|b", "passed", 1200]), true, 2),
      figures: [],
    },
    {
      ...{ ...circumstances, date: "2026-01-01", suite: "ha" },
      rows: rowsOf("ha", report(["a", "passed", 1000], ["b", "failed", 2000]), false, 9),
      figures: [{ what: "requests", value: "812, 0 failed" }],
    },
  ];
  test("has every suite with its own date, every line and figure, whatever is in their words", () => {
    const page = pageOf(shown);
    for (const row of [
      "| net | 2026-01-02 | abc-dirty | 1.36.3 | 2 | 1 passed, 0 failed | 1 |",
      "| ha | 2026-01-01 | abc-dirty | 1.36.3 | 2 | 1 passed, 1 failed | 3 |",
      "| net | carries a\\|b | passed | 1.2 |",
      "| ha | requests | 812, 0 failed |",
    ]) {
      expect(page).toContain(row);
    }
  });
  test("is read again, as it lies there, for the suites that are not run", () => {
    const [net, ha] = shown;
    // Formatted, its columns are aligned.
    const page = pageOf(shown).replaceAll(" | ", "     |  ");
    expect(shownIn(page)).toEqual([ha, net]);
    expect(shownIn("# Another page\n")).toEqual([]);
  });
});

import { isAsExpected, lineOf, pageOf, type Outcome } from "../faults/table";

const outcome = (more: Partial<Outcome>): Outcome => ({
  name: "power | lost",
  expected: "heals by itself",
  told: undefined,
  undone: undefined,
  runs: 0,
  seconds: 31,
  ill: undefined,
  ...more,
});

test("a fault counts as borne where it took no more runs than expected, and all was well", () => {
  expect(isAsExpected(outcome({}))).toBe(true);
  expect(isAsExpected(outcome({ runs: 1 }))).toBe(false);
  expect(isAsExpected(outcome({ expected: "one up", runs: 1 }))).toBe(true);
  expect(isAsExpected(outcome({ expected: "one up", runs: 2 }))).toBe(false);
  expect(isAsExpected(outcome({ ill: "not ready: worker-1" }))).toBe(false);
  expect(isAsExpected(outcome({ undone: "nothing was cut" }))).toBe(false);
});

test("a line and a row say what was seen", () => {
  expect(lineOf(outcome({ runs: 3, ill: "not ready: worker-1", told: "killed after 3 s" }))).toBe(
    "NOT power | lost: NOT WELL: not ready: worker-1; killed after 3 s; 3 runs, 31 s",
  );
  expect(lineOf(outcome({ undone: "nothing was cut" }))).toBe(
    "NOT power | lost: NOT DONE: nothing was cut; well; 0 runs, 31 s",
  );
  const elsewhere = [{ name: "clock", where: "not done" }];
  const page = pageOf([outcome({})], {
    date: "2026-11-26",
    commit: "abc",
    runs: "one run",
    seed: 7,
    all: 19,
    elsewhere,
  });
  expect(page).toContain("| power \\| lost | heals by itself | well | 0 | 31 |\n| clock | | not done | | |");
});

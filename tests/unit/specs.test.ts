import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { outcomesIn, patternOf, verdictsOf, type Outcome } from "../../toolchain/specs/outcomes";
import { failed, linesOf, pageOf } from "../../toolchain/specs/page";
import { causeOf, leftOut } from "../../toolchain/specs/reasons";

// What `make conformance` makes of Ginkgo's reports.
const spec = (texts: readonly string[], labels: readonly string[], state: string, more: object = {}) => ({
  ContainerHierarchyTexts: texts.slice(0, -1),
  ContainerHierarchyLabels: [["sig-apps"], null],
  LeafNodeType: "It",
  LeafNodeText: texts.at(-1),
  LeafNodeLabels: labels,
  State: state,
  RunTime: 12_400_000_000,
  ...more,
});
const reportOf = (...specs: readonly object[]) => JSON.stringify([{ SpecReports: specs }]);
const outcome = (name: string, ending: Outcome["ending"], message = ""): Outcome => ({
  ...{ name: `[sig-apps] ${name}`, area: "sig-apps", serial: false, ending, seconds: 1, message, log: "" },
});

test("a report's specs of conformance are read, and nothing else", () => {
  const setUp = { ...spec(["", ""], ["Conformance"], "passed"), LeafNodeType: "SynchronizedBeforeSuite" };
  const outcomes = outcomesIn(
    reportOf(
      setUp,
      spec(["[sig-apps] Job", "should run [Conformance]"], ["Conformance"], "passed"),
      spec(["[sig-apps] Job", "should be fast"], ["Slow"], "passed"),
      spec(["[sig-apps] Daemon set [Serial]", "should retry [Conformance]"], ["Serial", "Conformance"], "timedout", {
        Failure: { Message: "A spec timed out" },
        CapturedGinkgoWriterOutput: "STEP: one\n",
      }),
    ),
  );
  expect(outcomes).toEqual([
    {
      ...{ name: "[sig-apps] Job should run [Conformance]", area: "sig-apps", serial: false, ending: "passed" },
      ...{ seconds: 12, message: "", log: "" },
    },
    {
      ...{ name: "[sig-apps] Daemon set [Serial] should retry [Conformance]", area: "sig-apps", serial: true },
      ...{ ending: "failed", seconds: 12, message: "A spec timed out", log: "STEP: one\n" },
    },
  ]);
});

test.each([
  ["skipped", "", "none"],
  ["skipped", "needs two zones", "skipped"],
  ["panicked", "nil map", "failed"],
  ["interrupted", "by the user", "none"],
  ["timedout", "A spec timeout occurred", "failed"],
  ["timedout", "A suite timeout occurred", "none"],
])("a spec that is %s with %j ended as %s", (state, message, ending) => {
  const [found] = outcomesIn(
    reportOf(spec(["[sig-apps] Job", "a"], ["Conformance"], state, { Failure: { Message: message } })),
  );
  expect(found?.ending).toBe(ending);
});

test("a pattern means the specs that it was made of, and no other", () => {
  const names = ["[sig-node] a (b) $c", "[sig-apps] d|e [Conformance]"];
  const pattern = new RegExp(patternOf(names) ?? "");
  expect(names.every((name) => pattern.test(`Kubernetes e2e suite ${name}`))).toBe(true);
  for (const other of ["[sig-apps] d", "[sig-node] a b $c", "[sig-apps] d|e [Conformance] and more"]) {
    expect(pattern.test(other)).toBe(false);
  }
  expect(patternOf([])).toBeUndefined();
});

const runs = [
  [outcome("a", "none"), outcome("b", "none"), outcome("c", "none"), outcome("d", "none")],
  [
    outcome("a", "passed"),
    outcome("b", "failed", "timed out waiting"),
    outcome("c", "failed", "no"),
    outcome("d", "none"),
  ],
  [outcome("a", "none"), outcome("b", "passed"), outcome("c", "failed", 'pods "x" is forbidden'), outcome("d", "none")],
];
const rows = verdictsOf(runs).map((row) =>
  row.name.endsWith("d") ? { ...row, reason: "there is no such image" } : row,
);

test("a spec is what it was in its last run; one that passed at the second attempt says so", () => {
  expect(verdictsOf(runs).map(({ ending, again, first }) => [ending, again, first])).toEqual([
    ["passed", false, ""],
    ["passed", true, "timed out waiting"],
    ["failed", true, "no"],
    ["none", false, ""],
  ]);
  expect(failed(rows).map(({ name }) => name)).toEqual(["[sig-apps] c"]);
  expect(linesOf(rows)).toContain("4 specs: 1 passed, 1 passed alone after a failure, 1 failed, 1 skipped");
});

test("a spec that passed in two runs has not failed in between", () => {
  expect(verdictsOf([[outcome("a", "passed")], [outcome("a", "passed")]])).toMatchObject([{ again: false, first: "" }]);
});

test("a spec that was to run and did not is no spec that passed", () => {
  const [row] = verdictsOf([[outcome("a", "none")], [outcome("a", "none")]]);
  expect(linesOf(row ? [row] : [])).toContain("0 passed, 0 passed alone after a failure, 1 failed, 0 skipped");
});

test("the page has the counts, each failure with its cause and each skipped spec with its reason", () => {
  const page = pageOf(rows, {
    ...{ date: "2026-11-26", commit: "abc", kubernetes: "1.36.3", runtime: "docker", processes: 8, minutes: 30 },
    ...{ machines: [{ name: "m", roles: ["master"] }], images: ["registry.k8s.io/pause:3.10.2"] },
  });
  expect(page).toContain("| sig-apps | 4 | 1 | 1 | 1 | 1 |");
  expect(page).toContain('| [sig-apps] c | pods "x" is forbidden |');
  expect(page).toContain("- there is no such image:\n  - [sig-apps] d");
  expect(page).toContain("- `registry.k8s.io/pause:3.10.2`");
});

test.each([
  ["boom", 'Failed to pull image "r/x:1": not found', "the image r/x:1 cannot be had: boom"],
  [
    'pods "p" is forbidden: violates PodSecurity "baseline:latest": x',
    "",
    'pod security baseline:latest refuses its pod: pods "p"',
  ],
  ["Timed out after 300 s", "", "time: Timed out after 300 s"],
  ["expected 1 got 2", "a probe: timeout", "expected 1 got 2"],
])("the cause of %j is read in what the spec said", (message, log, cause) => {
  expect(causeOf({ message, log }).startsWith(cause)).toBe(true);
});

test("what a runtime cannot do is left out with it, and run with another", () => {
  const resize =
    "[sig-node] Pod InPlace Resize Container burstable pods - extended resize with equivalents [Conformance]";
  const kind = { runtime: "docker", local: false };
  expect(leftOut(resize, kind)).toContain("cri-dockerd reports neither");
  expect(leftOut(resize, { ...kind, runtime: "containerd" })).toBeUndefined();
  expect(leftOut("[sig-node] Pod InPlace Resize Container resize pod via the replace endpoint", kind)).toBeUndefined();
});

const recipes = join(__dirname, "..", "..", "toolchain", "specs", "modules");

test.each(readdirSync(recipes))("the tests of Kubernetes %s are of that release", (release) => {
  const text = readFileSync(join(recipes, release, "go.mod"), "utf8");
  expect(text).toMatch(new RegExp(`k8s.io/kubernetes v${release.replaceAll(".", "\\.")}\\b`));
  expect(readFileSync(join(recipes, release, "flags"), "utf8")).toContain(`gitVersion=v${release} `);
});

test("the default release has a recipe", () => {
  const lock = join(__dirname, "..", "..", "components", "artifacts", "lock.json");
  const { kubernetes } = JSON.parse(readFileSync(lock, "utf8")) as {
    readonly kubernetes: { readonly default: string };
  };
  expect(readdirSync(recipes)).toContain(kubernetes.default);
});

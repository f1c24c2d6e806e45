import type { Verdict } from "./outcomes";
import { causeOf, firstLine } from "./reasons";

/** When, and of what, the outcomes are. */
export interface Circumstances {
  readonly date: string;
  readonly commit: string;
  readonly kubernetes: string;
  readonly runtime: string;
  readonly machines: readonly { readonly name: string; readonly roles: readonly string[] }[];
  /** How many specs run at a time, but for those that are to be alone. */
  readonly processes: number;
  readonly minutes: number;
  /** The names of the images that the specs are given. */
  readonly images: readonly string[];
}

/** A spec with the reason why it is not run, where there is one. */
export interface Row extends Verdict {
  readonly reason?: string;
}

type Kind = "passed" | "again" | "failed" | "skipped";

function kindOf({ ending, again, reason }: Row): Kind {
  if (reason !== undefined || ending === "skipped") return "skipped";
  // What was to run and did not has not passed.
  if (ending === "none") return "failed";
  return ending === "passed" && again ? "again" : ending;
}

const of = (rows: readonly Row[], kind: Kind) => rows.filter((row) => kindOf(row) === kind);

/** Specs that were run and did not pass. */
export const failed = (rows: readonly Row[]) => of(rows, "failed");

const reasonOf = ({ reason, message }: Row) => reason ?? `it says so itself: ${firstLine(message)}`;
const whyFailed = (row: Row) => (row.ending === "none" ? "it was not run to its end" : causeOf(row));

/** The skipped ones, by their reasons. */
function skippedBy(rows: readonly Row[]): readonly (readonly [string, readonly Row[]])[] {
  const skipped = of(rows, "skipped");
  return [...new Set(skipped.map(reasonOf))].map((reason) => [
    reason,
    skipped.filter((row) => reasonOf(row) === reason),
  ]);
}

/** A few lines for a terminal. */
export function linesOf(rows: readonly Row[]): string {
  const count = (kind: Kind) => of(rows, kind).length;
  return [
    ...of(rows, "failed").map((row) => `failed   ${row.name}\n         ${whyFailed(row)}`),
    ...of(rows, "again").map((row) => `again    ${row.name}\n         ${firstLine(row.first)}`),
    ...skippedBy(rows).map(([reason, specs]) => `skipped  ${specs.length} specs: ${reason}`),
    `${rows.length} specs: ${count("passed")} passed, ${count("again")} passed alone after a failure, ` +
      `${count("failed")} failed, ${count("skipped")} skipped`,
    "",
  ].join("\n");
}

/** The page, as Markdown. */
export function pageOf(rows: readonly Row[], told: Circumstances): string {
  const machines = told.machines.map(({ name, roles }) => `${name} (${roles.join(", ")})`).join("; ");
  return [
    "# Kubernetes' own conformance tests",
    "",
    "`make conformance WRITE=1` writes this page: the specs of Kubernetes' `e2e.test` that are marked `[Conformance]`, run against a stack.",
    "",
    `Run on ${told.date} at ${told.commit}, in ${told.minutes} minutes: Kubernetes ${told.kubernetes}, runtime ${told.runtime};`,
    `machines ${machines}. ${told.processes} specs at a time, then those that are to be alone.`,
    "",
    ...counts(rows),
    "",
    "## Failed",
    "",
    ...table(["Spec", "Cause"], of(rows, "failed"), whyFailed),
    "",
    "## Passed at the second attempt",
    "",
    "What fails is run once more, when nothing else runs.",
    "",
    ...table(["Spec", "What it said first"], of(rows, "again"), ({ first }) => firstLine(first)),
    "",
    "## Skipped",
    "",
    ...skippedBy(rows).flatMap(([reason, specs]) => [`- ${reason}:`, ...specs.map(listed), ""]),
    ...(of(rows, "skipped").length === 0 ? ["None.", ""] : []),
    ...given(told.images),
  ].join("\n");
}

function counts(rows: readonly Row[]): readonly string[] {
  const cells = (name: string, some: readonly Row[]) =>
    `| ${name} | ${some.length} | ${(["passed", "again", "failed", "skipped"] as const).map((kind) => of(some, kind).length).join(" | ")} |`;
  const areas = [...new Set(rows.map(({ area }) => area))].sort();
  return [
    "| Area | Specs | Passed | Passed at the second attempt | Failed | Skipped |",
    "| --- | --- | --- | --- | --- | --- |",
    ...areas.map((area) =>
      cells(
        area,
        rows.filter((row) => row.area === area),
      ),
    ),
    cells("**all**", rows),
  ];
}

function table(titles: readonly string[], rows: readonly Row[], text: (row: Row) => string): readonly string[] {
  if (rows.length === 0) return ["None."];
  const lines = rows.map((row) => `| ${row.name.replaceAll("|", String.raw`\|`)} | ${text(row)} |`);
  return [`| ${titles.join(" | ")} |`, "| --- | --- |", ...lines];
}

const listed = ({ name }: Row) => `  - ${name}`;

function given(images: readonly string[]): readonly string[] {
  return [
    "## Images",
    "",
    "No registry is asked for them. The programs of the tests' images are built from Kubernetes' own sources, and laid on Debian's",
    "packages where the published images are laid on Alpine's; each machine has them under the names that the tests ask for, for as long as the tests run:",
    "",
    ...images.map((image) => `- \`${image}\``),
    "",
  ];
}

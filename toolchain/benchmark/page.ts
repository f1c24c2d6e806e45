import { checksWith, countOf, edition, type Finding } from "./findings";

/** When, and of what, the findings are. */
export interface Circumstances {
  readonly date: string;
  readonly commit: string;
  readonly kubernetes: string;
  readonly runtime: string;
  /** The machines with their roles, in the order of the configuration. */
  readonly machines: readonly { readonly name: string; readonly roles: readonly string[] }[];
}

/** A few lines for a terminal. */
export function linesOf(findings: readonly Finding[], { machines }: Pick<Circumstances, "machines">): string {
  const rows = machines.map(({ name }) => {
    const [pass, fail, warn] = (["PASS", "FAIL", "WARN"] as const).map((result) => countOf(findings, name, result));
    return `${name}: ${pass} PASS, ${fail} FAIL, ${warn} WARN`;
  });
  const named = (["FAIL", "WARN"] as const).flatMap((result) =>
    checksWith(findings, result).map(
      ({ check, text, machines }) => `${result} ${check} ${text}: ${[...new Set(machines)].join(", ")}`,
    ),
  );
  return [...rows, ...named, ""].join("\n");
}

/** The page, as Markdown. */
export function pageOf(findings: readonly Finding[], told: Circumstances): string {
  const counts = told.machines.map(({ name, roles }) => {
    const [pass, fail, warn] = (["PASS", "FAIL", "WARN"] as const).map((result) => countOf(findings, name, result));
    return `| ${name} | ${roles.join(", ")} | ${pass} | ${fail} | ${warn} |`;
  });
  const rows = (result: "FAIL" | "WARN") =>
    checksWith(findings, result).map(
      ({ check, text, machines }) => `| ${check} | ${text} | ${[...new Set(machines)].join(", ")} |`,
    );
  const table = (result: "FAIL" | "WARN") =>
    rows(result).length === 0
      ? ["None."]
      : ["| Check | What it asks | Machines |", "| --- | --- | --- |", ...rows(result)];
  return [
    "# What the CIS benchmark finds",
    "",
    "`make cis WRITE=1` writes this page. What each WARN means here is answered in [security.md](security.md).",
    "",
    `Run on ${told.date} at ${told.commit}: kube-bench 0.15.6, benchmark ${edition}; Kubernetes ${told.kubernetes}, runtime ${told.runtime}.`,
    "",
    "| Machine | Roles | PASS | FAIL | WARN |",
    "| --- | --- | --- | --- | --- |",
    ...counts,
    "",
    "## FAIL",
    "",
    ...table("FAIL"),
    "",
    "## WARN",
    "",
    ...table("WARN"),
    "",
    "## All results",
    "",
    ...allResults(findings, told),
    "",
  ].join("\n");
}

/** A line for each check, and what each machine came to; nothing where a machine is not asked. */
function allResults(findings: readonly Finding[], { machines }: Circumstances): readonly string[] {
  const names = machines.map(({ name }) => name);
  const lines = checksWith(findings).map(({ check, text }) => {
    const of = (name: string) => findings.find((one) => one.machine === name && one.check === check)?.result ?? "";
    return `| ${[check, text, ...names.map(of)].join(" | ")} |`;
  });
  return [
    `| ${["Check", "What it asks", ...names].join(" | ")} |`,
    `| ${["Check", "What it asks", ...names].map(() => "---").join(" | ")} |`,
    ...lines,
  ];
}

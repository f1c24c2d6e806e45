/** What the CIS benchmark is asked on a machine, and what it found there. Pure. */

/** The benchmark's edition: kube-bench maps it to Kubernetes 1.32 to 1.34, and later ones have none of their own yet. */
export const edition = "cis-1.12";

export type Result = "FAIL" | "WARN" | "PASS";

/** One check on one machine. */
export interface Finding {
  readonly machine: string;
  readonly check: string;
  readonly text: string;
  readonly result: Result;
}

/** Checks whose subject is etcd's files, which are asked for where a member is, and nowhere else. */
const ofMembers = ["1.1.11", "1.1.12"];
/** Checks of a manifest of etcd's; a member that is no pod has none. */
const ofMembersPods = ["1.1.7", "1.1.8"];

/** The arguments of kube-bench for each of its runs on a machine with these roles. */
export function runsFor(roles: readonly string[]): readonly (readonly string[])[] {
  const [master, etcd] = [roles.includes("master"), roles.includes("etcd")];
  const skipped = [...ofMembersPods, ...(etcd ? [] : ofMembers)];
  const node = master || roles.includes("worker");
  return [
    ...(master ? [["--targets", "master,controlplane", "--skip", skipped.join()]] : []),
    ...(etcd ? [["--targets", "etcd"]] : []),
    ...(etcd && !master ? [["--targets", "master", "--check", ofMembers.join()]] : []),
    ...(node ? [["--targets", "node"]] : []),
  ];
}

interface Output {
  readonly Controls: readonly {
    readonly tests: readonly {
      readonly results: readonly {
        readonly test_number: string;
        readonly test_desc: string;
        readonly status: string;
      }[];
    }[];
  }[];
}

/** What one run found; checks that only inform are none. */
export function findingsIn(machine: string, json: string): readonly Finding[] {
  const { Controls } = JSON.parse(json) as Output;
  const results = Controls.flatMap(({ tests }) => tests.flatMap(({ results }) => results));
  return results.flatMap(({ test_number: check, test_desc: text, status }) =>
    status === "FAIL" || status === "WARN" || status === "PASS" ? [{ machine, check, text, result: status }] : [],
  );
}

/** How many checks of a machine ended so. */
export const countOf = (findings: readonly Finding[], machine: string, result: Result) =>
  findings.filter((finding) => finding.machine === machine && finding.result === result).length;

/** The checks that ended so on any machine, or all of them, by their numbers, each with the machines. */
export function checksWith(findings: readonly Finding[], result?: Result) {
  const found = findings.filter((finding) => result === undefined || finding.result === result);
  const numbers = [...new Set(found.map(({ check }) => check))].sort(byNumber);
  return numbers.map((check) => {
    const same = found.filter((finding) => finding.check === check);
    return { check, text: same[0]?.text ?? "", machines: same.map(({ machine }) => machine) };
  });
}

function byNumber(one: string, other: string): number {
  const [a, b] = [one, other].map((number) => number.split(".").map(Number));
  return (a ?? []).map((part, index) => part - (b?.[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

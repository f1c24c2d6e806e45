import { reportOf } from "../../components/upgrade/report";
import { parseTold, type Told } from "../../components/upgrade/told";

/** What a machine told, from lines whose fields have commas between them. */
function told(...lines: readonly string[]): Told {
  const answer = parseTold(`${lines.map((line) => line.replaceAll(", ", "\t")).join("\n")}\nend\n`);
  if (!answer) throw new Error("the lines are no answer");
  return answer;
}

const available = ["1.35.4", "1.36.3", "1.37.2"];
const nodes = ["node, m1, 1.35.4, True", "node, m2, 1.35.4, True", "node, w, 1.35.4, True"];
const master = (...more: readonly string[]) => told("api-server, 1.35.4", "proxies, 1.35.4", ...nodes, ...more);
const report = (machines: Readonly<Record<string, Told | undefined>>, to = "1.36.3") =>
  reportOf({ from: "1.35.4", to, told: new Map(Object.entries(machines)), available });

test("where all is well, nothing is said", () => {
  const well = { m1: master('member, [{"Status":{"version":"3.6.14"}}]'), m2: master(), w: told() };
  expect(report(well)).toEqual({ problems: [], warnings: [] });
});

test("certificates that have ended are named with the way out, and those that are due are not", () => {
  const one = { from: "1.35.4", to: "1.36.3", told: new Map([["m1", master()]]), available, clock: 10_000 };
  expect(reportOf({ ...one, firstEnd: 10_001 }).problems).toEqual([]);
  expect(reportOf({ ...one, firstEnd: 10_000 - 7200 }).problems).toEqual([
    "certificates of the cluster ended 2 hours ago: run up with kubernetes.version: 1.35.4 first, which renews them",
  ]);
});

test("an answer that was cut off is none", () => {
  expect(parseTold("refused\tkubelet\tx\n")).toBeUndefined();
  expect(parseTold("")).toBeUndefined();
  expect(report({ m1: master(), w: undefined }).problems).toEqual([
    "w did not answer: it must answer before anything begins",
  ]);
});

test("all problems of all machines are in one report, and what is the same on several is said once", () => {
  const gone = "refused, kube-apiserver, unrecognized feature gate: Gone";
  const { problems } = report({
    m1: master(gone),
    m2: master(gone, "unknown, kube-scheduler, its image is not there"),
    w: told("refused, kubelet, unknown flag: --x"),
  });
  expect(problems).toEqual([
    "m1 and m2: kube-apiserver 1.36.3 does not take its settings: unrecognized feature gate: Gone",
    "w: kubelet 1.36.3 does not take its settings: unknown flag: --x",
    "m2: of kube-scheduler nothing is known: its image is not there",
  ]);
});

test("nodes that are not ready, and releases that are not what the state knows", () => {
  const odd = told("api-server, 1.35.4", "proxies, 1.36.3", "node, m1, 1.36.3, True", "node, w, 1.31.2, False");
  expect(report({ m1: odd, m2: told("api-server, 1.36.3") }).problems).toEqual([
    "the node w is not ready",
    "the kubelet of w (1.31.2) would be more than 3 minor releases behind the API servers. The way: run up with the release that the cluster has, until all nodes have it",
    "the kubelet of m1 (1.36.3) is newer than the API server of m1 (1.35.4)",
    "the kube-proxy of m1 (1.36.3) is newer than the API server of m1 (1.35.4)",
    "the kubelet of w (1.31.2) is more than 3 minor releases older than the API server of m2 (1.36.3)",
    "the kube-proxy of w (1.36.3) is newer than the API server of m1 (1.35.4)",
    "the kube-proxy of w (1.36.3) and its kubelet (1.31.2) are more than 3 minor releases apart",
  ]);
});

test("a release that may not follow", () => {
  expect(report({ m1: master() }, "1.37.2").problems[0]).toMatch(
    /^an upgrade goes from each minor release to the next/,
  );
});

test("members of etcd with an alarm, or of several releases", () => {
  const member = (version: string, ...errors: readonly string[]) =>
    `member, ${JSON.stringify([{ Status: { version, errors } }])}`;
  const { problems } = report({ m1: master(member("3.6.14", "alarm:NOSPACE ")), m2: master(member("3.5.26")) });
  expect(problems).toEqual([
    "the member of etcd on m1 has an alarm: alarm:NOSPACE. See etcdctl alarm list, and etcdctl alarm disarm",
    "the members of etcd are not of one release: m1 3.6.14 and m2 3.5.26. Run up with the release that the cluster has",
  ]);
});

test("what goes on is warned of: APIs that go, budgets that hold, settings that are not heeded", () => {
  const lines = [
    "asked, policy, v1beta1, things, , 1.36",
    "asked, apps, v1beta9, others, status, 1.35",
    "asked, , v1, componentstatuses, , ",
    "asked, later.k8s.io, v1, x, , 1.37",
    "budget, shop, cart, w v",
    "budget, shop, idle, ",
  ];
  expect(
    report({ m1: master(...lines), m2: master(lines[0] ?? ""), w: told('ignored, kubelet, unknown field "x"') }),
  ).toEqual({
    problems: [],
    warnings: [
      'w: kubelet 1.36.3 starts, and says: unknown field "x"',
      "clients still ask for others/status of apps/v1beta9, which Kubernetes 1.35 has no more",
      "clients still ask for things of policy/v1beta1, which Kubernetes 1.36 has no more",
      "the disruption budget shop/cart lets no pod go: w and v cannot be drained while that is so",
      "the disruption budget shop/idle lets no pod go",
    ],
  });
});

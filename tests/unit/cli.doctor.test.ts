import { plain } from "../../cli/color";
import type { ClusterTold } from "../../cli/doctor/cluster";
import { judge, textOf } from "../../cli/doctor";
import type { Examined, Told } from "../../components/doctor";
import type { Answer } from "../../components/survey";
import { environment } from "./render.fixture";

const stack = environment({}, "prod");
const answer: Answer = {
  scripts: new Map(),
  boot: "b",
  clock: 1_800_000_000,
  versions: new Map([["kubelet", stack.kubernetes.version]]),
  ends: new Map([["/etc/kubernetes/pki/apiserver.crt", 1_800_000_000 + 300 * 86_400]]),
  verified: 0,
  faults: [],
  members: [],
  restored: new Map(),
  apiSilent: false,
  unready: new Map(),
  joined: [],
  nginxSilent: false,
};
const told: Told = {
  units: [],
  disks: [{ mount: "/", bytes: 40, inodes: 3, left: "12G" }],
  leaves: [],
  ways: [{ way: "its proxy", url: "https://127.0.0.1:6444", answer: "200" }],
  servers: [],
  members: [],
  from: "pod",
  name: "ok",
  reached: [],
  mtu: 1450,
  now: 1_800_000_000,
};
const member = { id: "1", version: "3.6.12", leader: "1", bytes: 20e6, quota: 2e9, errors: [], learner: false };
const [m, w] = stack.machines;
if (!m || !w) throw new Error("two machines are expected");
const master: Told = {
  ...told,
  servers: [{ server: "kube-apiserver", well: true, words: "", said: "" }],
  member,
  members: [{ id: "1", name: "m", urls: [], learner: false }],
  reached: [{ node: "w", size: "small", answer: "ok" }],
};
const well: readonly Examined[] = [
  { config: m, answer, told: master, ahead: 0 },
  { config: w, answer, told, ahead: 1 },
];
const ready = { type: "Ready", status: "True", reason: "KubeletReady" };
const cluster: ClusterTold = {
  url: "https://192.0.2.1:6443",
  nodes: ["m", "w"].map((name) => ({ metadata: { name }, status: { conditions: [ready] } })),
  pods: [],
  guarded: new Set(),
};
const wrong = (all: readonly Examined[], found: ClusterTold | string = cluster) =>
  judge(stack, all, found)
    .filter(({ state }) => state !== "well")
    .map(({ check, state, subject, words }) => `${check} ${state} ${subject}: ${words}`);
const but = (change: { readonly answer?: Partial<Answer>; readonly told?: Partial<Told>; readonly ahead?: number }) =>
  [
    {
      ...well[0],
      ahead: change.ahead ?? 0,
      answer: { ...answer, ...change.answer },
      told: { ...master, ...change.told },
    },
    well[1],
  ] as readonly Examined[];

test("where all is well, each check says what it saw", () => {
  const findings = judge(stack, well, cluster);
  expect(findings.filter(({ state }) => state !== "well")).toEqual([]);
  expect(textOf({ stack: "prod", well: true, findings }, plain)).toMatchInlineSnapshot(`
   "  + machines      2 machines answer
     + drift         nothing was changed by hand, and every script ended well
     + units         all that keelson keeps running runs
     + clocks        no two clocks are more than 1.0 s apart
     + disks         the fullest is / of m: 40 % are used
     + API           it answers at https://192.0.2.1:6443, and on the machines by 1 way
     + certificates  the first to end is /etc/kubernetes/pki/apiserver.crt of m, in 300 days
     + etcd          1 member, no alarms, 19 MB of 1907 MB
     + nodes         2 nodes ready
     + pods          all of kube-system and kube-flannel are ready
     + network       names resolve; 1 pair of nodes reach each other's pods, packets of 1450 bytes too (asked from inside pods on 2 of 2 nodes)
     + versions      Kubernetes 1.36.3 everywhere

   stack prod is well
   "
  `);
});

test("what nobody could be asked for is not well, and no backup is told to be missing", () => {
  const backed = {
    ...stack,
    etcd: { ...stack.etcd, backup: { every: "1h", verify: "1d" } },
  } as unknown as typeof stack;
  const states = (all: readonly Examined[]) =>
    judge(backed, all, "no answer").flatMap(({ check, state }) => (state === "unknown" ? [check] : []));
  const silent = (config: typeof m): Examined => ({ config, silence: "does not answer" });
  expect(states([silent(m), silent(w)])).toEqual(
    expect.arrayContaining(["drift", "units", "clocks", "disks", "certificates", "etcd", "backups"]),
  );
  expect(states([silent(m), { config: w, answer, told, ahead: 0 }])).toEqual(
    expect.arrayContaining(["etcd", "backups"]),
  );
});

test("a master that waited for a machine which left is no drift", () => {
  const ran = (name: string) => ({ name, ended: false, working: false, program: "a", run: "1", changes: [] });
  const scripts = new Map(["gone-ready", "gone-admit"].map((name) => [name, ran(name)]));
  expect(wrong(but({ answer: { scripts } }))).toEqual([]);
  expect(wrong(but({ answer: { scripts: new Map([["w-ready", ran("w-ready")]]) } }))).toHaveLength(1);
});

describe("what is not well is told with its machine", () => {
  test.each<[string, Parameters<typeof but>[0]]>([
    [
      "units wrong m: does not run (failed failed)",
      { told: { units: [{ unit: "etcd.service", state: "failed failed", said: "x" }] } },
    ],
    ["clocks wrong m: its clock is 300 s ahead of the others', and 30 s are allowed", { ahead: 301 }],
    [
      "disks wrong m: 91 % of its inodes are used, 12G are left",
      { told: { disks: [{ mount: "/", bytes: 40, inodes: 91, left: "12G" }] } },
    ],
    [
      "API wrong m: does not answer at https://127.0.0.1:6444 (refused)",
      { told: { ways: [{ way: "its proxy", url: "https://127.0.0.1:6444", answer: "refused" }] } },
    ],
    ["certificates wrong m: ends in 5 days", { answer: { ends: new Map([["/x.crt", answer.clock + 5 * 86_400]]) } }],
    [
      "etcd wrong m: has no leader: there is no quorum, and no write is taken",
      { told: { member: { ...member, leader: "0" } } },
    ],
    [
      "etcd wrong m: complains: memberID:1 alarm:NOSPACE",
      { told: { member: { ...member, errors: ["memberID:1 alarm:NOSPACE"] } } },
    ],
    [
      "etcd wrong m: has 1717 MB of 1907 MB: when it is full, etcd takes no write",
      { told: { member: { ...member, bytes: 1.8e9 } } },
    ],
    ["etcd wrong m: does not answer: refused", { told: { member: { silent: "refused", said: "" } } }],
    [
      "etcd wrong the cluster: knows of a member old that the stack does not have",
      { told: { members: [...master.members, { id: "2", name: "old", urls: [], learner: false }] } },
    ],
    [
      "network wrong m: a name of the cluster does not resolve: no answer within 3 s",
      { told: { name: "no answer within 3 s" } },
    ],
    [
      "network wrong m: packets of its pods do not reach those of w: lost",
      {
        told: {
          reached: [
            { node: "w", size: "small", answer: "lost" },
            { node: "w", size: "full", answer: "lost" },
          ],
        },
      },
    ],
    [
      "versions wrong m: is 1.30.0, and the configuration has " + stack.kubernetes.version,
      { answer: { versions: new Map([["kubelet", "1.30.0"]]) } },
    ],
  ])("%s", (words, change) => {
    expect(wrong(but(change))).toEqual([words]);
  });

  test("a machine that does not answer, and nothing that others cannot reach of it", () => {
    const silent = { config: w, silence: "does not answer: no answer within 5 s (ETIMEDOUT)" };
    const asks = but({ told: { reached: [{ node: "w", size: "small", answer: "no answer" }] } })[0];
    if (!asks) throw new Error("no machine");
    expect(wrong([asks, silent])).toEqual(["machines wrong w: does not answer: no answer within 5 s (ETIMEDOUT)"]);
  });

  test("an address that two masters have at once, on each of them", () => {
    const holds = { answer: { ...answer, holds: "192.0.2.9" } };
    const all = well.map((one) => ({ ...one, ...holds }));
    const words = expect.stringContaining("the virtual address 192.0.2.9 is on several masters at once") as string;
    expect(wrong(all)).toEqual(["m", "w"].map(() => words));
    expect(wrong(but({ answer: { holds: "192.0.2.9" } }))).toEqual([]);
  });

  test("nodes: conditions, cordons, taints and strangers", () => {
    const pressure = { type: "DiskPressure", status: "True", message: "full" };
    const nodes = [
      { metadata: { name: "m" }, spec: { unschedulable: true }, status: { conditions: [ready, pressure] } },
      { metadata: { name: "x" }, status: { conditions: [ready] } },
    ];
    expect(wrong(well, { ...cluster, nodes })).toEqual([
      "nodes wrong w: has no node in the cluster",
      "nodes wrong m: has the condition DiskPressure: full",
      "nodes wrong m: is cordoned, and no configuration says so: kubectl uncordon",
      "nodes wrong x: is a node that the stack has no machine for",
    ]);
  });
});

test("an API that is dead is told once, with what it said last, and what could not be asked", () => {
  const dead: Partial<Told> = {
    servers: [{ server: "kube-apiserver", well: false, words: "does not answer", said: "Error: unknown flag: --x" }],
    ways: [
      { way: "the API server of m", url: "https://192.0.2.1:6443", answer: "refused" },
      { way: "its proxy", url: "https://127.0.0.1:6444", answer: "reset" },
    ],
  };
  const all = but({ told: dead });
  expect(wrong(all, "the cluster's API at x does not answer (refused)")).toEqual([
    "API wrong the cluster: the cluster's API at x does not answer (refused)",
    "API wrong m: does not answer",
    "nodes unknown the cluster: could not be asked for: the API does not answer",
    "pods unknown the cluster: could not be asked for: the API does not answer",
    "network unknown the cluster: pods were not asked whether they reach each other: the API does not say where they are",
  ]);
  const findings = judge(stack, all, "the cluster's API at x does not answer (refused)");
  const text = textOf({ stack: "prod", well: false, findings }, plain);
  expect(text).toContain(
    "  it said last: Error: unknown flag: --x\n  next: make shell MACHINE=m STACK=prod, and there: " +
      // Only root sees what the pattern stands for.
      "sudo sh -c 'tail -n 50 /var/log/pods/kube-system_kube-apiserver-*/kube-apiserver/*.log'\n",
  );
});

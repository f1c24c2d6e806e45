import { consequences } from "../../components/plan/consequences";
import { refusals } from "../../components/plan/refusals";
import { alongside, etcdFaults, upgradeFaults } from "../../components/plan/versions";
import { masters, place, topology, worker } from "./plan.fixture";

const available = ["1.34.4", "1.35.4", "1.35.8", "1.36.1", "1.36.3", "1.36.4", "1.37.2"];
const faults = (from: string, to: string) => upgradeFaults({ from, to, available });

describe("another release of Kubernetes", () => {
  test.each([
    ["a later patch release", "1.36.1", "1.36.3"],
    ["the next minor release", "1.35.4", "1.36.3"],
    ["an early patch of the next minor release", "1.35.8", "1.36.1"],
    ["the same", "1.36.3", "1.36.3"],
  ])("%s may take the place of one", (_, from, to) => {
    expect(faults(from, to)).toEqual([]);
  });

  test("may leave no minor release out: the safe order goes by the latest of each", () => {
    expect(faults("1.35.4", "1.37.2")).toEqual([
      "an upgrade goes from each minor release to the next, and may leave none out. " +
        "The safe order: 1. set it to 1.36.4, and run up; 2. set it to 1.37.2, and run up",
    ]);
    expect(upgradeFaults({ from: "1.34.4", to: "1.37.2", available: ["1.37.2", "1.36.4"] })[0]).toMatch(
      /1\. set it to a release of 1\.35, and run up; 2\. set it to 1\.36\.4, and run up; 3\. set it to 1\.37\.2, /,
    );
  });

  test("of an older minor is refused for good", () => {
    expect(faults("1.36.3", "1.35.8")).toEqual([
      "a downgrade to an older minor release is supported by no part of Kubernetes, and etcd's data may be unreadable to it. The way: set it back",
    ]);
  });

  test("an older patch is refused, and told what is allowed", () => {
    expect(faults("1.36.3", "1.36.1")).toEqual([
      "an older patch release is not put under a cluster that ran a newer one. The way: leave it at 1.36.3; a later release may take its place: 1.36.4, 1.37.2",
    ]);
    expect(upgradeFaults({ from: "1.36.3", to: "1.36.1", available: ["1.36.1"] })[0]).toMatch(/leave it at 1\.36\.3$/);
  });

  test("that nobody can install is refused", () => {
    expect(faults("1.36.3", "1.36.9")).toEqual([
      `the lock has no release 1.36.9. The way: use one of ${available.join(", ")}, or add it with \`make lock VERSION=1.36.9\``,
    ]);
  });

  test("waits for kubelets that would be too far behind", () => {
    const kubelets = { a: "1.33.2", b: "1.32.9", c: "1.36.3" };
    expect(upgradeFaults({ from: "1.36.4", to: "1.37.2", kubelets, available })).toEqual([
      "the kubelets of a (1.33.2) and b (1.32.9) would be more than 3 minor releases behind the API servers. The way: run up with the release that the cluster has, until all nodes have it",
    ]);
    expect(upgradeFaults({ from: "1.36.4", to: "1.37.2", kubelets: { a: "1.34.4" }, available })).toEqual([]);
  });
});

describe("another release of etcd", () => {
  test.each([
    ["3.6.14", "3.6.16"],
    ["3.5.26", "3.6.14"],
    ["3.6.11", "3.7.3"],
    ["3.6.14", "3.6.14"],
  ])("%s may become %s", (from, to) => {
    expect(etcdFaults(from, to)).toEqual([]);
  });

  test.each([
    ["3.5.25", "3.6.14", "1. go to 3.5.26 or later; 2. go to 3.6.14"],
    ["3.6.10", "3.7.3", "1. go to 3.6.11 or later; 2. go to 3.7.3"],
    ["3.5.26", "3.7.3", "goes from each minor release to the next. The safe order: 1. go to 3.6; 2. go on from there"],
    ["3.7.1", "3.6.16", "does not start on the data of a newer minor release"],
    ["3.6.16", "3.6.14", "is not put on the data of a newer one. The way: go on with 3.6.16, or later"],
    ["3.5.20", "3.5.23", "kubeadm takes no etcd that is older than 3.5.24"],
  ])("%s may not become %s", (from, to, why) => {
    expect(etcdFaults(from, to)).toHaveLength(1);
    expect(etcdFaults(from, to)[0]).toContain(why);
  });
});

describe("a release changes", () => {
  const before = topology([...masters("abc"), worker]);

  test("while workers come and go, and not while masters or members do, or the runtime", () => {
    expect(alongside(before, topology([...masters("abc"), place("x", "worker")]))).toEqual([]);
    const order =
      " in the same change, and masters and members of etcd go to another release only while all else stays as it is. " +
      "The safe order: 1. change what else is to change with the release that the cluster has, and run up; 2. change the release, and run up";
    expect(alongside(before, topology([...masters("abcd"), worker]))).toEqual([`d would join${order}`]);
    expect(alongside(before, topology([...masters("ab"), worker]))).toEqual([`c would leave${order}`]);
    const given = topology([...masters("ab"), ...masters("c", { lost: true }), worker]);
    expect(alongside(before, given)).toEqual([`c would be marked as lost${order}`]);
    const moved = topology([...masters("ab"), place("c", "master"), place("w", "worker etcd")]);
    expect(alongside(before, moved)).toEqual([`c and w would be given, or lose, the role etcd${order}`]);
    expect(alongside(before, topology([...masters("abc"), worker], { "kubernetes.runtime": "containerd" }))).toEqual([
      `kubernetes.runtime would change${order}`,
    ]);
    expect(alongside(before, { ...before, restore: 1 })).toEqual([`etcd would be set back to a backup${order}`]);
  });

  const at = (version: string, machines = masters("abc")) => topology(machines, { "kubernetes.version": version });
  const running = (...releases: readonly string[]) => ({
    apiServers: Object.fromEntries(releases.map((release, index) => [`m${index + 1}`, release])),
    kubelets: {},
    members: {},
  });

  test("and the plan lets it, alone", () => {
    expect(refusals(at("1.35.4"), at("1.36.3"))).toEqual([]);
    expect(refusals(at("1.35.4"), at("1.36.3", masters("abcd")))).toEqual([
      expect.stringMatching(/^kubernetes\.version is 1\.35\.4 and cannot become 1\.36\.3 .*: d would join in the same/),
    ]);
    expect(refusals(at("1.36.3"), at("1.35.4"))).toHaveLength(1);
  });

  test("and can be taken back while an API server is of the one before, and not when none is", () => {
    expect(refusals(at("1.36.3"), at("1.35.4"), running("1.36.3", "1.35.4"))).toEqual([]);
    expect(refusals(at("1.36.3"), at("1.35.4"), running("1.36.3", "1.36.3"))).toHaveLength(1);
  });

  test("and another one waits until it is over", () => {
    const half = { ...running("1.36.3", "1.35.4"), kubelets: { w: "1.35.4" } };
    expect(refusals(at("1.36.3"), at("1.37.2"), half).at(-1)).toMatch(
      /: the API server of m2 \(1\.35\.4\) and the kubelet of w \(1\.35\.4\) are not of 1\.36\.3, and one upgrade ends before/,
    );
  });

  test("and to another minor only where all nodes are ready, or the upgrade has begun", () => {
    const all = { ...running("1.35.4", "1.35.4"), notReady: ["w"] };
    const words =
      "kubernetes.version is 1.35.4 and cannot become 1.36.3 while the cluster lives: the node of w is not ready, and an upgrade to another minor release begins when all are. " +
      "The way: mend it with kubernetes.version: 1.35.4 (make doctor says what is wrong), or mark it as lost, and run up; then upgrade";
    expect(refusals(at("1.35.4"), at("1.36.3"), all)).toEqual([words]);
    expect(refusals(at("1.35.4"), at("1.36.3"), { ...all, notReady: ["w", "x"] })[0]).toContain(
      "the nodes of w and x are not ready, and an upgrade to another minor release begins when all are. The way: mend them",
    );
    // A master has gone there: going on is the way out.
    const begun = { ...running("1.36.3", "1.35.4"), notReady: ["w"] };
    expect(refusals(at("1.35.4"), at("1.36.3"), begun)).toEqual([]);
    expect(refusals(at("1.36.3"), at("1.35.4"), begun)).toEqual([]);
    expect(refusals(at("1.36.1"), at("1.36.3"), { ...running("1.36.1"), notReady: ["w"] })).toEqual([]);
    expect(refusals(at("1.36.3"), at("1.36.3"), { ...running("1.36.3"), notReady: ["w"] })).toEqual([]);
  });

  test("and to another minor not where it was accepted, no master has it yet, and a node is not ready meanwhile", () => {
    const all = { ...running("1.35.4", "1.35.4"), notReady: ["w"] };
    expect(refusals(at("1.36.3"), at("1.36.3"), all)).toEqual([
      "kubernetes.version is 1.36.3, and API servers run 1.35.4 yet: the node of w is not ready, and an upgrade to another minor release begins when all are. " +
        "The way: mend it with kubernetes.version: 1.35.4 (make doctor says what is wrong), or mark it as lost, and run up; then upgrade",
    ]);
    // What has begun goes on, and so does what nobody knows of, or is the way back.
    for (const { apiServers } of [running("1.36.3", "1.35.4"), running()]) {
      expect(refusals(at("1.36.3"), at("1.36.3"), { ...all, apiServers })).toEqual([]);
    }
    expect(refusals(at("1.36.3"), at("1.36.3"), { ...all, silent: true })).toEqual([]);
    expect(refusals(at("1.35.4"), at("1.35.4"), { ...all, apiServers: { a: "1.36.3" } })).toEqual([]);
  });

  test("and not while a node goes that is not ready, for it goes when all masters have the release", () => {
    const all = running("1.36.1", "1.36.1");
    const old = at("1.36.1", [...masters("abc"), worker, place("x", "worker")]);
    const words =
      "the nodes of w and x are to go, and are not ready, or will not be: they go when all masters have the release, and masters begin when all nodes are ready. " +
      "The safe order: 1. let w and x go with kubernetes.version: 1.36.1, and run up; 2. set it to 1.36.3, and run up";
    const lost = at("1.36.3", [...masters("abc"), { ...worker, lost: true }]);
    expect(refusals(old, lost, { ...all, unready: ["x"] })).toEqual([
      `kubernetes.version is 1.36.1 and cannot become 1.36.3 while the cluster lives: ${words}`,
    ]);
    // It was accepted before, by the state.
    const left = { ...lost, machines: [...lost.machines, place("x", "worker")] };
    expect(refusals(left, lost, { ...all, unready: ["w", "x"] })).toEqual([
      `kubernetes.version is 1.36.3, and API servers run 1.36.1 yet: ${words}`,
    ]);
    const one = refusals(at("1.36.1"), at("1.36.3", [...masters("abc"), { ...worker, lost: true }]), {
      ...all,
      unready: ["w"],
    });
    expect(one[0]).toContain(
      "the node of w is to go, and is not ready, or will not be: it goes when all masters have the release",
    );
    // One that is well leaves, one that stays is another's matter, and the way back is open.
    expect(refusals(old, at("1.36.3", [...masters("abc"), worker]), { ...all, unready: ["w"] })).toEqual([]);
    const back = at("1.36.1", [...masters("abc"), { ...worker, lost: true }]);
    expect(refusals(at("1.36.3", [...old.machines]), back, { ...all, unready: ["x"] })).toEqual([]);
    // A master that is lost is told of once.
    const without = at("1.36.3", [...masters("ab"), ...masters("c", { lost: true })]);
    expect(refusals(at("1.36.1"), without, all)).toHaveLength(1);
  });

  test("and a release of etcd that the lock brings is weighed where the state knows the one before", () => {
    const at = (etcd?: string) => ({ ...before, ...(etcd === undefined ? {} : { etcd }) });
    expect(refusals(at("3.6.10"), at("3.7.3"))).toEqual([
      "etcd is 3.6.10 and cannot become 3.7.3: members of etcd 3.6.10 may come to 3.7 with others' votes. The safe order: 1. go to 3.6.11 or later; 2. go to 3.7.3",
    ]);
    expect(refusals(at(), at("3.7.3"))).toEqual([]);
    expect(refusals(at("3.6.14"), at("3.6.16"))).toEqual([]);
  });

  test("and another minor release of etcd goes alone, and is taken back while a member is of the one before", () => {
    const at = (etcd: string, more: object = {}) => ({ ...before, ...more, etcd });
    const members = (m1: string, m2: string) => ({ ...running(), members: { m1, m2 } });
    expect(refusals(at("3.5.33"), at("3.6.14"))).toEqual([]);
    const joined = topology([...masters("abcd"), worker]);
    expect(refusals(at("3.5.33"), { ...joined, etcd: "3.6.14" })).toEqual([
      expect.stringMatching(/^etcd is 3\.5\.33 and cannot become 3\.6\.14: d would join in the same change/),
    ]);
    const [old, other] = ["1.35.4", "1.36.3"].map((release) => ({
      fixed: { ...before.fixed, "kubernetes.version": release },
    }));
    expect(refusals(at("3.5.33", old), at("3.6.14", other))).toEqual([
      expect.stringMatching(/^etcd is .*: kubernetes\.version would change in the same change/),
    ]);
    expect(refusals(at("3.6.13", old), at("3.6.14", other))).toEqual([]);
    expect(refusals(at("3.6.14"), at("3.5.33"), members("3.6.14", "3.5.33"))).toEqual([]);
    expect(refusals(at("3.6.14"), at("3.5.33"), members("3.6.14", "3.6.14"))).toHaveLength(1);
  });
});

test("another release of etcd is told with how long it can be taken back", () => {
  const about = (from: string, to: string, shape = topology(masters("abc"))) =>
    consequences({ ...shape, etcd: from }, { ...shape, etcd: to }, 120).map(
      ({ subject, text }) => `${subject}: ${text}`,
    );
  const kept =
    "one member at a time, while all others are healthy; each keeps a snapshot from before in /var/lib/keelson/snapshots, and goes back by itself where it does not come up";
  expect(about("3.5.33", "3.6.14")).toEqual([
    `etcd: 3.5.33 → 3.6.14; ${kept}. Until the last of a, b and c has restarted, etcd.version: 3.5.33 takes it back; after that only a restore does`,
  ]);
  expect(about("3.6.13", "3.6.14", topology(masters("a")))).toEqual([
    `etcd: 3.6.13 → 3.6.14; ${kept}. An older release is refused afterwards. The API is unavailable for some seconds meanwhile`,
  ]);
  expect(about("3.6.14", "3.6.14")).toEqual([]);
});

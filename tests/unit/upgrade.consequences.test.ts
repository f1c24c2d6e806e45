import { upgradeConsequences } from "../../components/upgrade/consequences";
import { machine } from "./program.fixture";
import { environment } from "./render.fixture";

const named = (role: string, ...names: readonly string[]) =>
  names.map((name, index) => machine(name, `192.0.2.${(role === "worker" ? 100 : 10) + index}`, { roles: [role] }));
const machines = [...named("master", "m1", "m2", "m3"), ...named("worker", "w1", "w2")];
const cluster = (version: string, more: object = {}) =>
  environment({ machines, kubernetes: { version, endpoint: "api.example.com:6443", ...more } });
const all = (release: string) => ({ m1: release, m2: release, m3: release });
const nodes = (release: string) => ({ ...all(release), w1: release, w2: release });
const running = (servers: Readonly<Record<string, string>>, kubelets: Readonly<Record<string, string>>) => ({
  apiServers: servers,
  kubelets,
  members: {},
});

const servers =
  "API server, controller manager and scheduler restart one after the other, and clients go on by the API servers of the other masters";
const drained =
  "its node is cordoned and drained (at most 120 s, disruption budgets respected), its kubelet restarts, and it takes pods again";

test("where all is of the release, and where nobody could tell, nothing is said", () => {
  expect(upgradeConsequences(cluster("1.36.3"), running(all("1.36.3"), nodes("1.36.3")))).toEqual([]);
  expect(upgradeConsequences(cluster("1.36.3"), running({}, {}))).toEqual([]);
});

test("an upgrade to the next minor is told for each machine, and where it cannot be taken back any more", () => {
  expect(upgradeConsequences(cluster("1.36.3"), running(all("1.35.4"), nodes("1.35.4")))).toEqual([
    "Kubernetes: 1.35.4 → 1.36.3: masters first, then kube-proxy and CoreDNS, then kubelets. " +
      "Before anything restarts, the new programs judge all settings, and a snapshot of etcd is taken. " +
      "Until the API server of m3 restarts, kubernetes.version: 1.35.4 takes everything back; after that nothing does",
    ...["m1", "m2", "m3"].map((name) => `${name}: ${servers}; ${drained}; with it the three may restart once more`),
    `w1: ${drained}; it goes first of the workers, alone`,
    `w2: ${drained}`,
  ]);
});

test("of one that is under way, what is left is told", () => {
  expect(upgradeConsequences(cluster("1.36.3"), running(all("1.36.3"), { ...nodes("1.36.3"), w2: "1.35.4" }))).toEqual([
    "Kubernetes: 1.35.4 → 1.36.3: masters first, then kube-proxy and CoreDNS, then kubelets. " +
      "All API servers have gone there: it cannot be taken back",
    `w2: ${drained}`,
  ]);
});

test("a patch release drains no node, nor does one where the stack wants none drained", () => {
  const kept = "its kubelet restarts in its turn, and its pods keep running";
  expect(upgradeConsequences(cluster("1.36.3"), running(all("1.36.1"), nodes("1.36.1"))).at(-1)).toBe(`w2: ${kept}`);
  const undrained = cluster("1.36.3", { upgrade: { drain: false } });
  expect(upgradeConsequences(undrained, running(all("1.35.4"), nodes("1.35.4"))).at(-1)).toBe(`w2: ${kept}`);
});

test("one that is taken back is called so", () => {
  const [first] = upgradeConsequences(cluster("1.35.4"), running({ m1: "1.36.3", m2: "1.35.4" }, nodes("1.35.4")));
  expect(first).toBe(
    "Kubernetes: 1.36.3 → 1.35.4: the upgrade is taken back. Masters that have gone to 1.36.3 go back to 1.35.4, one at a time",
  );
});

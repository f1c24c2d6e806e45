import { asking } from "../support/asking";
import { figure } from "../support/figures";
import { Load } from "../support/load";
import { TestMachine } from "../support/machine";
import { buildTime, bundled, Watch } from "../support/releases";
import { here, TestStack } from "../support/stack";

const name = "e2e-minor";
const [from, to] = ["1.35.4", "1.36.3"];
const masters = [1, 2, 3].map((number) => ({ name: `master-${number}`, roles: ["master", "etcd"] }));
const workers = [1, 2].map((number) => ({ name: `worker-${number}` }));
const kubernetes = (version: string, more: object = {}) => ({ kubernetes: { version, drainTimeout: 60, ...more } });
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.239.0/24" },
  machines: [...masters, ...workers],
  ...kubernetes(from),
  workloads: { nginx: { replicas: 3 } },
});
const container = (machine: string) => `keelson-${name}-${machine}`;
const on = (machine: string) => new TestMachine(container(machine));
const kubectl = (args: string) => on("master-1").kubectl(args);
const all = [...masters, ...workers].map(({ name }) => name);
const starts = () => all.map((machine) => on(machine).unitStarts());
const kubelets = () => kubectl("get nodes -o jsonpath='{.items[*].status.nodeInfo.kubeletVersion}'");
const servers = () =>
  masters.map(({ name }) =>
    on(name).run(
      "cd /etc/kubernetes/pki && curl -s --cacert ca.crt --cert apiserver-kubelet-client.crt --key apiserver-kubelet-client.key " +
        "https://127.0.0.1:6443/version | sed -n 's/.*gitVersion.*v\\([0-9.]*\\).*/\\1/p'",
    ),
  );
const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);

beforeAll(() => bundled(from), buildTime);
afterAll(() => stack.remove());

test("a cluster is built on the release before", async () => {
  expect((await stack.succeed("up")).output).toContain("(200)");
  await stack.succeed("kubeconfig");
  stack.change({
    etcd: { backup: { to: "/srv/etcd-backups", password: stack.encrypted("canary: opens the backups"), every: "24h" } },
  });
  await stack.succeed("up");
  // What is not to pause in a drain has a budget.
  kubectl("create poddisruptionbudget nginx --selector app=web --max-unavailable 1");
  expect(kubelets()).toBe(times(5, `v${from}`).join(" "));
});

describe("another release", () => {
  test("is refused where its programs do not take the settings, and nothing is restarted", async () => {
    const before = starts();
    stack.change(
      kubernetes(to, { scheduler: { extraArgs: { "feature-gates": "GangScheduling=false,NoSuchGate=true" } } }),
    );
    const { status, output } = await stack.run("up");
    expect(status).toBe(1);
    expect(output).toContain(`cannot go from Kubernetes ${from} to ${to}; nothing was restarted`);
    expect(output).toMatch(
      /master-1, master-2 and master-3: kube-scheduler 1\.36\.3 does not take its settings: .*NoSuchGate/,
    );
    expect(starts()).toEqual(before);
    expect(servers()).toEqual(times(3, from));
  });

  test("on which an API server does not come up is taken back by itself, and no other master is touched", async () => {
    stack.change(
      kubernetes(to, {
        apiServer: { extraArgs: { "oidc-issuer-url": "http://no.example", "oidc-client-id": "nobody" } },
      }),
    );
    const { status, output } = await stack.run("up");
    expect(status).not.toBe(0);
    expect(output).toContain(
      "kube-apiserver of master-1 does not come up on its new settings, it is on those before again",
    );
    expect(output).toContain("no.example");
    expect(servers()).toEqual(times(3, from));
    expect(kubelets()).toBe(times(5, `v${from}`).join(" "));
    expect(kubectl("get --raw /readyz")).toBe("ok");
  });

  test("is told in the preview, with what would hold it up", async () => {
    stack.change(kubernetes(to));
    on("master-1").run(`kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: { name: guarded }
spec:
  replicas: 1
  selector: { matchLabels: { app: guarded } }
  template:
    metadata: { labels: { app: guarded } }
    spec:
      nodeSelector: { kubernetes.io/hostname: worker-2 }
      containers: [{ name: nginx, image: "nginx:latest", imagePullPolicy: IfNotPresent }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: guarded }
spec: { minAvailable: 1, selector: { matchLabels: { app: guarded } } }
END`);
    kubectl("rollout status deployment guarded --timeout 60s");
    kubectl("cordon master-2");
    const { output } = await stack.succeed("preview");
    expect(output).toContain("default/guarded lets no pod go: worker-2 cannot be drained while that is so");
    expect(output).toMatch(
      /worker-1\n {2}! .*cordoned and drained \(at most 60 s, .*it goes first of the workers, alone/,
    );
    expect(output).toContain(
      `Until the API server of master-3 restarts, kubernetes.version: ${from} takes everything back`,
    );
  });

  test("stops at a node that a budget holds, and goes on when it does not; no request fails, and no write is lost", async () => {
    const api = /server: (\S+)/.exec(here("cat", `.keelson/${name}/kubeconfig`))?.[1] ?? "";
    const watch = new Watch(Object.fromEntries(masters.map(({ name }) => [name, container(name)])));
    const load = new Load(`http://172.31.239.11:30080`);
    const client = asking(here("cat", `.keelson/${name}/kubeconfig`), [api]);
    const began = Date.now();
    // Killed while a master is at work, when the last is done, and while a node is drained.
    await stack.killedAt(/now +master +master-2-master/);
    await stack.killedAt(/changed +master +configuration/);
    await stack.killedAt(/now +rollout +worker-1-rollout/);
    const held = await stack.run("up");
    kubectl("delete poddisruptionbudget guarded");
    const rest = held.status === 0 ? held : await stack.run("up");
    const seconds = (Date.now() - began) / 1000;
    const [answers, asked, violations] = [await load.end(), await client.end(), await watch.end()];
    watch.seen.forEach((line) => figure("releases together", line));
    figure("seconds of the upgrade of five nodes, killed three times, with one stop", seconds.toFixed(0));
    figure("requests to nginx, and those that failed", `${answers.answered}, ${answers.failures.length}`);
    figure("requests to the API, and those that failed", `${asked.answered}, ${asked.failures.length}`);
    asked.failures.slice(0, 5).forEach((failure) => figure("a request to the API that failed", failure));
    expect(on("master-1").run("ls /srv/etcd-backups/snapshots | wc -l")).not.toBe("0");
    expect(held.status).not.toBe(0);
    expect(held.output).toMatch(/worker-2 could not be drained within 60 s: it takes pods again.*default\/guarded/s);
    expect(rest.status).toBe(0);
    expect(violations).toEqual([]);
    expect(watch.looks).toBeGreaterThan(60);
    expect(answers.failures).toEqual([]);
    // What is under way by the common address when it moves to another master is cut; nobody is refused.
    expect(asked.failures.filter((failure) => !failure.endsWith(" 000"))).toEqual([]);
    expect(asked.failures.length).toBeLessThanOrEqual(2 * masters.length);
    const written = Number(kubectl("get configmaps -o name | grep -c /asked-"));
    expect(written).toBeGreaterThan(100);
    // One that was cut may have been written.
    expect(written).toBeGreaterThanOrEqual(asked.writes);
    expect(written).toBeLessThanOrEqual(asked.writes + asked.failures.length);
  }, 2_400_000);

  test("is whole: all of it is new, nodes take pods but the one that somebody cordoned, and nothing is left to do", async () => {
    expect(servers()).toEqual(times(3, to));
    expect(kubelets()).toBe(times(5, `v${to}`).join(" "));
    expect(kubectl("get nodes -o jsonpath='{.items[?(@.spec.unschedulable)].metadata.name}'")).toBe("master-2");
    expect(kubectl("get nodes -o jsonpath='{.items[*].metadata.annotations}'")).not.toContain("cordoned-for");
    expect(on("master-1").run("ls /var/lib/keelson/snapshots")).toBe(`before-${to}.db`);
    expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
  });

  test("cannot be taken back any more", async () => {
    stack.change(kubernetes(from));
    const { status, output } = await stack.run("preview");
    expect(status).toBe(2);
    expect(output).toContain(`kubernetes.version is ${to} and cannot become ${from} while the cluster lives`);
  });
});

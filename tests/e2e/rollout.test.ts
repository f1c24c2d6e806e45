import { figure } from "../support/figures";
import { Load, type Answers } from "../support/load";
import { TestMachine } from "../support/machine";
import { dockerObjects, TestStack, within } from "../support/stack";

const name = "e2e-load";
const master = { name: "master-1", roles: ["master", "etcd"] };
const [first, second] = [{ name: "worker-1" }, { name: "worker-2" }];
const url = "http://172.31.246.11:30080";
/** How long pods may take to leave a node that is removed, seconds. */
const drainSeconds = 20;
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.246.0/24" },
  machines: [master, first, second],
  kubernetes: { drainTimeout: drainSeconds },
  workloads: { nginx: { replicas: 3 } },
});
const on = (machine: { readonly name: string }) => new TestMachine(`keelson-${name}-${machine.name}`);
const kubectl = (args: string) => on(master).kubectl(args);
const loads: Load[] = [];

afterAll(async () => {
  await Promise.all(loads.map((load) => load.end().catch(() => undefined)));
  await stack.remove();
});

/** What clients meet while something is done. */
async function underLoad(action: () => Promise<unknown>): Promise<Answers> {
  const load = new Load(url);
  loads.push(load);
  await action();
  return load.end();
}

const scaleTo = (replicas: number, image = "nginx:other") => {
  stack.change({ workloads: { nginx: { image, replicas } } });
  return stack.succeed("up");
};

/** The Deployment's pods that are there to stay. */
function pods(): readonly string[] {
  const lines = kubectl("get pods -l app=web -o name").split("\n");
  return lines.filter((line) => line.startsWith("pod/nginx-deployment-"));
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly containerStatuses: readonly object[] };
}

test("a client that meets a closed port fails, or none of what follows could", async () => {
  const load = new Load("http://127.0.0.1:1");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const { answered, failures } = await load.end();
  expect(answered).toBe(0);
  expect(failures.join()).toContain("ECONNREFUSED");
});

describe("under load", () => {
  test("a cluster is built, with a second image of nginx on its machines", async () => {
    expect((await stack.succeed("up")).output).toContain(`${url} (200)`);
    for (const machine of [first, second]) {
      on(machine).run(`docker create --name seed nginx:latest
        docker commit --change 'ENV KEELSON_TEST=other' seed nginx:other
        docker rm seed`);
    }
  });

  test("the image changes, and no request fails", async () => {
    const { answered, failures } = await underLoad(async () => {
      await scaleTo(3);
      // Those of the old image answer on until everyone has forgotten them.
      await within(60, () => pods().length === 3);
    });
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(200);
    figure("requests while the image changed, and those that failed", `${answered}, ${failures.length}`);
    for (const pod of pods()) expect(kubectl(`exec ${pod} -- sh -c 'echo $KEELSON_TEST'`)).toBe("other");
  });

  test("replicas become more and fewer, and no request fails", async () => {
    const { answered, failures } = await underLoad(async () => {
      await scaleTo(6);
      expect(kubectl("get deployment nginx-deployment -o jsonpath={.status.readyReplicas}")).toBe("6");
      await scaleTo(2);
      await within(60, () => pods().length === 2);
    });
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(200);
    figure("requests while there were 3, 6 and 2 replicas, and those that failed", `${answered}, ${failures.length}`);
  });
});

test("settings of Docker and the kubelet restart them node by node, and no pod", async () => {
  const restarts = () => {
    const { items } = JSON.parse(kubectl("get pods -A -o json")) as { readonly items: readonly Pod[] };
    return items.map(({ metadata, status }) => [metadata.name, status.containerStatuses]);
  };
  const before = restarts();
  stack.change({
    docker: { daemon: { "max-concurrent-downloads": 4 } },
    kubernetes: { drainTimeout: drainSeconds, maxUnavailable: 1, kubelet: { configuration: { maxPods: 99 } } },
  });
  const preview = await stack.succeed("preview");
  expect(preview.output).toContain("~ worker-2-docker: Docker restarts in the machine's turn, its pods keep running");
  expect(preview.output).toContain(
    "~ worker-2-kubelet: the kubelet restarts in the machine's turn, its pods keep running",
  );
  await stack.succeed("up");
  expect(kubectl("get nodes -o 'jsonpath={.items[*].status.capacity.pods}'")).toBe("99 99 99");
  const started = (machine: typeof first, unit: string) =>
    Date.parse(on(machine).run(`systemctl show --value --property=ActiveEnterTimestamp ${unit}`));
  // The next begins when the one before has both behind it.
  for (const [one, next] of [
    [master, first],
    [first, second],
  ] as const) {
    expect(started(one, "kubelet")).toBeLessThanOrEqual(started(next, "docker"));
  }
  const running = (found: ReturnType<typeof restarts>) => found.map(([name]) => name).sort();
  expect(running(restarts())).toEqual(running(before));
  expect(JSON.stringify(restarts())).not.toMatch(/"restartCount":[1-9]/);
});

describe("a worker with the only pod of a disruption budget", () => {
  const guarded = `
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
`;

  test("is not taken out: up says which pod holds it, and nothing of the machine is gone", async () => {
    on(master).run(`kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f - <<'END'\n${guarded}\nEND`);
    kubectl("rollout status deployment guarded --timeout 60s");
    const pod = kubectl("get pods -l app=guarded -o jsonpath={.items[0].metadata.name}");
    const before = on(second).unitStarts();
    stack.change({ machines: [master, first] });
    const { status, output } = await stack.run("up");
    expect(status).toBe(1);
    expect(output).toContain(`worker-2 could not be drained within ${drainSeconds} s, and stays`);
    expect(output).toMatch(/failed: +nodes, worker-2-member/);
    expect(output).toContain(pod);
    expect(output).toContain("disruption budget");
    expect(kubectl("get node worker-2 -o jsonpath={.metadata.labels}")).toContain("node-role.kubernetes.io/worker");
    expect(kubectl(`get pod ${pod} -o jsonpath={.status.phase}`)).toBe("Running");
    expect(on(second).unitStarts()).toBe(before);
  });

  test("is taken out when the budget allows it", async () => {
    kubectl("delete poddisruptionbudget guarded");
    await stack.succeed("up");
    expect(kubectl("get nodes -o name").split("\n")).toEqual(["node/master-1", "node/worker-1"]);
    expect(dockerObjects(name).join()).not.toContain("worker-2");
    expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
  });
});

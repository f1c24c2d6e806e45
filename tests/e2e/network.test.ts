import { TestMachine } from "../support/machine";
import { TestStack, within } from "../support/stack";

const name = "e2e-net";
const flannel = { backend: "host-gw", mtu: 1400 };
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.247.0/24" },
  machines: [{ name: "node-1", roles: ["master", "etcd", "worker"] }, { name: "node-2" }],
  kubernetes: {
    runtime: "containerd",
    networking: { podSubnet: "10.32.0.0/20", serviceSubnet: "10.112.0.0/16" },
  },
  flannel,
  workloads: { nginx: { replicas: 1 } },
});
const nodes = ["node-1", "node-2"] as const;
const addresses = { "node-1": "172.31.247.11", "node-2": "172.31.247.12" } as const;
type Node = (typeof nodes)[number];
const on = (node: Node) => new TestMachine(`keelson-${name}-${node}`);
const kubectl = (args: string) => on("node-1").kubectl(args);

afterAll(() => stack.remove());

/** Runs a command in a pod. */
const inside = (pod: string, command: string) => kubectl(`exec ${pod} -- sh -c '${command}'`);
const fetched = (pod: string, url: string) => inside(pod, `wget -q -T 10 -O - ${url}`);
const addressOf = (pod: string) => kubectl(`get pod ${pod} -o jsonpath={.status.podIP}`);
const mtuIn = (pod: string) => inside(pod, "cat /sys/class/net/eth0/mtu");

/** Makes a pod of nginx on a node, and waits until it answers. */
function startPod(pod: string, node: Node): void {
  const overrides = JSON.stringify({ spec: { nodeName: node } });
  kubectl(
    `run ${pod} --image nginx:latest --image-pull-policy IfNotPresent --port 80 --labels app=${pod} --overrides '${overrides}'`,
  );
  kubectl(`wait --for=condition=Ready pod/${pod} --timeout 60s`);
}

/** The networks of pods that a node reaches by way of another. */
const routes = (node: Node) => on(node).run("ip -4 route show | grep '^10\\.32\\.'");

describe("a pod network of its own", () => {
  test("is built, on containerd", async () => {
    expect((await stack.succeed("up")).output).toContain("(200)");
    expect(kubectl("get nodes -o 'jsonpath={.items[*].status.nodeInfo.containerRuntimeVersion}'")).toMatch(
      /^containerd:\S+ containerd:\S+$/,
    );
    startPod("a", "node-1");
    startPod("b", "node-2");
    kubectl("expose pod b --name b --port 80");
  });

  test("gives pods and services the addresses that were asked for", () => {
    for (const pod of ["a", "b"]) expect(addressOf(pod)).toMatch(/^10\.32\.([0-9]|1[0-5])\.\d+$/);
    expect(kubectl("get service b -o jsonpath={.spec.clusterIP}")).toMatch(/^10\.112\./);
  });

  test("leads from machine to machine by plain routes, with no tunnel", () => {
    for (const [node, other] of [nodes, [...nodes].reverse() as [Node, Node]]) {
      expect(on(node).attempt("ip link show flannel.1").status).not.toBe(0);
      expect(routes(node)).toMatch(new RegExp(`^10\\.32\\.\\d+\\.0/24 via ${addresses[other]} dev eth0`, "m"));
    }
  });

  test("lets pods of different machines reach each other by address and by name, both ways", () => {
    expect(fetched("a", `http://${addressOf("b")}`)).toContain("Welcome to nginx");
    expect(fetched("b", `http://${addressOf("a")}`)).toContain("Welcome to nginx");
    for (const pod of ["a", "b"]) {
      expect(fetched(pod, "http://b.default.svc.cluster.local")).toContain("Welcome to nginx");
    }
  });

  test("carries a megabyte whole", () => {
    const file = "/usr/share/nginx/html/megabyte";
    inside("b", `busybox dd if=/dev/urandom of=${file} bs=1024 count=1024 2>/dev/null`);
    const sent = inside("b", `busybox sha256sum <${file}`);
    expect(inside("a", `wget -q -T 30 -O - http://b/megabyte | busybox sha256sum`)).toBe(sent);
    expect(inside("b", `busybox wc -c <${file}`)).toBe("1048576");
  });

  test("has the MTU that was asked for in its pods", () => {
    for (const pod of ["a", "b"]) expect(mtuIn(pod)).toBe("1400");
  });
});

describe("another MTU", () => {
  const flannelPods = () => kubectl("get pods -n kube-flannel -o name").split("\n").sort();

  test("changes flannel alone, whose pods roll over", async () => {
    const before = flannelPods();
    stack.change({ flannel: { ...flannel, mtu: 1350 } });
    expect((await stack.succeed("up")).counts).toMatchObject({ changed: 2 });
    kubectl("rollout status daemonset kube-flannel-ds -n kube-flannel --timeout 120s");
    await within(60, () => flannelPods().length === 2);
    for (const pod of flannelPods()) expect(before).not.toContain(pod);
  });

  test("holds in new pods, which reach the others", () => {
    startPod("c", "node-1");
    startPod("d", "node-2");
    for (const pod of ["c", "d"]) expect(mtuIn(pod)).toBe("1350");
    expect(fetched("c", `http://${addressOf("d")}`)).toContain("Welcome to nginx");
    expect(fetched("a", `http://${addressOf("d")}`)).toContain("Welcome to nginx");
    expect(inside("c", "wget -q -T 30 -O - http://b/megabyte | busybox wc -c")).toBe("1048576");
  });
});

import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

import { TestMachine } from "../support/machine";
import { here, killed, TestStack } from "../support/stack";

const name = "e2e-faults";
const address = (number: number) => `172.31.221.${number}`;

/** A machine of the cluster that faults are done to. */
export interface Line {
  readonly name: string;
  readonly roles: readonly string[];
  readonly address: string;
}

export const master = (number: number): Line => ({
  name: `master-${number}`,
  roles: ["master", "etcd"],
  address: address(10 + number),
});
export const worker = (number: number): Line => ({
  name: `worker-${number}`,
  roles: ["worker"],
  address: address(20 + number),
});

/** Pods that are on every node, and a Service of them: by these it is seen whether pods reach each other. */
const probes = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "probe" },
      spec: {
        selector: { matchLabels: { app: "probe" } },
        template: {
          metadata: { labels: { app: "probe" } },
          spec: {
            tolerations: [{ operator: "Exists" }],
            containers: [{ name: "nginx", image: "nginx:latest", imagePullPolicy: "IfNotPresent" }],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "probe" },
      spec: { selector: { app: "probe" }, ports: [{ port: 80 }] },
    },
  ],
};

/** The cluster that faults are done to, on machines of this computer. */
export class Subject {
  private machines: readonly Line[] = [master(1), master(2), master(3), worker(1), worker(2)];
  private authorities: string | undefined;
  private kubernetes: object = { version: "1.36.1", virtualAddress: address(10) };
  readonly stack = new TestStack(name, {
    provider: "local",
    local: { subnet: "172.31.221.0/24" },
    machines: this.machines,
    kubernetes: this.kubernetes,
    workloads: { nginx: { replicas: 2 } },
  });

  container(machine: string): string {
    return `keelson-${name}-${machine}`;
  }

  on(machine: string): TestMachine {
    return new TestMachine(this.container(machine));
  }

  get names(): readonly string[] {
    return this.machines.map((machine) => machine.name);
  }

  list(machines: readonly Line[]): void {
    this.machines = machines;
    this.stack.change({ machines });
  }

  with(...machines: readonly Line[]): void {
    this.list([...this.machines, ...machines]);
  }

  without(machine: string): void {
    this.list(this.machines.filter((line) => line.name !== machine));
  }

  /** What is built next is another cluster, with authorities of its own. */
  async destroy(): Promise<void> {
    await this.stack.succeed("destroy");
    this.authorities = undefined;
  }

  /** Changes settings of Kubernetes; the others stay. */
  change(kubernetes: object): void {
    this.kubernetes = { ...this.kubernetes, ...kubernetes };
    this.stack.change({ kubernetes: this.kubernetes });
  }

  kubectl(args: string): string {
    return this.on("master-1").kubectl(`--request-timeout 10s ${args}`);
  }

  kill(...machines: readonly string[]): void {
    here("docker", "kill", ...machines.map((machine) => this.container(machine)));
  }

  boot(...machines: readonly string[]): void {
    here("docker", "start", ...machines.map((machine) => this.container(machine)));
  }

  /** Starts an `up`, and kills it with all its processes when that is true; one that ended before is not killed. */
  async killedWhen(happens: () => boolean): Promise<boolean> {
    const run = this.started("up");
    for (const deadline = Date.now() + 300_000; !happens() && run.exitCode === null && Date.now() < deadline;) {
      await sleep(200);
    }
    if (run.exitCode !== null) return false;
    await killed(run);
    return true;
  }

  /** A run of which nobody reads what it prints; where nobody takes it, it waits. */
  started(command: string): ChildProcess {
    const run = this.stack.start(command);
    run.stdout?.resume();
    run.stderr?.resume();
    return run;
  }

  startProbes(): void {
    this.on("master-1").run(`kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f - <<'EOF'
${JSON.stringify(probes)}
EOF`);
  }

  /** What of it is not well, the first that is found; undefined where all is, and nothing is left to do. */
  async ill(): Promise<string | undefined> {
    try {
      const ill = this.nodesIll() ?? this.etcdIll() ?? this.podsIll() ?? this.identityIll();
      if (ill !== undefined) return ill;
    } catch (error) {
      return String(error).split("\n").slice(0, 3).join(" ");
    }
    const { status, counts } = await this.stack.run("preview");
    return status === 0 && Object.keys(counts).join() === "unchanged" ? undefined : "the preview is not empty";
  }

  /** One node for each machine, and each ready. */
  private nodesIll(): string | undefined {
    const nodes = this.kubectl("get nodes --no-headers").split("\n");
    const unready = nodes.filter((line) => !/^\S+ +Ready /.test(line));
    if (unready.length > 0) return `not ready: ${unready.map((line) => line.split(" ")[0]).join(", ")}`;
    const found = nodes.map((line) => line.split(" ")[0]).sort();
    return found.join() === [...this.names].sort().join() ? undefined : `the nodes are ${found.join(", ")}`;
  }

  /** One member for each machine that is to have one, each with a vote and well. */
  private etcdIll(): string | undefined {
    const wanted = this.machines.filter(({ roles }) => roles.includes("etcd")).map((machine) => machine.name);
    const found = this.on("master-1")
      .etcdMembers()
      .map((member) => `${member.name} ${member.status} ${member.learner}`);
    if (found.sort().join() !== wanted.map((machine) => `${machine} started false`).join()) {
      return `the members of etcd are ${found.join(", ")}`;
    }
    const silent = wanted.filter((machine) => this.on(machine).attempt(readyz).status !== 0);
    return silent.length > 0 ? `etcd is not ready: ${silent.join(", ")}` : undefined;
  }

  /** From the pod on each machine: the next one's by address, the Service by address and by name. */
  private podsIll(): string | undefined {
    const list = this.kubectl(
      `get pods -l app=probe -o 'jsonpath={range .items[*]}{.metadata.name} {.status.podIP} {.spec.nodeName} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}'`,
    );
    const pods = list.split("\n").map((line) => line.split(" "));
    if (pods.length !== this.names.length || pods.some(([, , , ready]) => ready !== "True")) {
      return `pods are not ready: ${pods.map(([, , node, ready]) => `${node} ${ready}`).join(", ")}`;
    }
    const service = this.kubectl("get service probe -o jsonpath={.spec.clusterIP}");
    for (const [at, [pod, , node]] of pods.entries()) {
      const other = pods[(at + 1) % pods.length]?.[1] ?? "";
      for (const host of [other, service, "probe.default.svc.cluster.local"]) {
        const asked = `kubectl --kubeconfig /etc/kubernetes/admin.conf exec ${pod} -- wget -q -T 5 -O /dev/null http://${host}`;
        if (this.on("master-1").attempt(asked).status !== 0) return `the pod on ${node} does not reach ${host}`;
      }
    }
    return undefined;
  }

  /** The authorities are those that the cluster was made with. */
  private identityIll(): string | undefined {
    const now = this.on("master-1").run(
      "cd /etc && sha256sum kubernetes/pki/ca.crt kubernetes/pki/sa.pub etcd/pki/etcd/ca.crt",
    );
    this.authorities ??= now;
    return now === this.authorities ? undefined : "it has other authorities";
  }
}

const readyz = `cd /etc/etcd/pki/etcd && curl -fsS --max-time 5 --cacert ca.crt --cert healthcheck-client.crt --key healthcheck-client.key https://127.0.0.1:2379/readyz`;

import { setTimeout as sleep } from "node:timers/promises";

import { within } from "../support/stack";
import { master, worker, type Subject } from "./subject";

/** Something that people report, and what is to come of it. */
export interface Fault {
  readonly name: string;
  /** By itself, or by so many runs of `up`. */
  readonly expected: "heals by itself" | "one up";
  /** Does it, and ends when it is over; what is worth saying of it. */
  readonly inject: (subject: Subject, random: Random) => Promise<string | undefined>;
}

/** A whole number from one to another, both in it. */
export type Random = (from: number, to: number) => number;

/** Kills `up` again and again, each time when so many seconds, by chance, have passed. */
async function killedByChance(subject: Subject, random: Random, times: number, longest: number): Promise<string> {
  const after: number[] = [];
  for (let kill = 0; kill < times; kill++) {
    const seconds = random(3, longest);
    const until = Date.now() + seconds * 1000;
    if (!(await subject.killedWhen(() => Date.now() >= until))) break;
    after.push(seconds);
  }
  return `killed after ${after.join(", ")} s`;
}

const has = (subject: Subject, machine: string, script: string) => subject.on(machine).attempt(script).status === 0;

/** Kills a program on a machine amid an `up` as soon as it runs there. */
async function killedThere(subject: Subject, machine: string, program: string): Promise<string> {
  const run = subject.stack.run("up");
  await within(300, () => has(subject, machine, `pkill -KILL -f '${program}'`));
  const { status } = await run;
  return `that run ended with ${String(status)}`;
}

/** Has every packet of the cluster's network dropped on a machine for so many seconds. */
async function cutOff(subject: Subject, machine: string, seconds: number): Promise<void> {
  const rules = ["INPUT -i", "OUTPUT -o"].map((chain) => `${chain} eth0 -j DROP`);
  const each = (verb: string) => rules.map((rule) => `iptables -w -${verb} ${rule}`).join("; ");
  subject.on(machine).run(each("I"));
  await sleep(seconds * 1000);
  subject.on(machine).run(each("D"));
}

const building: readonly Fault[] = [
  {
    name: "`up` killed at five points by chance while it builds the cluster",
    expected: "one up",
    inject: (subject, random) => killedByChance(subject, random, 5, 30),
  },
];

const machinesGone: readonly Fault[] = [
  {
    name: "all machines lose their power at once, and boot",
    expected: "heals by itself",
    inject: async (subject) => {
      subject.kill(...subject.names);
      subject.boot(...subject.names);
      return Promise.resolve(undefined);
    },
  },
  {
    name: "one of three masters, with its member of etcd, is down for 30 s",
    expected: "heals by itself",
    inject: async (subject) => {
      subject.kill("master-3");
      await sleep(30_000);
      subject.boot("master-3");
      return undefined;
    },
  },
  {
    name: "two of three masters are down for 30 s: no quorum",
    expected: "heals by itself",
    inject: async (subject) => {
      subject.kill("master-2", "master-3");
      await sleep(30_000);
      subject.boot("master-2", "master-3");
      return undefined;
    },
  },
  {
    name: "a worker dies while it joins, and boots",
    expected: "one up",
    inject: async (subject) => {
      subject.with(worker(3));
      const run = subject.stack.run("up");
      await within(300, () => has(subject, "worker-3", "pgrep -f '[k]ubeadm join'"));
      subject.kill("worker-3");
      const { status } = await run;
      subject.boot("worker-3");
      subject.on("worker-3").run("until systemctl is-system-running --wait >/dev/null; do sleep 0.2; done");
      return `that run ended with ${String(status)}`;
    },
  },
];

const networks: readonly Fault[] = [
  {
    name: "a worker's network is cut for 30 s",
    expected: "heals by itself",
    inject: async (subject) => {
      await cutOff(subject, "worker-1", 30);
      return undefined;
    },
  },
  {
    name: "a master's network is cut for 30 s, amid an `up` that changes a flag of the API servers",
    expected: "one up",
    inject: async (subject) => {
      const apiServer = { extraArgs: { "goaway-chance": "0.001" } };
      subject.stack.change({
        kubernetes: { version: "1.36.1", virtualAddress: "172.31.221.10", apiServer },
      });
      const run = subject.stack.run("up");
      await sleep(8000);
      await cutOff(subject, "master-2", 30);
      const { status } = await run;
      return `that run ended with ${String(status)}`;
    },
  },
  {
    name: "SSH is cut amid a script that changes Docker's settings",
    expected: "one up",
    inject: async (subject) => {
      subject.stack.change({ docker: { daemon: { "max-concurrent-downloads": 5 } } });
      const run = subject.stack.run("up");
      await within(120, () =>
        has(
          subject,
          "worker-1",
          "grep -q 'max-concurrent' /var/lib/keelson/scripts/*/deferred/etc/docker/daemon.json /etc/docker/daemon.json",
        ),
      );
      subject.on("worker-1").run("pkill -KILL -f 'sshd: .*(notty|root)' || true");
      const { status } = await run;
      return `that run ended with ${String(status)}`;
    },
  },
  {
    name: "somebody flushes a node's packet filter: `iptables -F; iptables -t nat -F`",
    expected: "heals by itself",
    inject: async (subject) => {
      subject.on("worker-2").run("iptables -w -F; iptables -w -t nat -F");
      return Promise.resolve(undefined);
    },
  },
];

const members: readonly Fault[] = [
  {
    name: "a member of etcd stands still for 20 s, as on a frozen disk",
    expected: "heals by itself",
    inject: async (subject) => {
      subject.on("master-1").run("systemctl kill --signal=STOP etcd");
      await sleep(20_000);
      subject.on("master-1").run("systemctl kill --signal=CONT etcd");
      return undefined;
    },
  },
  {
    name: "a member's data is wiped",
    expected: "one up",
    inject: async (subject) => {
      subject.on("master-2").run("systemctl stop etcd; rm -rf /var/lib/etcd/member; systemctl start etcd || true");
      return Promise.resolve(undefined);
    },
  },
  {
    name: "10,000 Secrets in etcd, and a master is replaced by another",
    expected: "one up",
    inject: async (subject) => {
      subject.on("master-1").run(secrets(10_000));
      subject.without("master-3");
      subject.with(master(4));
      return Promise.resolve(undefined);
    },
  },
];

/** A script that makes Secrets, in lists of a thousand. */
function secrets(count: number): string {
  return `kubectl --kubeconfig /etc/kubernetes/admin.conf create namespace many >/dev/null
for ((from = 0; from < ${count}; from += 1000)); do
  {
    printf '{"apiVersion":"v1","kind":"List","items":['
    for ((i = from; i < from + 1000; i++)); do
      [ "$i" = "$from" ] || printf ','
      printf '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s-%s","namespace":"many"},"stringData":{"k":"%s"}}' "$i" "$i"
    done
    printf ']}'
  } >/run/many.json
  timeout 100 kubectl --kubeconfig /etc/kubernetes/admin.conf create -f /run/many.json >/dev/null &
done
wait
rm -f /run/many.json`;
}

const hands: readonly Fault[] = [
  {
    name: "`kubeadm reset -f` by hand on a worker",
    expected: "one up",
    inject: async (subject) => {
      subject.on("worker-2").run("kubeadm reset -f --cri-socket unix:///run/cri-dockerd.sock >/dev/null 2>&1 || true");
      return Promise.resolve(undefined);
    },
  },
  {
    name: "kubelet, Docker and etcd are stopped and disabled by hand",
    expected: "one up",
    inject: async (subject) => {
      subject.on("worker-1").run("systemctl disable --now kubelet docker docker.socket 2>/dev/null");
      subject.on("master-3").run("systemctl disable --now etcd 2>/dev/null");
      return Promise.resolve(undefined);
    },
  },
  {
    name: "a directory of a worker is read-only when a setting is to change",
    expected: "one up",
    inject: async (subject) => {
      const ro = "mount --bind /etc/docker /etc/docker && mount -o remount,ro,bind /etc/docker";
      subject.on("worker-1").run(ro);
      subject.stack.change({ docker: { daemon: { "max-concurrent-downloads": 6 } } });
      const { status, output } = await subject.stack.run("up");
      subject.on("worker-1").run("umount /etc/docker");
      const said = /.*[Rr]ead-only file system.*/.exec(output)?.[0].trim().slice(0, 90);
      return `that run ended with ${String(status)}: ${said ?? "it does not say why"}`;
    },
  },
  {
    name: "two `up`s at once",
    expected: "one up",
    inject: async (subject) => {
      subject.stack.change({ docker: { daemon: { "max-concurrent-downloads": 7 } } });
      const first = subject.stack.start("up");
      await sleep(2000);
      const second = await subject.stack.run("up");
      if (first.exitCode === null) await new Promise((resolve) => first.once("close", resolve));
      const said = /another run works on stack \S+/.exec(second.output)?.[0] ?? "no reason";
      return `the second ended with ${String(second.status)}: ${said}`;
    },
  },
];

const changing: readonly Fault[] = [
  {
    name: "`kubeadm join` is killed on a new worker",
    expected: "one up",
    inject: (subject) => {
      subject.with(worker(4));
      return killedThere(subject, "worker-4", "[k]ubeadm join");
    },
  },
  {
    name: "`up` killed at three points by chance while it adds a master",
    expected: "one up",
    inject: (subject, random) => {
      subject.with(master(5));
      return killedByChance(subject, random, 3, 25);
    },
  },
  {
    name: "`up` killed at five points by chance while it upgrades 1.36.1 to 1.36.3",
    expected: "one up",
    inject: (subject, random) => {
      subject.stack.change({ kubernetes: { version: "1.36.3", virtualAddress: "172.31.221.10" } });
      return killedByChance(subject, random, 5, 25);
    },
  },
];

/** In the order in which they are done to one cluster; it is built amid the first. */
export const faults: readonly Fault[] = [...building, ...machinesGone, ...networks, ...members, ...hands, ...changing];

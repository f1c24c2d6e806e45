import { setTimeout as sleep } from "node:timers/promises";

import { apart, cutOff, diesAmid, killedByChance, killedInEachPhase, kills, type Fault } from "./fault";
import { master, worker } from "./subject";

/* What happens to machines, networks and members of etcd. */

export const building: readonly Fault[] = [
  {
    name: "`kubeadm init` is killed in each of its phases on the first master",
    expected: "one up",
    inject: (subject) => killedInEachPhase(subject, "master-1", "init"),
  },
  {
    name: `\`up\` is killed ${kills} times by chance while it builds the cluster`,
    expected: "one up",
    inject: async (subject, random) => {
      await subject.destroy();
      return killedByChance(subject, random, 30, () => subject.destroy());
    },
  },
];

export const machinesGone: readonly Fault[] = [
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
    name: "a new worker dies while Docker is installed, and again while it joins; it boots each time",
    expected: "one up",
    inject: async (subject) => {
      subject.with(worker(3));
      const first = await diesAmid(subject, "worker-3", halfInstalled);
      const second = await diesAmid(subject, "worker-3", "pgrep -f '[k]ubeadm join'");
      return [first, second].join("; ");
    },
  },
];

/** dpkg has unpacked Docker, and is not through with it. */
const halfInstalled = "dpkg-query -W -f '${db:Status-Status}' docker.io | grep -qE '^(half|unpacked)'";

export const networks: readonly Fault[] = [
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
      subject.change({ apiServer: { extraArgs: { "goaway-chance": "0.001" } } });
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
      const cut = apart(subject, "worker-1", "cutter", cutter);
      subject.stack.change({ docker: { daemon: { "max-concurrent-downloads": 5 } } });
      const { status } = await subject.stack.run("up");
      return `${cut()} connections cut; that run ended with ${String(status)}`;
    },
  },
  {
    name: "1 % of all packets is lost, both ways, on each machine, while a setting changes",
    expected: "one up",
    inject: async (subject) => {
      const how = subject.names.map((machine) => subject.on(machine).run(lossy));
      subject.stack.change({ docker: { daemon: { "max-concurrent-downloads": 9 } } });
      const { status } = await subject.stack.run("up");
      const lost = subject.names.map((machine) => Number(subject.on(machine).run(lossless)));
      if (lost.includes(0)) throw new Error(`no packet was lost on ${subject.names[lost.indexOf(0)] ?? ""}`);
      return `that run ended with ${String(status)}; ${lost.reduce((sum, one) => sum + one, 0)} packets lost, ${how[0] ?? ""}`;
    },
  },
  {
    name: "VRRP is cut between all masters for 30 s: each of them takes the virtual address",
    expected: "heals by itself",
    inject: async (subject) => {
      const masters = subject.names.filter((name) => name.startsWith("master"));
      const each = (verb: string) =>
        masters.forEach((name) => subject.on(name).run(`iptables -w -${verb} INPUT -p 112 -j DROP`));
      each("I");
      await sleep(30_000);
      const { output } = await subject.stack.run("doctor");
      each("D");
      const said = /virtual address: (.*at once)/.exec(output)?.[1];
      if (said === undefined) throw new Error("doctor does not name it");
      return `doctor: ${said}`;
    },
  },
  {
    name: "somebody flushes a node's packet filter: `iptables -F; iptables -t nat -F`",
    // kube-proxy looks for what leads to its chains once an hour.
    expected: "one up",
    inject: async (subject) => {
      subject.on("worker-2").run("iptables -w -F; iptables -w -t nat -F");
      return Promise.resolve(undefined);
    },
  },
];

/** Ends every connection of SSH as soon as Docker's daemon restarts, which is amid a script; how many processes there were. */
const cutter = `for n in $(seq 6000); do
  [ "$(systemctl show --property=ActiveState --value docker.service)" = active ] || exec pkill --count -KILL -f '^sshd(-session)?: [^/]'
  sleep 0.05
done
exit 1`;

/** With a delay of 15 ms where the kernel has netem. */
const lossy = `tc qdisc add dev eth0 root netem delay 15ms loss 1% 2>/dev/null && echo 'with 15 ms of delay' && exit
for chain in 'PREROUTING -i' 'POSTROUTING -o'; do
  iptables -w -t mangle -I $chain eth0 -m statistic --mode random --probability 0.01 -j DROP
done
echo 'without a delay, for this kernel has no netem'`;

/** How many were lost. */
const lossless = `if tc -s qdisc show dev eth0 | grep -q netem; then
  tc -s qdisc show dev eth0 | sed -n 's/.*dropped \\([0-9]*\\).*/\\1/p' | head -n 1
  tc qdisc del dev eth0 root
  exit
fi
iptables -w -t mangle -L -v -x -n | awk '/statistic mode random/ { lost += $1 } END { print lost + 0 }'
for chain in 'PREROUTING -i' 'POSTROUTING -o'; do
  iptables -w -t mangle -D $chain eth0 -m statistic --mode random --probability 0.01 -j DROP
done`;

export const members: readonly Fault[] = [
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

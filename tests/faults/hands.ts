import { setTimeout as sleep } from "node:timers/promises";

import { apart, killedByChance, killedThere, upThat, type Fault } from "./fault";
import { master, worker } from "./subject";

/* What people do to a cluster, and what ends their runs. */

export const hands: readonly Fault[] = [
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
    name: "two `up`s at once",
    expected: "one up",
    inject: async (subject) => {
      subject.stack.change({ docker: { daemon: { "max-concurrent-downloads": 7 } } });
      const first = subject.started("up");
      await sleep(2000);
      const second = await subject.stack.run("up");
      if (first.exitCode === null) await new Promise((resolve) => first.once("close", resolve));
      const said = /another run works on stack \S+/.exec(second.output)?.[0] ?? "no reason";
      return `the second ended with ${String(second.status)}: ${said}`;
    },
  },
];

export const changing: readonly Fault[] = [
  {
    name: "`kubeadm join` is killed on a new worker",
    expected: "one up",
    inject: (subject) => {
      subject.with(worker(4));
      return killedThere(subject, "worker-4", "[k]ubeadm join");
    },
  },
  {
    name: "a token of a join ends before the machine has joined",
    expected: "one up",
    inject: async (subject) => {
      subject.without("worker-4");
      subject.with(worker(5));
      const thief = apart(subject, "master-1", "thief", theft("worker-5"));
      const told = await upThat(subject, /.*(token made for|kubeadm join failed).*/);
      thief();
      return told;
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
      subject.change({ version: "1.36.3" });
      return killedByChance(subject, random, 5, 25);
    },
  },
];

/** Takes a machine's token away as soon as it is there: as when its time is over. */
const theft = (machine: string) => `for n in $(seq 3000); do
  kubectl --kubeconfig /etc/kubernetes/admin.conf delete secrets --namespace kube-system --selector keelson.io/admits=${machine} 2>/dev/null | grep deleted && exit
  sleep 0.1
done
exit 1`;

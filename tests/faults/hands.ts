import { setTimeout as sleep } from "node:timers/promises";

import { apart, diesAmid, killedByChance, killedInEachPhase, kills, upThat, type Fault } from "./fault";
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
    name: "`kubeadm reset -f` by hand on a master",
    expected: "one up",
    inject: async (subject) => {
      subject.on("master-3").run("kubeadm reset -f --cri-socket unix:///run/cri-dockerd.sock >/dev/null 2>&1 || true");
      return Promise.resolve(undefined);
    },
  },
  {
    name: "kubelet, Docker and etcd are stopped and disabled by hand, and once more when that is mended",
    expected: "one up",
    inject: async (subject) => {
      const disable = () => {
        subject.on("worker-1").run("systemctl disable --now kubelet docker docker.socket 2>/dev/null");
        subject.on("master-3").run("systemctl disable --now etcd 2>/dev/null");
      };
      disable();
      await subject.stack.succeed("up");
      disable();
      return undefined;
    },
  },
  {
    name: "images of the bundle that no pod uses are removed from a worker: `docker image prune --all`",
    expected: "one up",
    inject: async (subject) => {
      const removed = subject.on("worker-2").run("docker image prune --all --force | grep -c '^untagged: .*:[^@]*$'");
      return Promise.resolve(`${removed} images removed`);
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
    name: "`kubeadm join` is killed in each of its phases on a new worker",
    expected: "one up",
    inject: (subject) => {
      subject.with(worker(4));
      return killedInEachPhase(subject, "worker-4", "join");
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
    name: "a new master dies amid `kubeadm init`, and boots",
    expected: "one up",
    inject: (subject) => {
      subject.with(withoutMember(6));
      return diesAmid(subject, "master-6", "pgrep -f '[k]ubeadm init --config'");
    },
  },
  {
    name: `\`up\` is killed ${kills} times by chance while it puts a master in another's place`,
    expected: "one up",
    inject: (subject, random) => {
      subject.without("master-6");
      subject.with(withoutMember(5));
      return killedByChance(subject, random, 25, async () => {
        subject.without("master-5");
        await subject.stack.succeed("up");
        subject.with(withoutMember(5));
      });
    },
  },
  {
    name: `\`up\` is killed ${kills} times by chance while it upgrades 1.36.1 to 1.36.3`,
    expected: "one up",
    inject: (subject, random) => {
      subject.change({ version: "1.36.3" });
      return killedByChance(subject, random, 25);
    },
  },
];

/** Members of etcd are of an odd number, and these masters come one at a time. */
const withoutMember = (number: number) => ({ ...master(number), roles: ["master"] });

/** Takes a machine's token away as soon as it is there: as when its time is over. */
const theft = (machine: string) => `for n in $(seq 3000); do
  kubectl --kubeconfig /etc/kubernetes/admin.conf delete secrets --namespace kube-system --selector keelson.io/admits=${machine} 2>/dev/null | grep deleted && exit
  sleep 0.1
done
exit 1`;

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { TestMachine } from "../support/machine";
import { nameserverLines, OwnMachines, type OwnMachine } from "../support/ownMachines";
import { here, killed, TestStack } from "../support/stack";

/*
 * Machines of one's own, and what may happen to them: another stack lists them, somebody changes them by hand, a run is killed
 * amid a script, a join fails.
 */

const name = "e2e-harm";
let own: OwnMachines;
let stack: TestStack;
let copy: TestStack;
let master: TestMachine;
let worker: TestMachine;
let spare: TestMachine;

const common = {
  provider: "ssh",
  kubernetes: { kubelet: { configuration: { resolvConf: "/etc/own-resolv.conf" } } },
  artifacts: { source: "bundle" },
  workloads: { nginx: { replicas: 1 } },
};

function machines(count: number): readonly object[] {
  return own.machines
    .slice(0, count)
    .map((machine: OwnMachine, index) => (index === 0 ? { ...machine, roles: ["master", "etcd"] } : machine));
}

beforeAll(async () => {
  own = new OwnMachines(name, "172.31.238", ["master-1", "worker-1", "worker-2"]);
  [master, worker, spare] = own.machines.map((machine) => {
    const found = new TestMachine(`keelson-${name}-${machine.name}`);
    found.run("until systemctl is-system-running --wait >/dev/null; do sleep 0.2; done");
    found.run(`printf '%s\\n' '${nameserverLines()}' >/etc/own-resolv.conf`);
    return found;
  }) as [TestMachine, TestMachine, TestMachine];
  stack = new TestStack(name, { ...common, machines: machines(2) });
  copy = new TestStack(`${name}-copy`, { ...common, machines: machines(2) });
  await stack.succeed("up");
});
afterAll(async () => {
  await copy.remove();
  await stack.remove();
  own.remove();
});

const nothingToDo = async () => expect(Object.keys((await stack.succeed("preview")).counts)).toEqual(["unchanged"]);
const authorities = () => master.run("sha256sum /etc/kubernetes/pki/ca.crt /etc/etcd/pki/etcd/ca.crt");

test("a cluster on which all went well has nothing to mend", nothingToDo);

test("a copy of the stack, with a state of its own, takes no machine over, and the cluster goes on", async () => {
  const before = [authorities(), master.unitStarts(), worker.unitStarts()];
  for (const operation of ["preview", "up"]) {
    const { status, output } = await copy.run(operation);
    expect(status).not.toBe(0);
    expect(output).toMatch(new RegExp(`master-1 \\(\\S+\\) is of the cluster of stack "${name}"`));
    expect(output).toMatch(new RegExp(`worker-1 \\(\\S+\\) is of the cluster of stack "${name}"`));
  }
  expect([authorities(), master.unitStarts(), worker.unitStarts()]).toEqual(before);
  await nothingToDo();
});

test("whatever is changed by hand is named, mended, and named no more", async () => {
  worker.run(`echo '{"live-restore": true}' >/etc/docker/daemon.json
    chmod 0666 /etc/systemd/system/cri-docker.service
    rm /etc/systemd/system/keelson-api-proxy.service
    systemctl disable cri-docker.service 2>/dev/null
    systemctl stop kubelet.service
    echo >>/usr/local/bin/kubectl`);
  master.run(`echo '# by hand' >>/etc/systemd/system/kubelet.service
    echo '# by hand' >>/etc/kubernetes/manifests/kube-scheduler.yaml
    sed -i 's/^    - --leader-elect=true/&\\n    - --v=1/' /etc/kubernetes/manifests/kube-controller-manager.yaml`);
  const { output } = await stack.succeed("preview");
  for (const words of [
    "worker-1-docker: /etc/docker/daemon.json was changed by hand: it is written again",
    "/etc/systemd/system/cri-docker.service was changed by hand",
    "worker-1-proxy: /etc/systemd/system/keelson-api-proxy.service is gone: it is written again",
    "cri-docker.service would not start at the next boot: it is enabled again",
    "kubelet.service does not run: it is started again",
    "/usr/local/bin/kubectl is not the file that was installed",
    "master-1-kubelet: /etc/systemd/system/kubelet.service was changed by hand",
    "master-1-master: /etc/kubernetes/manifests/kube-controller-manager.yaml was changed by hand",
    "/etc/kubernetes/manifests/kube-scheduler.yaml was changed by hand",
    "its control plane restarts where its settings differ",
  ]) {
    expect(output).toContain(words);
  }
  await stack.succeed("up");
  worker.run("grep -q log-driver /etc/docker/daemon.json && systemctl is-active kubelet keelson-api-proxy");
  worker.run("systemctl is-enabled cri-docker && kubectl version --client");
  expect(master.attempt("grep -rE 'by hand|--v=1' /etc/kubernetes/manifests").stdout).toBe("");
  await nothingToDo();
});

test("a reboot is no reason to mend anything", async () => {
  here("docker", "restart", `keelson-${name}-worker-1`);
  worker.run("until systemctl is-system-running --wait >/dev/null; do sleep 0.2; done; systemctl is-active kubelet");
  await waitFor(() => master.kubectl("get nodes --no-headers").match(/ Ready /g)?.length === 2);
  await waitFor(() => master.attempt(`curl -fsS --max-time 2 http://${own.machines[0]?.address}:30080`).status === 0);
  await nothingToDo();
});

test("a run that is killed amid a script, whose settings are taken back, leaves none of them", async () => {
  stack.change({ docker: { daemon: { "max-concurrent-downloads": 7 } } });
  // The worker's turn holds still after it has put the file in its place.
  worker.run("mkdir -p /run/systemd/system; mv /usr/bin/systemctl /usr/bin/systemctl.real");
  worker.run(
    `printf '#!/bin/sh\\nif [ -e /run/hold ] && grep -qs max-concurrent-downloads /etc/docker/daemon.json; then sleep 600; fi\\nexec /usr/bin/systemctl.real "$@"\\n' >/usr/bin/systemctl; chmod +x /usr/bin/systemctl; touch /run/hold`,
  );
  const run = stack.start("up");
  await waitFor(() => worker.attempt("grep -q max-concurrent-downloads /etc/docker/daemon.json").status === 0);
  await killed(run);
  worker.run("rm /run/hold; pkill -f 'sleep 600' || true; mv -f /usr/bin/systemctl.real /usr/bin/systemctl");
  stack.change({ docker: {} });
  await stack.succeed("up");
  expect(worker.attempt("grep -q max-concurrent-downloads /etc/docker/daemon.json").status).toBe(1);
  await nothingToDo();
});

test("a worker whose join failed leaves nothing behind when it is taken out", async () => {
  // It finds no kubeadm that works.
  spare.run("ln -s /bin/false /usr/local/sbin/kubeadm");
  const before = spare.run("dpkg-query -W -f '${Package}\\n' | sort");
  stack.change({ machines: machines(3) });
  const { status } = await stack.run("up");
  expect(status).not.toBe(0);
  spare.run("rm /usr/local/sbin/kubeadm");
  stack.change({ machines: machines(2) });
  await stack.succeed("up");
  expect(master.kubectl("get nodes --no-headers -o name").split("\n").sort()).toEqual([
    "node/master-1",
    "node/worker-1",
  ]);
  expect(spare.run("dpkg-query -W -f '${Package}\\n' | sort")).toBe(before);
  expect(spare.attempt("ls -d /var/lib/keelson /etc/docker /usr/local/bin/kubelet /etc/kubernetes").stdout).toBe("");
  // And joins when it is corrected.
  stack.change({ machines: machines(3) });
  await stack.succeed("up");
  await nothingToDo();
});

test("a healthy machine of one's own that leaves is as it was found", async () => {
  stack.change({ machines: machines(2) });
  await stack.succeed("up");
  expect(
    spare.attempt("ls -d /var/lib/keelson /etc/docker /usr/local/bin/kubelet /etc/kubernetes /etc/cni").stdout,
  ).toBe("");
  expect(
    spare.run(
      "systemctl list-unit-files --no-legend --no-pager | grep -cE '^(kubelet|etcd|cri-docker|docker)' || true",
    ),
  ).toBe("0");
});

test("a lock of dpkg that somebody holds is named with who holds it, waited for, and not broken", async () => {
  spare.run(`cat >/run/holder <<'END'
use Fcntl;
open my $lock, ">>", "/var/lib/dpkg/lock-frontend" or die;
my $order = pack "s s l! l! i", F_WRLCK, 0, 0, 0, 0;
fcntl $lock, F_SETLK, $order or die;
open my $held, ">", "/run/held" or die;
print $held $$;
close $held;
sleep 600;
END
    systemd-run --quiet --unit=holder perl /run/holder; for _ in {1..50}; do [ -s /run/held ] || sleep 0.2; done`);
  const holder = spare.run("cat /run/held");
  stack.change({ machines: machines(3) });
  const run = stack.start("up");
  let said = "";
  run.stdout?.on("data", (data: Buffer) => (said += data.toString()));
  run.stderr?.on("data", (data: Buffer) => (said += data.toString()));
  const ended = once(run, "close");
  // In dpkg's own words, or in apt's.
  const words = new RegExp(
    `waiting for a lock: .*(perl process with pid ${holder}|held by process ${holder} \\(perl\\))`,
  );
  await waitFor(() => words.test(said));
  expect(spare.attempt("command -v dockerd").status).not.toBe(0);
  spare.run("systemctl stop holder.service");
  await ended;
  expect(run.exitCode).toBe(0);
  spare.run("rm -f /run/holder /run/held");
  await nothingToDo();
});

test("a machine with an engine at work is refused, and adopted where its line says so; what ran on it goes on when it leaves", async () => {
  const adopted = { ...machines(3)[2], adopt: true };
  stack.change({ machines: machines(2) });
  await stack.succeed("up");
  spare.run(`apt-get install --quiet --yes --no-install-recommends docker.io docker-cli
    mkdir -p /etc/docker
    echo '{ "max-concurrent-uploads": 3 }' >/etc/docker/daemon.json
    systemctl restart docker
    tar --create --dereference /usr/bin/sleep $(ldd /usr/bin/sleep | grep -o '/[^ ]*') | docker import - theirs:1
    docker run --detach --name theirs --restart always --network none theirs:1 /usr/bin/sleep infinity`);
  const theirs = () =>
    spare.run(`docker ps --all --format '{{.Names}}'; docker inspect --format '{{.State.StartedAt}}' theirs
      docker images --format '{{.Repository}}:{{.Tag}}' | sort; docker volume ls --quiet
      cat /etc/docker/daemon.json; find /etc/cni; dpkg-query -W -f '\${Package}\n' | sort; systemctl is-enabled docker`);
  const before = theirs();
  stack.change({ machines: machines(3) });
  const refused = await stack.run("up");
  expect(refused.status).not.toBe(0);
  expect(refused.output).toContain("Docker is at work here, with 1 containers, 1 images and 0 volumes");
  expect(theirs()).toBe(before);
  stack.change({ machines: [...machines(2), adopted] });
  await stack.succeed("up");
  await nothingToDo();
  expect(master.kubectl("get nodes --no-headers").match(/ Ready /g)).toHaveLength(3);
  stack.change({ machines: machines(2) });
  await stack.succeed("up");
  expect(theirs()).toBe(before);
  expect(spare.attempt("ls -d /var/lib/keelson /usr/local/bin/kubelet /etc/kubernetes").stdout).toBe("");
  spare.run("docker rm --force theirs; docker rmi theirs:1; rm /etc/docker/daemon.json");
  spare.run("apt-get purge --quiet --yes --autoremove docker.io docker-cli");
});

test("a machine that went to another cluster is left alone by the state that knew it before", async () => {
  stack.change({ machines: machines(3) });
  await stack.succeed("up");
  spare.run("bash /var/lib/keelson/undo");
  copy.change({ machines: [{ ...machines(3)[2], roles: ["master", "worker", "etcd"] }] });
  await copy.succeed("up");
  const before = spare.unitStarts();
  // Its node is none of the first cluster's any more, and does not answer there.
  master.kubectl("delete node worker-2");
  stack.change({ machines: machines(2) });
  const { output } = await stack.succeed("up");
  expect(output).toContain(`is of the cluster of stack "${name}-copy" now: nothing is undone`);
  expect(spare.unitStarts()).toEqual(before);
  expect(Object.keys((await copy.succeed("preview")).counts)).toEqual(["unchanged"]);
});

async function waitFor(happens: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 120_000; !happens();) {
    if (Date.now() > deadline) throw new Error("it did not happen within 120 s");
    await sleep(500);
  }
}

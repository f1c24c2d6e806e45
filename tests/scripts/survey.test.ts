import { chmodSync, rmSync } from "node:fs";

import { virtualAddressConfig, virtualAddressConfigFile } from "../../components/endpoint/render";
import { surveyProgram } from "../../components/survey";
import { parseAnswer, type Answer } from "../../components/survey/answer";
import { environment, machineOf } from "../unit/render.fixture";
import { Host } from "./host";
import { ended, makeAuthority } from "./signing";

let host: Host;
beforeEach(() => {
  host = new Host("systemctl", "journalctl", "hostname", "dpkg-query");
  host.write("proc/sys/kernel/random/boot_id", "the-boot\n");
  host.write("proc/sys/net/ipv4/ip_forward", "1\n");
  host.write("proc/uptime", "1000.00 2000.00\n");
});
afterEach(() => host.remove());

const look = (): Answer => {
  const { stdout, stderr } = host.bash(surveyProgram());
  expect(stderr).toBe("");
  const answer = parseAnswer(stdout);
  if (!answer) throw new Error(`this is no answer: ${stdout}`);
  return answer;
};
const changes = () =>
  [...look().scripts.values()].flatMap(({ name, changes }) =>
    changes.map((change) => [
      name,
      change.kind,
      change.name.replace(host.root, ""),
      change.now === "-" ? "gone" : "other",
    ]),
  );
const file = (path: string, text = "ours") => `printf '%s\\n' '${text}' | put '${host.path(path)}' 0644`;
const run = (body: string, name = "m-docker") => host.up(body, { name, values: { PROGRAM: "digest" } });

describe("backups of etcd", () => {
  const records = "var/lib/keelson/backup";
  const ago = (seconds: number) => `${Math.floor(Date.now() / 1000) - seconds}`;
  const [hour, day] = [3600, 86_400];

  test.each([
    ["are well where the newest is of this hour and was verified today", hour, hour, []],
    ["are late where none was made for two intervals", 3 * hour, hour, ["and one is due every 60 minutes"]],
    ["are late where none was verified for two of its days", hour, 3 * day, ["were verified last at"]],
  ])("%s", (_, newest, verified, faults) => {
    host.write(`${records}/due`, `${hour} ${day}\n`);
    host.write(`${records}/newest`, `${ago(newest)} 0a1b2c 7 5\n`);
    host.write(`${records}/verified`, `${ago(verified)}\n`);
    expect(look().faults).toEqual(faults.map((words) => expect.stringContaining(words) as string));
  });
});

describe("a look at a machine", () => {
  test("tells of all nodes, and which of them machines of the cluster are, where it is a master", () => {
    host.write("etc/kubernetes/admin.conf", "");
    const since = "2026-01-01T00:00:00Z";
    const rows = [
      // Of a label that is there, and is empty, kubectl prints nothing.
      `m  True  ${since}  192.0.2.1  ssh-ed25519 AAAA`,
      `w  False ${since}  192.0.2.2  ssh-ed25519 BBBB  <none>`,
      `l  True  ${since}  172.30.0.12  172.30.0.12  <none>`,
      `x  True  ${since}  192.0.2.9  <none>  <none>`,
      `y  True  ${since}  192.0.2.10  <none>`,
    ];
    host.stub(
      "kubectl",
      `case "$*" in *"get nodes"*) printf '%s\\n' ${rows.map((row) => `'${row}'`).join(" ")} ;; esac`,
    );
    const { joined, nodes, unready } = look();
    expect([[...(nodes ?? [])], [...unready.keys()]]).toEqual([["m", "w", "l", "x", "y"], ["w"]]);
    expect(joined).toEqual([
      { name: "m", role: "master", address: "192.0.2.1", identity: "ssh-ed25519 AAAA" },
      { name: "w", role: "worker", address: "192.0.2.2", identity: "ssh-ed25519 BBBB" },
      { name: "l", role: "worker", address: "172.30.0.12", identity: "172.30.0.12" },
    ]);
    expect(host.called().find((call) => call.includes("get nodes"))).toContain(
      ',A:.status.addresses[?(@.type=="InternalIP")].address,M:.metadata.annotations.keelson\\.io/machine,C:.metadata.labels.node-role\\.kubernetes\\.io/control-plane',
    );
  });
  test("tells whether it has the masters' common address, by the file that keepalived has", () => {
    const stack = environment();
    host.write(virtualAddressConfigFile.slice(1), virtualAddressConfig(machineOf(stack, 0), stack, "192.0.2.100"));
    host.stub("ip", 'case "$*" in *192.0.2.100) echo "2: eth0 inet 192.0.2.100/32" ;; esac');
    expect(look().holds).toBe("192.0.2.100");
    host.stub("ip");
    expect(look()).not.toHaveProperty("holds");
  });
  test("finds nothing where nothing ran, and changes nothing", () => {
    expect(look()).toMatchObject({ boot: "the-boot", apiSilent: false, nginxSilent: false });
    expect(look()).not.toHaveProperty("owner");
    expect(look().scripts.size).toBe(0);
    expect([host.has("var/lib/keelson"), host.has("run/keelson")]).toEqual([false, false]);
  });
  test("tells whose it is, also where it was made before clusters had names", () => {
    host.write("var/lib/keelson/fit", "");
    expect(look().owner).toBe("-");
    host.write("var/lib/keelson/cluster", "an-id prod\n");
    expect(look().owner).toBe("an-id prod");
  });
  test("tells of each script which program ran last, and whether that ended well", () => {
    run(":");
    run("die broken", "m-kubelet");
    const { scripts } = look();
    expect(scripts.get("m-docker")).toMatchObject({ ended: true, working: false, program: "digest", changes: [] });
    expect(scripts.get("m-kubelet")).toMatchObject({ ended: false, working: false, program: "digest" });
  });
  test("tells a script that is at work from one that was cut off", () => {
    run(`cp -r '${host.path("var/lib/keelson/scripts")}' '${host.path("copy")}'; die broken`);
    const lock = host.path("run/keelson/m-docker.lock");
    const { stdout } = host.bash(`exec 9>'${lock}'; flock 9\n${surveyProgram()}`);
    expect(parseAnswer(stdout)?.scripts.get("m-docker")).toMatchObject({ ended: false, working: true });
    expect(look().scripts.get("m-docker")).toMatchObject({ working: false });
  });
  test("tells that restarts wait for their turn", () => {
    expect(look()).not.toHaveProperty("waiting");
    host.write("var/lib/keelson/put-off", "docker.service\n");
    expect(look().waiting).toMatch(/^\d+$/);
  });
});

test("tells when the cluster's certificates end, and nothing of those that others keep beside them", () => {
  makeAuthority(host.path("made"), "ca");
  const ours = ["etc/kubernetes/pki/apiserver.crt", "etc/kubernetes/pki/etcd/ca.crt", "etc/etcd/pki/etcd/peer.crt"];
  for (const path of ours) host.write(path, host.read("made/ca.crt"));
  for (const path of ["etc/kubernetes/pki/jane.crt", "etc/etcd/pki/etcd/jane.crt"]) {
    host.write(path, ended(host.path("made"), "ca"));
  }
  expect([...look().ends.keys()]).toEqual(ours.map((path) => host.path(path)));
});

describe("what was changed by hand", () => {
  test("are files: their text, their mode, or that they are gone; and no others", () => {
    run(`${file("etc/a b")}; ${file("etc/c")}; ${file("etc/d")}; ${file("etc/same")}`);
    expect(changes()).toEqual([]);
    host.write("etc/a b", "theirs\n");
    chmodSync(host.path("etc/c"), 0o600);
    rmSync(host.path("etc/d"));
    expect(changes().sort()).toEqual([
      ["m-docker", "file", "/etc/a b", "other"],
      ["m-docker", "file", "/etc/c", "other"],
      ["m-docker", "file", "/etc/d", "gone"],
    ]);
    run(`${file("etc/a b")}; ${file("etc/c")}; ${file("etc/d")}; ${file("etc/same")}`);
    expect(changes()).toEqual([]);
  });
  test("is told anew each time that it happens", () => {
    const told = () => look().scripts.get("m-docker")?.changes;
    run(file("etc/a"));
    host.write("etc/a", "theirs\n");
    const first = told();
    expect(told()).toEqual(first);
    run(file("etc/a"));
    host.bash(`sleep 1.1; echo theirs >'${host.path("etc/a")}'`);
    expect(told()).not.toEqual(first);
  });
  test("are programs, kernel settings and packages", () => {
    host.stub("dpkg-query", 'for name in "${@:4}"; do [ "$name" = socat ] || echo "package installed $name"; done');
    const program = host.path("opt-tool");
    run(
      `echo 1 >'${program}'; note program '${program}'; note kernel net.ipv4.ip_forward; note package socat; note package ebtables`,
    );
    expect(changes()).toEqual([["m-docker", "package", "socat", "gone"]]);
    host.write("opt-tool", "22\n");
    host.write("proc/sys/net/ipv4/ip_forward", "0\n");
    expect(changes().sort()).toEqual([
      ["m-docker", "kernel", "net.ipv4.ip_forward", "other"],
      ["m-docker", "package", "socat", "gone"],
      ["m-docker", "program", "/opt-tool", "other"],
    ]);
  });
  test.each([
    [
      "docker",
      "case $3 in *two*) echo 'Error response from daemon: No such image: a/two:1' >&2; exit 1 ;; esac",
      "exit 1",
    ],
    ["containerd", "", "echo a/one:1"],
  ])("are images that %s lost, as to a disk that was full; none where it does not answer", (runtime, docker, ctr) => {
    const answers = (all: string, both: string) => {
      host.stub("docker", runtime === "docker" ? all : "exit 1");
      host.stub("ctr", both);
    };
    answers("", "printf 'a/one:1\\na/two:1\\n'");
    run(`note image '${runtime} a/one:1'; note image '${runtime} a/two:1'`);
    expect(changes()).toEqual([]);
    answers(`${docker}; [ "$#" = 3 ]`, ctr);
    expect(changes()).toEqual([["m-docker", "image", `${runtime} a/two:1`, "gone"]]);
    answers("echo 'cannot connect' >&2; exit 1", "exit 1");
    expect(changes()).toEqual([]);
    answers("sleep 9", "sleep 9");
    expect(changes()).toEqual([]);
  });
  test("are files of which only that they are there counts, and what leads to kube-proxy's rules", () => {
    host.write("etc/key", "key");
    const jumps = (...chains: readonly string[]) =>
      host.stub("iptables", `case "$*" in *PREROUTING | *FORWARD) echo '${chains.join(" ")}' ;; esac`);
    jumps("KUBE-SERVICES", "KUBE-FORWARD");
    run(`note present '${host.path("etc/key")}'; note rules kube-proxy`);
    host.write("etc/key", "another");
    expect(changes()).toEqual([]);
    rmSync(host.path("etc/key"));
    jumps("KUBE-SERVICES");
    expect(changes().sort()).toEqual([
      ["m-docker", "present", "/etc/key", "gone"],
      ["m-docker", "rules", "kube-proxy", "gone"],
    ]);
  });
  test.each(["m-join", "m-master"])(
    "are %s whose machine was reset, also of earlier releases, which noted nothing",
    (name) => {
      run(":", name);
      expect(changes()).toEqual([[name, "present", "/etc/kubernetes/kubelet.conf", "gone"]]);
      host.write("etc/kubernetes/kubelet.conf", "credentials");
      expect(changes()).toEqual([]);
    },
  );
  test.each(["m-join", "m-master"])(
    "are a kubelet's certificate of %s that has ended or is gone, as of a machine that was off for long",
    (name) => {
      run(":", name);
      host.write("etc/kubernetes/kubelet.conf", "client-certificate: kubelet-client-current.pem\n");
      const client = "var/lib/kubelet/pki/kubelet-client-current.pem";
      makeAuthority(host.path("made"), "ca");
      host.write(client, host.read("made/ca.crt"));
      expect(changes()).toEqual([]);
      host.write(client, ended(host.path("made"), "ca"));
      expect(changes()).toEqual([[name, "present", `/${client}`, "other"]]);
      rmSync(host.path(client));
      expect(changes()).toEqual([[name, "present", `/${client}`, "gone"]]);
    },
  );
  test("are units that do not run, or would not at the next boot; one that starts is not told, nor any just after a boot", () => {
    const units = ["a", "b", "c", "d", "e"].map((name) => `${name}.service`);
    run(units.map((unit) => `note unit ${unit}`).join("; "));
    const states = ["active enabled", "inactive enabled", "failed enabled", "active disabled", "activating enabled"];
    host.stub(
      "systemctl",
      states.map((state) => `printf 'ActiveState=%s\\nUnitFileState=%s\\n\\n' ${state}`).join("\n"),
    );
    const found = [...(look().scripts.get("m-docker")?.changes ?? [])].map(({ name, now }) => `${name} ${now}`);
    expect(found.sort()).toEqual(["b.service stopped", "c.service failed", "d.service disabled"]);
    host.write("proc/uptime", "60.00 2000.00\n");
    expect(changes()).toEqual([]);
  });
});

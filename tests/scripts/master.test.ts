import { ended, makeAuthority } from "./signing";
import { readdirSync, statSync } from "node:fs";

import type { Host } from "./host";
import { directory, masterOn, readyForMaster } from "./masterHost";

let host: Host;
beforeEach(() => (host = readyForMaster()));
afterEach(() => host.remove());

const token = "abcdef.0123456789abcdef";
const secretPart = "0123456789abcdef";
/** How commands were called, in one text. */
const called = () => host.called().join("\n");

describe("master.sh", () => {
  const master = (...args: Parameters<ReturnType<typeof masterOn>>) => masterOn(host)(...args);
  const manifests = "etc/kubernetes/manifests";
  const backups = () => readdirSync(host.path("etc/kubernetes")).filter((name) => name.startsWith("manifests.backup-"));

  test("sets manifests aside that are not of this cluster, and its own never", () => {
    host.write(`${manifests}/foreign.yaml`, "foreign\n");
    expect(master()).toMatchObject({ status: 0, stdout: "" });
    const [backup = ""] = backups();
    expect(backup).toMatch(/^manifests\.backup-\d{8}-\d{6}$/);
    expect(host.read(`etc/kubernetes/${backup}/foreign.yaml`)).toBe("foreign\n");
    expect(host.has(`${manifests}/foreign.yaml`)).toBe(false);
    host.write(`${manifests}/kube-apiserver.yaml`, "ours\n");
    master();
    expect(host.has(`${manifests}/kube-apiserver.yaml`)).toBe(true);
    expect(backups()).toEqual([backup]);
  });
  test("hands the configuration over on standard input, and forgives a second init what it finds of the first", () => {
    master();
    // By the name that the cluster was made with, whatever its stack is called by now.
    expect(host.read("config")).toBe('kind: InitConfiguration\nclusterName: "as-it-was-made"\n');
    const init = host.called().findLast((call) => call.startsWith("kubeadm init --config"));
    expect(init).toContain("--config /dev/stdin");
    expect(init).toMatch(/--ignore-preflight-errors Port-8443,Port-10250,.*,SystemVerification$/);
  });
  test("has the cluster's authorities, their keys for root alone", () => {
    master();
    expect([host.read("etc/kubernetes/pki/ca.crt"), host.read("etc/kubernetes/pki/ca.key")]).toEqual([
      "crt\n",
      "key\n",
    ]);
    expect(statSync(host.path("etc/kubernetes/pki/ca.key")).mode & 0o777).toBe(0o600);
  });
  test("leaves copies of keys alone that people have made beside them", () => {
    host.write("etc/kubernetes/pki/ca.key.backup", "a key\n");
    expect(master().status).toBe(0);
    expect(host.read("etc/kubernetes/pki/ca.key.backup")).toBe("a key\n");
  });
  test("writes the components' files before they start, and those that nobody reads any more go", () => {
    const file = (text: string) => ({ path: `${directory}/audit.yaml.${text}`, content: `${text}\n`, mode: "0600" });
    host.write("etc/kubernetes/keelson/own", "");
    host.stub("kubeadm", `[ "$1" != init ] || ls '${host.path("etc/kubernetes/keelson")}' >'${host.path("there")}'`);
    expect(master("up", [], {}, [file("one")]).status).toBe(0);
    expect(host.read("there")).toBe("audit.yaml.one\nown\n");
    expect(statSync(host.path("etc/kubernetes/keelson/audit.yaml.one")).mode & 0o777).toBe(0o600);
    // The server that runs reads the old one until it is another.
    expect(master("up", [], {}, [file("two")]).status).toBe(0);
    expect(host.read("there")).toBe("audit.yaml.one\naudit.yaml.two\nown\n");
    expect(readdirSync(host.path("etc/kubernetes/keelson"))).toEqual(["audit.yaml.two", "own"]);
    expect(master("down", [], {}, [file("two")]).status).toBe(0);
    expect(readdirSync(host.path("etc/kubernetes/keelson"))).toEqual(["own"]);
  });
  test("lets root alone read what kubeadm said", () => {
    host.stub(
      "kubeadm",
      `[ "$2" != --config ] || stat -c %a '${host.path("var/log/keelson-kubeadm.log")}' >'${host.path("mode")}'`,
    );
    master();
    expect(host.read("mode")).toBe("600\n");
  });
  test("shows what kubeadm said last, but no token", () => {
    host.stub(
      "kubeadm",
      `[ "$2" = --config ] || exit 0; echo "it broke"; echo "kubeadm join --token ${token}"; exit 1`,
    );
    const { status, stderr, stdout } = master();
    expect(status).toBe(1);
    expect(stderr).toMatch(/it broke\n.*error: kubeadm init failed on /s);
    expect(stderr + stdout).not.toContain(secretPart);
  });
  describe("a kubelet whose master was away for long", () => {
    const client = "var/lib/kubelet/pki/kubelet-client-current.pem";
    const certificate = (name: string) => {
      makeAuthority(host.path("made"), name);
      return host.read(`made/${name}.crt`);
    };
    /** The master's authorities are these, and its kubelet's certificate is of one. */
    const run = (of: string, authorities: string) => {
      host.write("etc/kubernetes/kubelet.conf", "client-certificate: kubelet-client-current.pem\n");
      host.write(client, of);
      host.stub("openssl", '[[ "$1 $*" != verify* && $* != *-checkend* ]] || exec /usr/bin/openssl "$@"');
      return master("up", [], { AUTHORITY: `ca.crt ${Buffer.from(authorities).toString("base64")}` });
    };

    test("becomes a node as a new one does where its authority was forgotten", () => {
      const [one, two] = ["one", "two"].map(certificate);
      const { stderr } = run(one ?? "", two ?? "");
      expect(stderr).toContain("the certificate of the kubelet of m is of an authority that was forgotten");
      expect(host.has(client)).toBe(false);
      expect(called()).toContain("systemctl stop kubelet.service");
    });
    test.each(["has ended", "is gone"])("becomes a node as a new one does where its certificate %s", (what) => {
      const one = certificate("one");
      const { stderr } = run(what === "is gone" ? "" : ended(host.path("made"), "one"), one);
      expect(stderr).toContain(`the certificate of the kubelet of m ${what}: it gets another one`);
      expect([host.has(client), host.has("etc/kubernetes/kubelet.conf")]).toEqual([false, false]);
      expect(called()).toMatch(/^systemctl stop kubelet.service\n[^]*^kubeadm init --config/m);
    });
    test("goes on where its authority is trusted", () => {
      const [one, two] = ["one", "two"].map(certificate);
      expect(run(one ?? "", `${two ?? ""}${one ?? ""}`).stderr).not.toContain("forgotten");
      expect(host.has(client)).toBe(true);
    });
  });
  describe("taints", () => {
    const config = "kind: InitConfiguration\nnodeRegistration:\n  taints: []\n";
    const own = '[{"key":"dedicated","value":"db","effect":"NoSchedule"}]';
    const tell = (taints: string, takesPods = true) =>
      master("up", [], { KUBEADM_CONFIG: config, TAINTS: taints, TAKES_PODS: takesPods });
    /** A node with these taints, each "KEY:EFFECT", that keeps what is done to them. */
    const node = (...taints: readonly string[]) => {
      host.write("taints", taints.map((taint) => `${taint}\n`).join(""));
      const list = host.path("taints");
      host.stub(
        "kubectl",
        `case "$*" in
        *"get node"*) cat '${list}' ;;
        *"patch node"*) printf '%s' "\${@: -1}" >'${host.path("patch")}'; grep -vxF node-role.kubernetes.io/control-plane:NoSchedule '${list}' >'${list}.new'; mv '${list}.new' '${list}' ;;
        esac`,
      );
    };
    const joined = () => {
      host.write("etc/kubernetes/kubelet.conf", "client-certificate: kubelet-client-current.pem\n");
      host.write("var/lib/kubelet/pki/kubelet-client-current.pem", "certificate and key");
    };

    test("are given to a new node by kubeadm, and to a node that is there never again", () => {
      node();
      tell(own);
      expect(host.read("config")).toContain(`  taints: ${own}\n`);
      joined();
      tell(own);
      expect(host.read("config")).toContain("  taints: []\n");
    });
    test("lose kubeadm's where the master takes pods, and no other", () => {
      node("dedicated:NoSchedule", "node-role.kubernetes.io/control-plane:NoSchedule", "theirs:NoExecute");
      joined();
      const { status, stderr } = tell(own);
      expect(status).toBe(0);
      expect(stderr).toContain("the taint node-role.kubernetes.io/control-plane:NoSchedule is taken from the node m");
      expect(JSON.parse(host.read("patch"))).toEqual([
        { op: "test", path: "/spec/taints/1/key", value: "node-role.kubernetes.io/control-plane" },
        { op: "test", path: "/spec/taints/1/effect", value: "NoSchedule" },
        { op: "remove", path: "/spec/taints/1" },
      ]);
      expect(tell(own).stderr).not.toContain("is taken");
      expect(host.called().filter((call) => call.includes("patch node"))).toHaveLength(1);
    });
    test("keep kubeadm's where the master takes no pods", () => {
      node("node-role.kubernetes.io/control-plane:NoSchedule");
      joined();
      expect(tell("[]", false).status).toBe(0);
      expect(called()).not.toMatch(/(get|patch) node/);
    });
    test("are looked at again where somebody changed them meanwhile", () => {
      node("node-role.kubernetes.io/control-plane:NoSchedule");
      const asked = host.path("asked");
      host.stub(
        "kubectl",
        `case "$*" in
        *"get node"*) [ -e '${asked}' ] || echo node.kubernetes.io/not-ready:NoSchedule; echo node-role.kubernetes.io/control-plane:NoSchedule ;;
        *"patch node"*) [ -e '${asked}' ] || { touch '${asked}'; exit 1; } ;;
        esac`,
      );
      tell("[]");
      const patches = host
        .called()
        .join("\n")
        .match(/"remove", "path": "[^"]*"/g);
      expect(patches?.slice(0, 2)).toEqual([
        '"remove", "path": "/spec/taints/1"',
        '"remove", "path": "/spec/taints/0"',
      ]);
    });
  });
  test("goes, but leaves etcd's data to etcd", () => {
    master();
    host.called();
    host.write("var/lib/kubelet/pods/x", "");
    host.write("var/lib/etcd/data", "");
    expect(master("down").status).toBe(0);
    expect(called()).toMatch(
      /^kubeadm reset --force --skip-phases=remove-etcd-member --cert-dir \S+\/no-certificates --cri-socket=unix:\/\/\/.*\/none\.sock$/m,
    );
    expect([host.has("var/lib/keelson/master"), host.has("var/log/keelson-kubeadm.log")]).toEqual([false, false]);
    expect([host.has("var/lib/kubelet"), host.has("var/lib/etcd/data")]).toEqual([false, true]);
  });
});

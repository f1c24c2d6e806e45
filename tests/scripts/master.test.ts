import { readdirSync, statSync } from "node:fs";

import type { ScriptFile } from "../../components/script";
import type { ScriptParts } from "../../components/script/compose";
import { kubeconfigFor } from "../support/printed";
import { firstKey } from "./encryptionStages";
import { Host } from "./host";
import { allIsCurrent } from "./renewed";

let host: Host;
beforeEach(() => {
  host = new Host("systemctl", "journalctl", "ip");
  host.stub("iptables-save", "exit 1");
});
afterEach(() => host.remove());

const token = "abcdef.0123456789abcdef";
const secretPart = "0123456789abcdef";
/** How commands were called, in one text. */
const called = () => host.called().join("\n");

describe("master.sh", () => {
  const directory = "/etc/kubernetes/keelson";
  const master = (
    direction = "up",
    names: readonly string[] = [],
    values: ScriptParts["values"] = {},
    files: readonly ScriptFile[] = [],
  ) =>
    host.run(
      {
        files,
        script: Host.script("master/master.sh"),
        uses: [
          "etcd/certificates.sh",
          "encryption/providers.sh",
          "script/found.sh",
          "kubelet/leave.sh",
          "kubelet/unit.sh",
          "master/api.sh",
          "master/kubeadm.sh",
          "master/kubelets.sh",
          ...["endpoint/servers.sh", "endpoint/yield.sh"],
          "master/manifests.sh",
          "master/changes.sh",
        ]
          .map((path) => Host.script(path))
          .concat(allIsCurrent),
        values: {
          KUBEADM_CONFIG: 'kind: InitConfiguration\nclusterName: "@CLUSTER_NAME@"\n',
          CERTIFICATE_CONFIG: "",
          CERTIFICATE_NAMES: names,
          AUTHORITY: [
            `ca.crt ${Buffer.from("crt\n").toString("base64")}`,
            `ca.key ${Buffer.from("key\n").toString("base64")}`,
            `admin.conf ${Buffer.from(kubeconfigFor("https://127.0.0.1:6444")).toString("base64")}`,
          ].join("\n"),
          COREDNS_TAG: "v1",
          PROXY: "127.0.0.1:6444",
          ETCD_CA_CRT: Buffer.from("certificate\n").toString("base64"),
          ETCD_ISSUER_CRT: "",
          AUTHORITIES: "1",
          ...firstKey,
          ETCD_CA_KEY: Buffer.from("key\n").toString("base64"),
          CRI_SOCKET: "unix:///run/none.sock",
          ENDPOINT: "192.0.2.1:8443",
          KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml",
          FILES_DIRECTORY: directory,
          FILES: files.map(({ path }) => path),
          IGNORED_CHECKS: ",SystemVerification",
          ...{ NODE: "m", TAINTS: "[]", TAKES_PODS: false },
          VIRTUAL_ADDRESS: "",
          AUDIT: true,
          ...values,
        },
      },
      direction,
    );
  const manifests = "etc/kubernetes/manifests";
  const backups = () => readdirSync(host.path("etc/kubernetes")).filter((name) => name.startsWith("manifests.backup-"));

  beforeEach(() => {
    host.stub("kubeadm", `[ "$1" != init ] || cat >'${host.path("config")}'`);
    ["curl", "kubectl", "openssl"].forEach((name) => host.stub(name));
    host.write("etc/kubernetes/pki/apiserver-etcd-client.crt", "");
    host.write("var/lib/keelson/fit", "");
    host.write("var/log/x", "");
    for (const path of ["kubernetes/kubelet-config.yaml", "systemd/system/kubelet.service"]) {
      host.write(`etc/${path}`, "");
    }
    host.write("usr/local/bin/kubelet", "");
  });

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
  test("configures a cluster that nobody has, and leaves the rest to the step after all masters", () => {
    const calls = (configured: number, image: string, missing = "nothing") => {
      // As the real one does, it reads the kubeconfig: who writes it must not find the reader gone.
      host.stub(
        "kubectl",
        `cat >/dev/null; case "$*" in *cluster-info*) exit ${configured} ;; *${missing}*) exit 1 ;; esac; echo registry.example.com/${image}`,
      );
      master();
      return host.called().filter((call) => /^kubeadm init --config|keelson-lost-/.test(call));
    };
    // A master that was lost is let in before its kubelet asks for a node.
    const [lets, init] = calls(0, "coredns:v1");
    expect(lets).toContain("delete validatingadmissionpolicybinding,validatingadmissionpolicy keelson-lost-");
    expect(init).toContain("--skip-phases upload-config,bootstrap-token,addon,show-join-command");
    expect(calls(1, "coredns:v1").join()).toContain("--skip-phases addon/coredns");
    expect(calls(1, "coredns:v10").join()).not.toContain("--skip-phases");
    // kubeadm makes them last: one that was killed amid its add-ons is to make the rest.
    expect(calls(0, "coredns:v1", "rolebinding/kube-proxy").join()).toContain("--skip-phases addon/coredns");
    expect(calls(0, "coredns:v1", "kube-dns").join()).not.toContain("--skip-phases");
    host.write("etc/kubernetes/kubelet.conf", "kubelet-client-current.pem\n");
    expect(calls(0, "coredns:v1")[0]).toContain("delete validatingadmissionpolicybinding");
  });
  test("lets root alone read what kubeadm said", () => {
    host.stub(
      "kubeadm",
      `[ "$1" != init ] || stat -c %a '${host.path("var/log/keelson-kubeadm.log")}' >'${host.path("mode")}'`,
    );
    master();
    expect(host.read("mode")).toBe("600\n");
  });
  test("shows what kubeadm said last, but no token", () => {
    host.stub("kubeadm", `echo "it broke"; echo "kubeadm join --token ${token}"; exit 1`);
    const { status, stderr, stdout } = master();
    expect(status).toBe(1);
    expect(stderr).toMatch(/it broke\n.*error: kubeadm init failed on /s);
    expect(stderr + stdout).not.toContain(secretPart);
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
    const joined = () => host.write("etc/kubernetes/kubelet.conf", "client-certificate: kubelet-client-current.pem\n");

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
      /^kubeadm reset --force --skip-phases=remove-etcd-member --cri-socket=unix:\/\/\/.*\/none\.sock$/m,
    );
    expect([host.has("var/lib/keelson/master"), host.has("var/log/keelson-kubeadm.log")]).toEqual([false, false]);
    expect([host.has("var/lib/kubelet"), host.has("var/lib/etcd/data")]).toEqual([false, true]);
  });
});

import type { ScriptFile } from "../../components/script";
import type { ScriptParts } from "../../components/script/compose";
import { kubeconfigFor } from "../support/printed";
import { firstKey } from "./encryptionStages";
import { Host } from "./host";
import { allIsCurrent } from "./renewed";

/** Where it has files that its servers read. */
export const directory = "/etc/kubernetes/keelson";

/** What master.sh uses, but for what renews certificates. */
export const masterScripts = [
  "etcd/certificates.sh",
  "encryption/providers.sh",
  "script/found.sh",
  "kubelet/leave.sh",
  "kubelet/unit.sh",
  "master/api.sh",
  "master/kubeadm.sh",
  "master/kubelets.sh",
  "endpoint/servers.sh",
  "endpoint/yield.sh",
  "master/manifests.sh",
  "master/changes.sh",
  "master/asNode.sh",
];

/** Runs master.sh on a machine, towards these names and values. */
export const masterOn =
  (host: Host) =>
  (
    direction = "up",
    names: readonly string[] = [],
    values: ScriptParts["values"] = {},
    files: readonly ScriptFile[] = [],
    change = (script: string) => script,
  ) =>
    host.run(
      {
        files,
        script: change(Host.script("master/master.sh")),
        uses: masterScripts.map((path) => Host.script(path)).concat(allIsCurrent),
        values: {
          KUBEADM_CONFIG: 'kind: InitConfiguration\nclusterName: "@CLUSTER_NAME@"\n',
          CERTIFICATE_CONFIG: "",
          CERTIFICATE_NAMES: names,
          AUTHORITY: [
            `ca.crt ${Buffer.from("crt\n").toString("base64")}`,
            `ca.key ${Buffer.from("key\n").toString("base64")}`,
            `admin.conf ${Buffer.from(kubeconfigFor("https://127.0.0.1:6444")).toString("base64")}`,
          ].join("\n"),
          COREDNS_IMAGE: "registry.example.com/coredns:v1",
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

/** What a machine has before master.sh comes. */
export function readyForMaster(): Host {
  const host = new Host("systemctl", "journalctl", "ip");
  host.stub("iptables-save", "exit 1");
  host.stub("kubeadm", `[ "$1" != init ] || cat >'${host.path("config")}'`);
  ["curl", "kubectl", "openssl"].forEach((name) => host.stub(name));
  host.write("etc/kubernetes/pki/apiserver-etcd-client.crt", "");
  host.write("var/lib/keelson/fit", "");
  host.write("var/log/x", "");
  for (const path of ["kubernetes/kubelet-config.yaml", "systemd/system/kubelet.service"]) {
    host.write(`etc/${path}`, "");
  }
  host.write("usr/local/bin/kubelet", "");
  return host;
}

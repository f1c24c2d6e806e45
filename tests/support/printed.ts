/** Texts that must not be seen anywhere but in secrets. */
export const canaries = {
  etcdKey: "canary: key of etcd's authority",
  clusterKey: "canary: key of the cluster's authority",
  kubeconfig: "canary: the administrator's kubeconfig",
  secrets: "canary: a key of 32 bytes for it",
};

/** Digest of the cluster authority's public key, as the master prints it. */
export const caHash = `sha256:${"0123456789abcdef".repeat(4)}`;

/** The administrator's kubeconfig, which leads to a server; kubeadm writes it for the nodes, to their own proxy. */
export function kubeconfigFor(server: string): string {
  return `apiVersion: v1
clusters:
- cluster:
    server: ${server}
  name: as-it-was-made
current-context: kubernetes-admin@as-it-was-made
users:
- name: kubernetes-admin
  user:
    client-key-data: "${canaries.kubeconfig}"
`;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** What a script of this name prints on a real machine, as far as other scripts read it. */
export function printed(name: string): string {
  const lines: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "etcd-authority": { crt: base64("etcd's authority"), key: base64(canaries.etcdKey) },
    "master-authority": {
      "ca.crt": base64("the cluster's authority"),
      "ca.key": base64(canaries.clusterKey),
      "admin.conf": base64(kubeconfigFor("https://127.0.0.1:6444")),
      "ca-hash": caHash,
    },
    "encryption-key-1": { key: base64(canaries.secrets) },
  };
  return Object.entries(lines[name.replace(/^(east|west)-/, "")] ?? {})
    .map(([field, value]) => `${field} ${value}\n`)
    .join("");
}

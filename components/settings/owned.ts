/** Settings that keelson itself makes, by name, each with the way to what its user may want. */
export type Owned = Readonly<Record<string, string>>;

const certificates = "keelson makes the certificates: leave it out";
const etcdMembers = 'it follows from the machines with the role "etcd": leave it out';
const kubeconfigs = "kubeadm makes the file: leave it out";
const address = "it follows from the machine's address: set machines[].address";
const subnet = "set kubernetes.networking.serviceSubnet";

export const apiServerFlags: Owned = {
  "advertise-address": "set kubernetes.advertiseAddress",
  "allow-privileged": "kube-proxy cannot run without it: leave it out",
  "client-ca-file": certificates,
  "enable-bootstrap-token-auth": "machines join by it: leave it out",
  "etcd-cafile": certificates,
  "etcd-certfile": certificates,
  "etcd-keyfile": certificates,
  "etcd-servers": etcdMembers,
  "kubelet-client-certificate": certificates,
  "kubelet-client-key": certificates,
  "proxy-client-cert-file": certificates,
  "proxy-client-key-file": certificates,
  "requestheader-client-ca-file": certificates,
  "secure-port": "set kubernetes.bindPort",
  "service-account-key-file": certificates,
  "service-account-signing-key-file": certificates,
  "service-cluster-ip-range": subnet,
  "tls-cert-file": certificates,
  "tls-private-key-file": certificates,
};

export const controllerManagerFlags: Owned = {
  "allocate-node-cidrs": "flannel needs it: leave it out",
  "authentication-kubeconfig": kubeconfigs,
  "authorization-kubeconfig": kubeconfigs,
  "client-ca-file": certificates,
  "cluster-cidr": "set kubernetes.networking.podSubnet",
  "cluster-name": "it is the stack's name: leave it out",
  "cluster-signing-cert-file": certificates,
  "cluster-signing-key-file": certificates,
  kubeconfig: kubeconfigs,
  "node-cidr-mask-size": "each node takes a /24 of kubernetes.networking.podSubnet: leave it out",
  "requestheader-client-ca-file": certificates,
  "root-ca-file": certificates,
  "service-account-private-key-file": certificates,
  "service-cluster-ip-range": subnet,
};

export const schedulerFlags: Owned = {
  "authentication-kubeconfig": kubeconfigs,
  "authorization-kubeconfig": kubeconfigs,
  kubeconfig: kubeconfigs,
};

export const etcdFlags: Owned = {
  "advertise-client-urls": `${address} or etcd.clientPort`,
  "auto-tls": certificates,
  "cert-file": certificates,
  "client-cert-auth": "clients without a certificate are never let in: leave it out",
  "config-file": "etcd would not read its flags any more: give them in etcd.extraArgs",
  "data-dir": "set etcd.dataDir",
  "initial-advertise-peer-urls": `${address} or etcd.peerPort`,
  "initial-cluster": etcdMembers,
  "initial-cluster-state": etcdMembers,
  "key-file": certificates,
  "listen-client-urls": `${address} or etcd.clientPort`,
  "listen-peer-urls": `${address} or etcd.peerPort`,
  name: "it is the machine's: set machines[].name",
  "peer-auto-tls": certificates,
  "peer-cert-file": certificates,
  "peer-client-cert-auth": "peers without a certificate are never let in: leave it out",
  "peer-key-file": certificates,
  "peer-trusted-ca-file": certificates,
  "trusted-ca-file": certificates,
};

export const kubeletFields: Owned = {
  apiVersion: "it is kubelet.config.k8s.io/v1beta1: leave it out",
  authentication: "set kubernetes.kubelet.anonymous",
  authorization: "it is Webhook: leave it out",
  cgroupDriver: "it follows Docker's: set exec-opts in docker.daemon",
  clusterDNS: "set kubernetes.kubelet.clusterDNS",
  clusterDomain: "set kubernetes.networking.dnsDomain",
  containerRuntimeEndpoint: "set kubernetes.runtime",
  failCgroupV1: "it follows from the machine's kernel: leave it out",
  failSwapOn: "set kubernetes.kubelet.failSwapOn",
  healthzBindAddress: "the kubelet's health is asked there: leave it out",
  healthzPort: "the kubelet's health is asked there: leave it out",
  kind: "it is KubeletConfiguration: leave it out",
  port: "the API reaches kubelets at 10250: leave it out",
  rotateCertificates: "it is true: leave it out",
  staticPodPath: "kubeadm puts the control plane there: leave it out",
  systemReserved: "set machines[].allocatable",
};

export const dockerFields: Owned = {
  hosts: "Docker's service listens on its socket, and fails when told twice: leave it out",
};

/** Labels that the kubelet gives its node. */
export const nodeLabels: Owned = {
  "kubernetes.io/arch": "the kubelet sets it: leave it out",
  "kubernetes.io/hostname": "the kubelet sets it: leave it out",
  "kubernetes.io/os": "the kubelet sets it: leave it out",
};

import {
  hostKey,
  kubernetes,
  local,
  master,
  problems,
  remote,
  remoteMaster,
  remoteWorker,
  worker,
  type Raw,
} from "./config.fixture";

const more = (role: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `${role}-${index + 1}`, roles: [role] }));

describe("each mistake in the cluster has its line", () => {
  const cases: readonly (readonly [string, Raw, string])[] = [
    ["no provider", { machines: [master, worker] }, 'provider: is missing: use "local" or "ssh"'],
    ["an unknown provider", local({ provider: "aws" }), 'provider: "aws" is not allowed: use "local" or "ssh"'],
    ["an unknown section", local({ kubernets: {} }), 'kubernets: is no known field: did you mean "kubernetes"?'],
    [
      "a field that resembles none",
      local({ flannel: { colour: 1 } }),
      "flannel.colour: is no known field: the fields here are backend, mtu",
    ],
    ["an empty section", local({ etcd: null }), "etcd: is empty: use a map of fields, or leave the line out"],
    [
      "a port out of range",
      kubernetes({ bindPort: 70000 }),
      "kubernetes.bindPort: 70000 is out of range: use 1 to 65535",
    ],
    [
      "a port that is a text",
      kubernetes({ bindPort: "6443" }),
      'kubernetes.bindPort: "6443" is not allowed: use a whole number, 1 to 65535',
    ],
    [
      "two programs at one port",
      local({ etcd: { clientPort: 6443 } }),
      "etcd.clientPort: 6443 is the port of kubernetes.bindPort as well on m: use a port of its own",
    ],
    [
      "a port that is fixed",
      kubernetes({ bindPort: 10250 }),
      "kubernetes.bindPort: 10250 is the port of the kubelet as well on m: use a port of its own",
    ],
    [
      "the port of SSH",
      remote({ machines: [{ ...remoteMaster, ssh: { hostKey, port: 2380 } }, remoteWorker] }),
      "etcd.peerPort: 2380 is the port of SSH as well on m: use a port of its own",
    ],
    [
      "pods and Services in one network",
      kubernetes({ networking: { podSubnet: "10.100.0.0/16" } }),
      "kubernetes.networking.serviceSubnet: 10.96.0.0/12 overlaps kubernetes.networking.podSubnet 10.100.0.0/16: use networks without an address in common",
    ],
    [
      "containers among pods",
      local({ local: { subnet: "10.244.8.0/24" } }),
      "local.subnet: 10.244.8.0/24 overlaps kubernetes.networking.podSubnet 10.244.0.0/16: use networks without an address in common",
    ],
    [
      "the API among Services",
      kubernetes({ advertiseAddress: "10.96.0.5" }),
      "kubernetes.advertiseAddress: 10.96.0.5 lies in kubernetes.networking.serviceSubnet 10.96.0.0/12: use a network for Services that no machine is in",
    ],
    [
      "a virtual address that no local machine can have",
      kubernetes({ virtualAddress: "172.30.1.5" }),
      "kubernetes.virtualAddress: 172.30.1.5 is not in local.subnet 172.30.0.0/24: use an address of it that no machine has",
    ],
    [
      "a virtual address that a machine has",
      kubernetes({ virtualAddress: "172.30.0.11" }),
      "kubernetes.virtualAddress: 172.30.0.11 is the address of machines[0]: use one that no machine has",
    ],
    [
      "a machine at the masters' common address",
      local({ machines: [{ ...master, address: "172.30.0.10" }, ...more("master", 2), worker] }),
      "machines[0].address: 172.30.0.10 is reserved for the masters' virtual address: use another, or set kubernetes.virtualAddress",
    ],
    [
      "several masters without a common address",
      remote({
        machines: [
          remoteMaster,
          { ...remoteWorker, roles: ["master"] },
          { ...remoteWorker, name: "x", address: "192.0.2.3" },
        ],
      }),
      "kubernetes.virtualAddress: is missing: 2 masters (m, w) need one address for the API; use a free one on their network, or set kubernetes.endpoint to your load balancer",
    ],
    [
      "several masters that advertise one address",
      local({ machines: [master, ...more("master", 2), worker], kubernetes: { advertiseAddress: "172.30.0.9" } }),
      "kubernetes.advertiseAddress: is one address, and there are 3 masters (m, master-1, master-2): leave it out, and set kubernetes.virtualAddress or kubernetes.endpoint",
    ],
    [
      "an endpoint without a port",
      kubernetes({ endpoint: "api.example.com" }),
      'kubernetes.endpoint: "api.example.com" is no host and port: use a name or an IPv4 address, a colon and a TCP port, as in "api.example.com:6443"',
    ],
    [
      "a subnet that is none",
      kubernetes({ networking: { podSubnet: "10.244.0.0" } }),
      'kubernetes.networking.podSubnet: "10.244.0.0" is no IPv4 network: use an address and a prefix, as in "10.244.0.0/16"',
    ],
    [
      "an address inside for a subnet",
      kubernetes({ networking: { podSubnet: "10.244.3.0/16" } }),
      'kubernetes.networking.podSubnet: "10.244.3.0/16" is an address inside of a network: use the network\'s own, "10.244.0.0/16"',
    ],
    [
      "a service subnet that is too large",
      kubernetes({ networking: { serviceSubnet: "11.0.0.0/8" } }),
      'kubernetes.networking.serviceSubnet: "11.0.0.0/8" has a prefix out of range: use /12 to /28',
    ],
    [
      "fewer pod networks than nodes",
      kubernetes({ networking: { podSubnet: "10.244.0.0/24" } }),
      "kubernetes.networking.podSubnet: 10.244.0.0/24 has room for 1 node of /24 each, and there are 2: use a prefix of /23 or shorter",
    ],
    [
      "a name server elsewhere",
      kubernetes({ kubelet: { clusterDNS: ["10.244.0.10"] } }),
      "kubernetes.kubelet.clusterDNS[0]: 10.244.0.10 is not in kubernetes.networking.serviceSubnet 10.96.0.0/12: use 10.96.0.10, where the cluster's DNS is, or leave it out",
    ],
    [
      "an unsupported release",
      kubernetes({ version: "1.29.15" }),
      'kubernetes.version: "1.29.15" is not supported: use one of 1.35.0, 1.35.1, 1.35.2, 1.35.3, 1.35.4, 1.35.5, 1.35.6, 1.35.7, 1.35.8, 1.36.0, 1.36.1, 1.36.2, 1.36.3, 1.36.4, or add it with `make lock VERSION=1.x.y`',
    ],
    [
      "replicas below zero",
      local({ workloads: { nginx: { replicas: -1 } } }),
      "workloads.nginx.replicas: -1 is out of range: use a whole number, 0 or more",
    ],
    [
      "a number of events in quotes",
      kubernetes({ security: { eventRateLimit: "100" } }),
      'kubernetes.security.eventRateLimit: "100" is not allowed: use a whole number, 0 or more',
    ],
    [
      "a nodePort elsewhere",
      local({ workloads: { nginx: { nodePort: 8080 } } }),
      "workloads.nginx.nodePort: 8080 is out of range: use 30000 to 32767",
    ],
    [
      "the API server's etcd",
      kubernetes({ apiServer: { extraArgs: { "etcd-servers": "http://127.0.0.1:2379" } } }),
      'kubernetes.apiServer.extraArgs.etcd-servers: keelson sets it itself: it follows from the machines with the role "etcd": leave it out',
    ],
    [
      "the controller manager's network",
      kubernetes({ controllerManager: { extraArgs: { "cluster-cidr": "10.0.0.0/8" } } }),
      "kubernetes.controllerManager.extraArgs.cluster-cidr: keelson sets it itself: set kubernetes.networking.podSubnet",
    ],
    [
      "the scheduler's kubeconfig",
      kubernetes({ scheduler: { extraArgs: { kubeconfig: "/x" } } }),
      "kubernetes.scheduler.extraArgs.kubeconfig: keelson sets it itself: kubeadm makes the file: leave it out",
    ],
    [
      "etcd's addresses",
      local({ etcd: { extraArgs: { "listen-client-urls": "http://127.0.0.1:2379" } } }),
      "etcd.extraArgs.listen-client-urls: keelson sets it itself: it follows from the machine's address: set machines[].address or etcd.clientPort",
    ],
    [
      "a flag with its dashes",
      local({ etcd: { extraArgs: { "--quota-backend-bytes": 1 } } }),
      'etcd.extraArgs["--quota-backend-bytes"]: "--quota-backend-bytes" is no flag: use its name without dashes before it or a value after it, as in "v"',
    ],
    [
      "a flag's value that is none",
      kubernetes({ scheduler: { extraArgs: { v: {} } } }),
      "kubernetes.scheduler.extraArgs.v: {} is no value of a flag: use a string, a number, true or false",
    ],
    [
      "the kubelet's cgroup driver",
      kubernetes({ kubelet: { configuration: { cgroupDriver: "systemd" } } }),
      "kubernetes.kubelet.configuration.cgroupDriver: keelson sets it itself: it follows Docker's: set exec-opts in docker.daemon",
    ],
    [
      "the kubelet's authentication",
      kubernetes({ kubelet: { configuration: { authentication: {} } } }),
      "kubernetes.kubelet.configuration.authentication: keelson sets it itself: set kubernetes.kubelet.anonymous",
    ],
    [
      "Docker's sockets",
      local({ docker: { daemon: { hosts: ["tcp://0.0.0.0:2375"] } } }),
      "docker.daemon.hosts: keelson sets it itself: Docker's unit sets it already, and Docker fails when it is set twice: leave it out",
    ],
    [
      "a directory of others for etcd",
      local({ etcd: { dataDir: "/var/lib" } }),
      'etcd.dataDir: "/var/lib" has other data in it: use a directory of etcd\'s own, as in "/var/lib/etcd"',
    ],
    [
      "a relative directory for etcd",
      local({ etcd: { dataDir: "data/../etcd" } }),
      'etcd.dataDir: "data/../etcd" is no absolute path: begin with "/", and use letters, digits and "._@+-" between single slashes',
    ],
    [
      "a mirror without a place",
      remote({ artifacts: { source: "mirror" } }),
      'artifacts.baseUrl: is missing: with source "mirror", use the mirror\'s URL, as in "https://mirror.example.com"',
    ],
    [
      "a place without a mirror",
      remote({ artifacts: { baseUrl: "https://mirror.example.com" } }),
      'artifacts.baseUrl: is for source "mirror", and the source is "upstream": leave it out, or set artifacts.source',
    ],
    [
      "a mirror at no URL",
      remote({ artifacts: { source: "mirror", baseUrl: "ftp://x" } }),
      'artifacts.baseUrl: "ftp://x" is no URL of a mirror: use http://, https:// or file:///, without a user or password, as in "https://mirror.example.com/kubernetes"',
    ],
    [
      "a mirror with a password, which would be seen on every machine and in the state",
      remote({ artifacts: { source: "mirror", baseUrl: "https://user:pw@mirror.example.com" } }),
      'artifacts.baseUrl: "https://user:pw@mirror.example.com" is no URL of a mirror: use http://, https:// or file:///, without a user or password, as in "https://mirror.example.com/kubernetes"',
    ],
    [
      "a registry beside a bundle",
      local({ artifacts: { imageRegistry: "registry.example.com" } }),
      'artifacts.imageRegistry: images come from the bundle, not from a registry: leave it out, or set artifacts.source to "mirror"',
    ],
    [
      "an encrypted value",
      local({ docker: { daemon: { proxies: { secure: "AAABAhush" } } } }),
      "docker.daemon.proxies: is a secret: no field but a passphrase of a private key keeps one, so write it in plain or leave it out",
    ],
  ];

  test.each(cases)("%s", (_, raw, line) => expect(problems(raw)).toEqual([line]));
});

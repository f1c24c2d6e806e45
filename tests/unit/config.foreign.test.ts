import { parseEnvironment } from "../../components/environment";
import { kubernetes, local, problems, remote, remoteMaster, remoteWorker, type Raw } from "./config.fixture";

const daemon = (fields: Raw) => local({ docker: { daemon: fields } });
const kubelet = (configuration: Raw) => kubernetes({ kubelet: { configuration } });
const args = (component: string, extraArgs: Raw) => kubernetes({ [component]: { extraArgs } });
const field = "kubernetes.kubelet.configuration.";

describe("what another program would not take is refused with the rest", () => {
  const cases: readonly (readonly [string, Raw, string])[] = [
    ["a misspelt field", kubelet({ maxPod: 20 }), `${field}maxPod: is no known field: did you mean "maxPods"?`],
    [
      "a field in other letters",
      kubelet({ staticpodpath: "/x" }),
      `${field}staticpodpath: is no known field: did you mean "staticPodPath"?`,
    ],
    ["a field like no other", kubelet({ z: 1 }), `${field}z: is no known field: leave it out`],
    ["a number in quotes", kubelet({ maxPods: "200" }), `${field}maxPods: "200" is not allowed: use a whole number`],
    [
      "a text without quotes",
      kubelet({ kubeReserved: { cpu: 1 } }),
      `${field}kubeReserved.cpu: 1 is not allowed: put it in quotes, "1"`,
    ],
    [
      "feature gates in a text",
      kubelet({ featureGates: "A=true" }),
      `${field}featureGates: "A=true" is not allowed: use a map, each true or false`,
    ],
    [
      "a duration that is none",
      kubelet({ syncFrequency: "1 minute" }),
      `${field}syncFrequency: "1 minute" is not allowed: use a duration, as in "90s" or "1h30m"`,
    ],
    [
      "a signal that nobody gives",
      kubelet({ evictionHard: { "memory.free": "1Gi" } }),
      `${field}evictionHard["memory.free"]: is not known: use memory.available, nodefs.available, nodefs.inodesFree, imagefs.available, imagefs.inodesFree, containerfs.available, containerfs.inodesFree, allocatableMemory.available, pid.available`,
    ],
    [
      "an amount that is none",
      kubelet({ evictionHard: { "memory.available": "1GB" } }),
      `${field}evictionHard["memory.available"]: "1GB" is not allowed: use a quantity or a percentage, as in "100Mi" or "5%"`,
    ],
    [
      "a part of a list",
      kubelet({ registerWithTaints: [{ key: "a", efect: "NoSchedule" }] }),
      `${field}registerWithTaints[0].efect: is no known field: did you mean "effect"?`,
    ],
    [
      "a kubelet that nobody reaches",
      kubelet({ enableServer: false }),
      `${field}enableServer: the API reaches no kubelet without its server: leave it out`,
    ],
    [
      "a kubelet at a loopback address",
      kubelet({ address: "127.0.0.1" }),
      `${field}address: "127.0.0.1": the API would not reach the kubelet: leave it out`,
    ],
    [
      "a machine that is no node",
      kubelet({ registerNode: false }),
      `${field}registerNode: no machine would become a node: leave it out`,
    ],
    [
      "a kernel that is left as it is, and is another computer's",
      kubelet({ protectKernelDefaults: true }),
      `${field}protectKernelDefaults: true: the kernel of m, w is another computer's, whose settings are left as they are, and no kubelet would start on others than its own: leave it out`,
    ],
    [
      "more pods than addresses",
      kubelet({ maxPods: 500 }),
      `${field}maxPods: 500 pods are more than a node has addresses for: use 255 at most`,
    ],
    [
      "a truth value in quotes",
      daemon({ "live-restore": "false" }),
      'docker.daemon.live-restore: "false" is not allowed: use true or false',
    ],
    [
      "a number where Docker wants a text",
      daemon({ "log-opts": { "max-file": 3 } }),
      'docker.daemon.log-opts.max-file: 3 is not allowed: put it in quotes, "3"',
    ],
    [
      "a misspelt field of Docker's",
      daemon({ "data-rot": "/x" }),
      'docker.daemon.data-rot: is no known field: did you mean "data-root"?',
    ],
    [
      "all of the disk for Docker",
      daemon({ "data-root": "/" }),
      'docker.daemon.data-root: "/" is everything: use a directory of Docker\'s own, as in "/srv/docker"',
    ],
    [
      "memory for Docker",
      daemon({ "data-root": "/run/docker-data" }),
      'docker.daemon.data-root: "/run/docker-data" is emptied when a machine boots, or sooner: use a directory of Docker\'s own, as in "/srv/docker"',
    ],
    [
      "users of their own for containers",
      daemon({ "userns-remap": "default" }),
      "docker.daemon.userns-remap: pods that share their machine's network would not start, kube-proxy among them: leave it out",
    ],
    [
      "options in one text",
      daemon({ "exec-opts": "native.cgroupdriver=systemd" }),
      'docker.daemon.exec-opts: "native.cgroupdriver=systemd" is not allowed: use a list, each a string',
    ],
    [
      "a cgroup driver that is none",
      daemon({ "exec-opts": ["native.cgroupdriver=foo"] }),
      'docker.daemon.exec-opts[0]: "foo" is no cgroup driver: use "native.cgroupdriver=systemd" or "native.cgroupdriver=cgroupfs"',
    ],
    [
      "two cgroup drivers",
      daemon({ "exec-opts": ["native.cgroupdriver=systemd", "native.cgroupdriver=cgroupfs"] }),
      "docker.daemon.exec-opts[1]: is a second cgroup driver: use one",
    ],
    ...["/run/keelson/etcd", "/var/run/x/etcd", "/tmp/x/etcd", "/var/tmp/x/e", "/dev/shm/etcd", "/proc/x/y"].map(
      (dataDir) =>
        [
          `etcd in ${dataDir}`,
          local({ etcd: { dataDir } }),
          `etcd.dataDir: "${dataDir}" is emptied when a machine boots, or sooner, and the cluster's data would be lost: use a directory on a disk, as in "/var/lib/etcd"`,
        ] as const,
    ),
    ...["http-proxy", "proxies.https-proxy"].map((path) => {
      const url = "http://me:secret@proxy.example.com:3128";
      const [field = "", nested] = path.split(".");
      return [
        `a password of a proxy in ${path}`,
        daemon({ [field]: nested === undefined ? url : { [nested]: url, "no-proxy": "localhost" } }),
        `docker.daemon.${path}: has a password, which everybody would read in the state and in previews: leave it out, and set HTTP_PROXY and HTTPS_PROXY in a drop-in of docker.service that root alone can read`,
      ] as const;
    }),
    ...["/opt/cni", "/opt/cni/bin", "/opt/keelson/bundle", "/usr/local/bin", "/var/log/pods"].map(
      (dataDir) =>
        [
          `etcd in ${dataDir}`,
          local({ etcd: { dataDir } }),
          `etcd.dataDir: "${dataDir}" has other data in it: use a directory of etcd's own, as in "/var/lib/etcd"`,
        ] as const,
    ),
    [
      "a packet that is too long once it is wrapped",
      local({ flannel: { mtu: 65535 } }),
      "flannel.mtu: 65535 leaves no room for the 50 bytes of vxlan's encapsulation: use 65485 at most",
    ],
  ];
  test.each(cases)("%s", (_, raw, line) => expect(problems(raw)).toEqual([line]));
});

describe("what works is taken", () => {
  test.each<[string, Raw]>([
    [
      "fields of the kubelet",
      kubelet({ maxPods: 250, evictionHard: { "nodefs.available": "5%" }, logging: { flushFrequency: "5s" } }),
    ],
    [
      "a kernel that is a machine's own, and is given what the kubelet wants",
      remote({ kubernetes: { kubelet: { configuration: { protectKernelDefaults: true } } } }),
    ],
    [
      "a kernel that its owner is to have set so",
      remote({
        machines: [remoteMaster, { ...remoteWorker, sharedKernel: true }],
        kubernetes: { kubelet: { configuration: { protectKernelDefaults: true } } },
      }),
    ],
    ["a proxy that asks for no password", daemon({ proxies: { "http-proxy": "http://proxy.example.com:3128" } })],
    ["a field that is empty", kubelet({ evictionSoft: null })],
    ["a field of a Docker to come", daemon({ "some-field-to-come": [1] })],
    [
      "ulimits and builders in any case",
      daemon({ "default-ulimits": { n: { Name: "n", hard: 1 } }, builder: { gc: {} } }),
    ],
    ["others' users under containerd", kubernetesAnd({ runtime: "containerd" }, { "userns-remap": "default" })],
    [
      "etcd on a disk of its own",
      local({ etcd: { user: "root", dataDir: "/home/etcd", extraArgs: { "wal-dir": "/srv/wal" } } }),
    ],
    ["a packet as long as it may be", local({ flannel: { mtu: 65535, backend: "host-gw" } })],
  ])("%s", (_, raw) => expect(problems(raw)).toEqual([]));

  test("a flag several times, and a value with a space", () => {
    const issuers = ["https://a", "https://b"];
    const raw = args("apiServer", { "service-account-issuer": issuers, "oidc-groups-prefix": "oidc: ", v: [2] });
    const { apiServer } = parseEnvironment(raw, { stack: "dev", directory: "/project" }).kubernetes;
    expect(apiServer.extraArgs).toEqual({
      "service-account-issuer": issuers,
      "oidc-groups-prefix": "oidc: ",
      v: ["2"],
    });
  });
});

function kubernetesAnd(more: Raw, fields: Raw): Raw {
  return { ...kubernetes(more), docker: { daemon: fields } };
}

import {
  hostKey,
  key,
  master,
  worker,
  local,
  localMachine,
  remoteMaster,
  remoteWorker,
  remote,
  remoteMachine,
  problems,
  type Raw,
} from "./config.fixture";

const dnsLabel = 'use lower-case letters, digits and "-" (RFC 1123), at most 63 characters';
const keySyntax =
  'use at most 63 letters, digits and "-_.", after a DNS name and "/" if need be, as in "example.com/rack"';
const valueSyntax = 'use at most 63 letters, digits and "-_.", with a letter or digit at both ends';
const hostKeySyntax =
  'use type and key as "ssh-keyscan -t ed25519 HOST" prints them after the host, "ssh-ed25519 AAAA..."; -t ecdsa is taken as well, and ssh-rsa is not, for Pulumi\'s command plugin cannot check it';
const ownLogins = 'is for provider "ssh"; local machines are made with logins of their own: leave it out';
const keyscan = (host: string) =>
  `is missing: use what "ssh-keyscan -p 22 -t ed25519 ${host}" prints after the host, once you know it to be right; or set ssh.hostKeyChecking to false to trust whoever answers`;

describe("each mistake in machines has its line", () => {
  const cases: readonly (readonly [string, Raw, string])[] = [
    ["an unknown field", localMachine({ label: {} }), 'machines[1].label: is no known field: did you mean "labels"?'],
    ["no machines", { provider: "local" }, "machines: is missing: use a list, each a map of fields"],
    [
      "a machine without a name",
      local({ machines: [master, worker, {}] }),
      "machines[2].name: is missing: use a DNS label",
    ],
    ["a bad name", localMachine({ name: "Worker_1" }), `machines[1].name: "Worker_1" is no DNS label: ${dnsLabel}`],
    [
      "a long name",
      localMachine({ name: "w".repeat(64) }),
      `machines[1].name: "${"w".repeat(64)}" is no DNS label: ${dnsLabel}`,
    ],
    [
      "a name twice",
      localMachine({ name: "m" }),
      'machines[1].name: "m" is the name of machines[0] as well: give each machine a name of its own',
    ],
    [
      "a bad address",
      localMachine({ address: "172.30.0.300" }),
      'machines[1].address: "172.30.0.300" is no IPv4 address: use four numbers from 0 to 255, as in "10.0.0.11"',
    ],
    [
      "an address twice",
      remoteMachine({ address: "192.0.2.1" }),
      "machines[1].address: 192.0.2.1 is the address of machines[0] as well: give each machine an address of its own",
    ],
    [
      "no address over SSH",
      remote({ machines: [remoteMaster, { name: "w", ssh: { host: "w.example.com", hostKey } }] }),
      "machines[1].address: is missing: use the IPv4 address under which the other machines reach it",
    ],
    [
      "an unknown role",
      localMachine({ roles: ["slave"] }),
      'machines[1].roles[0]: "slave" is not allowed: use "master", "etcd" or "worker"',
    ],
    [
      "a role twice",
      localMachine({ roles: ["worker", "worker"] }),
      'machines[1].roles[1]: "worker" is there twice: leave one out',
    ],
    [
      "no role",
      local({ machines: [master, worker, { name: "x", roles: [] }] }),
      "machines[2].roles: is an empty list: give the machine a role, or leave the machine out",
    ],
    [
      "no master",
      local({ machines: [worker, { name: "e", roles: ["etcd"] }] }),
      'machines: no machine has the role "master": give it to one',
    ],
    [
      "an even number of members",
      local({ machines: [master, worker, { name: "e", roles: ["etcd"] }] }),
      "machines: 2 machines are members of etcd (m, e), and an even number tolerates no more failures than one member less: use 1, 3 or 5",
    ],
    [
      "workloads without a place",
      local({ machines: [master] }),
      'machines: no machine has the role "worker", so the workloads cannot be scheduled: give it to one, or set workloads.enabled to false',
    ],
    [
      "a machine among pods",
      remoteMachine({ address: "10.244.0.5" }),
      "machines[1].address: 10.244.0.5 lies in kubernetes.networking.podSubnet 10.244.0.0/16: use a network for pods that no machine is in",
    ],
    [
      "a machine among Services",
      remoteMachine({ address: "10.96.0.5" }),
      "machines[1].address: 10.96.0.5 lies in kubernetes.networking.serviceSubnet 10.96.0.0/12: use a network for Services that no machine is in",
    ],
    [
      "a container elsewhere",
      localMachine({ address: "172.31.0.5" }),
      "machines[1].address: 172.31.0.5 is not in local.subnet 172.30.0.0/24: use 172.30.0.2 to 172.30.0.254, or leave it out",
    ],
    [
      "the gateway",
      localMachine({ address: "172.30.0.1" }),
      "machines[1].address: 172.30.0.1 is this computer's address on the network: use 172.30.0.2 to 172.30.0.254, or leave it out",
    ],
    [
      "the network itself",
      localMachine({ address: "172.30.0.0" }),
      "machines[1].address: 172.30.0.0 is the network's own address: use 172.30.0.2 to 172.30.0.254, or leave it out",
    ],
    [
      "everyone",
      localMachine({ address: "172.30.0.255" }),
      "machines[1].address: 172.30.0.255 is the network's broadcast address: use 172.30.0.2 to 172.30.0.254, or leave it out",
    ],
    [
      "a subnet without room",
      local({ local: { subnet: "172.30.0.0/28" }, machines: [master, ..."abcd".split("").map((name) => ({ name }))] }),
      "machines[4].address: local.subnet 172.30.0.0/28 has no free address left from its eleventh on: use a larger subnet, or name an address",
    ],
    [
      "a host key missing",
      remote({ machines: [remoteMaster, { ...remoteWorker, ssh: {} }] }),
      `machines[1].ssh.hostKey: ${keyscan("192.0.2.2")}`,
    ],
    [
      "a host key malformed",
      remoteMachine({ ssh: { hostKey: "ssh-ed25519 AAAA" } }),
      `machines[1].ssh.hostKey: "ssh-ed25519 AAAA" is no host key: ${hostKeySyntax}`,
    ],
    [
      "two machines at one server",
      remote({
        machines: [remoteMaster, { ...remoteWorker, ssh: { hostKey, host: "192.0.2.1" } }],
      }),
      "machines[1].ssh.host: 192.0.2.1:22 is where machines[0] answers as well: give each machine an SSH server of its own",
    ],
    ["ssh for containers", local({ ssh: { user: "root" } }), `ssh: ${ownLogins}`],
    ["a container's ssh", localMachine({ ssh: { port: 22 } }), `machines[1].ssh: ${ownLogins}`],
    [
      "local for machines",
      remote({ local: {} }),
      'local: is for provider "local", and the provider is "ssh": leave it out',
    ],
    [
      "cpu that is none",
      localMachine({ allocatable: { cpu: "2 cores" } }),
      'machines[1].allocatable.cpu: "2 cores" is no quantity above zero: use "500m" or "2"',
    ],
    [
      "memory that is none",
      localMachine({ allocatable: { memory: "3GB" } }),
      'machines[1].allocatable.memory: "3GB" is no quantity above zero: use "3G" or "3Gi"',
    ],
    [
      "a label's key",
      localMachine({ labels: { "-rack": "a" } }),
      `machines[1].labels["-rack"]: "-rack" is no key of a label: ${keySyntax}`,
    ],
    [
      "a label's value",
      localMachine({ labels: { rack: "a b" } }),
      `machines[1].labels.rack: "a b" is no value of a label: ${valueSyntax}`,
    ],
    [
      "a label that is no text",
      localMachine({ labels: { gpu: true } }),
      'machines[1].labels.gpu: true is no string: put it in quotes, "true"',
    ],
    [
      "a label of the kubelet's",
      localMachine({ labels: { "kubernetes.io/hostname": "x" } }),
      'machines[1].labels["kubernetes.io/hostname"]: keelson sets it itself: the kubelet sets it: leave it out',
    ],
    [
      "an annotation's key",
      localMachine({ annotations: { "a//b": "x" } }),
      `machines[1].annotations["a//b"]: "a//b" is no key of an annotation: ${keySyntax}`,
    ],
    [
      "Pulumi's annotations",
      localMachine({ annotations: { "pulumi.com/patchForce": "false" } }),
      'machines[1].annotations["pulumi.com/patchForce"]: is Pulumi\'s own, and never reaches the node: leave it out',
    ],
    [
      "a taint's key",
      localMachine({ taints: [{ key: "a b", effect: "NoSchedule" }] }),
      `machines[1].taints[0].key: "a b" is no key of a taint: ${keySyntax}`,
    ],
    [
      "a taint's value",
      localMachine({ taints: [{ key: "a", value: "b c", effect: "NoSchedule" }] }),
      `machines[1].taints[0].value: "b c" is no value of a taint: ${valueSyntax}`,
    ],
    [
      "a taint's effect",
      localMachine({ taints: [{ key: "a", effect: "NoRun" }] }),
      'machines[1].taints[0].effect: "NoRun" is not allowed: use "NoSchedule", "PreferNoSchedule" or "NoExecute"',
    ],
    [
      "a taint twice",
      localMachine({
        taints: [
          { key: "a", value: "1", effect: "NoSchedule" },
          { key: "a", value: "2", effect: "NoSchedule" },
        ],
      }),
      'machines[1].taints[1]: "a" with NoSchedule is there twice: leave one out, or give them different effects',
    ],
  ];

  test.each(cases)("%s", (_, raw, line) => expect(problems(raw)).toEqual([line]));
});

describe("key files", () => {
  const fail = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };
  const way = "name a file with a private key that you can read";

  test.each([
    ["ENOENT", "is not there"],
    ["EACCES", "may not be read by you"],
    ["EISDIR", "is a directory"],
    ["EIO", "cannot be read (EIO)"],
  ])("%s is named once, where the configuration names the file", (code, fault) => {
    const ssh = { privateKeyFile: "keys/id" };
    expect(problems(remote({ ssh }), fail(code))).toEqual([
      `ssh.privateKeyFile: "/project/keys/id" ${fault}: ${way}, or make one with ssh-keygen -t ed25519`,
    ]);
  });

  test("a file of a machine's own is named there, and a public key is none", () => {
    const raw = remoteMachine({ ssh: { hostKey, privateKeyFile: "/keys/w.pub" } });
    expect(problems(raw, (path) => (path === "/keys/w.pub" ? "ssh-ed25519 AAAA" : key()))).toEqual([
      `machines[1].ssh.privateKeyFile: "/keys/w.pub" has no private key in it: ${way}`,
    ]);
  });

  test("unchecked host keys need not be given", () => {
    const ssh = { hostKeyChecking: false };
    expect(problems({ ...remote({ ssh }), machines: [{ ...remoteMaster, ssh: {} }, remoteWorker] })).toEqual([]);
  });
});

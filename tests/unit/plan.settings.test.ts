import { refusals } from "../../components/plan/refusals";
import { topologyOf, type Topology } from "../../components/plan/topology";
import { small } from "../golden/topologies";
import type { Raw } from "./config.fixture";
import { topology } from "./plan.fixture";
import { environment } from "./render.fixture";

describe("a setting that holds for the cluster's life", () => {
  const before = topologyOf(environment());
  const of = (more: Raw) => refusals(before, topologyOf(environment(more)));
  const settings: readonly (readonly [string, string, string, Raw])[] = [
    ["kubernetes.runtime", "docker", "containerd", { kubernetes: { runtime: "containerd" } }],
    ["kubernetes.bindPort", "6443", "8443", { kubernetes: { bindPort: 8443 } }],
    [
      "kubernetes.networking.podSubnet",
      "10.244.0.0/16",
      "10.32.0.0/12",
      { kubernetes: { networking: { podSubnet: "10.32.0.0/12" } } },
    ],
    [
      "kubernetes.networking.serviceSubnet",
      "10.96.0.0/12",
      "10.112.0.0/12",
      { kubernetes: { networking: { serviceSubnet: "10.112.0.0/12" } } },
    ],
    [
      "kubernetes.networking.dnsDomain",
      "cluster.local",
      "example.com",
      { kubernetes: { networking: { dnsDomain: "example.com" } } },
    ],
    ["etcd.dataDir", "/var/lib/etcd", "/srv/etcd", { etcd: { dataDir: "/srv/etcd" } }],
    ["etcd.clientPort", "2379", "12379", { etcd: { clientPort: 12379 } }],
    ["etcd.peerPort", "2380", "12380", { etcd: { peerPort: 12380 } }],
  ];

  test.each(settings)("%s stays what it is", (path, was, is, more) => {
    expect(of(more)).toEqual([
      `${path} is ${was} and cannot become ${is} while the cluster lives: set it back, or destroy the cluster and build it again`,
    ]);
  });
  const empty = "the API would find an empty cluster, and all pods would be ended";
  const swapped = "it would replace Docker and containerd under the pods of all machines at once";
  const unknown = "Docker would know none of the containers and images that it has";
  const apart = "nodes that have changed and nodes that have not would not reach each other's pods";
  const daemon = (fields: Raw): Raw => ({ docker: { daemon: fields } });
  const reasoned: readonly (readonly [string, string, string, string, Raw])[] = [
    [
      ...(["kubernetes.apiServer.extraArgs.etcd-prefix", "", "/other", empty] as const),
      { kubernetes: { apiServer: { extraArgs: { "etcd-prefix": "/other" } } } },
    ],
    [
      ...(["kubernetes.controllerManager.extraArgs.node-cidr-mask-size-ipv4", "", "25"] as const),
      "nodes have their ranges of the pod network",
      { kubernetes: { controllerManager: { extraArgs: { "node-cidr-mask-size-ipv4": 25 } } } },
    ],
    ["docker.packages", "distribution", "docker", swapped, { docker: { packages: "docker" } }],
    ["docker.daemon.data-root", "/var/lib/docker", "/srv/docker", unknown, daemon({ "data-root": "/srv/docker" })],
    ["docker.daemon.storage-driver", "", "vfs", unknown, daemon({ "storage-driver": "vfs" })],
    [
      ...(["docker.daemon.exec-opts.native.cgroupdriver", "", "cgroupfs"] as const),
      "pods that run have their cgroups by the other driver",
      daemon({ "exec-opts": ["native.cgroupdriver=cgroupfs"] }),
    ],
    [
      ...(["docker.daemon.features.containerd-snapshotter", "", "true", unknown] as const),
      daemon({ features: { "containerd-snapshotter": true } }),
    ],
    ["docker.daemon.exec-root", "", "/srv/exec", unknown, daemon({ "exec-root": "/srv/exec" })],
    ["docker.daemon.containerd", "", "/run/c.sock", unknown, daemon({ containerd: "/run/c.sock" })],
    ["docker.daemon.containerd-namespace", "", "mine", unknown, daemon({ "containerd-namespace": "mine" })],
    [
      ...(["etcd.extraArgs.wal-dir", "", "/srv/wal"] as const),
      "etcd would not find its log there, nor the cluster's data",
      { etcd: { user: "root", extraArgs: { "wal-dir": "/srv/wal" } } },
    ],
    [
      ...(["etcd.extraArgs.initial-cluster-token", "", "x", "etcd keeps the one that it began with"] as const),
      { etcd: { extraArgs: { "initial-cluster-token": "x" } } },
    ],
    ["flannel.backend", "vxlan", "host-gw", apart, { flannel: { backend: "host-gw" } }],
    [
      ...(["docker.daemon.userns-remap", "", "default", unknown] as const),
      { kubernetes: { runtime: "containerd" }, ...daemon({ "userns-remap": "default" }) },
    ],
  ];

  test.each(reasoned)("%s stays what it is, and why", (path, was, is, reason, more) => {
    const [way, found] = was === "" ? ["leave it out", "not set"] : ["set it back", was];
    expect(of(more)).toContain(
      `${path} is ${found} and cannot become ${is} while the cluster lives: ${reason}. The way: ${way}, or destroy the cluster and build it again`,
    );
    const back = refusals(topologyOf(environment(more)), before);
    expect(back.some((problem) => problem.startsWith(`${path} is ${is} and cannot become ${was || "unset"} `))).toBe(
      true,
    );
  });
  test("is who signs tokens, unless it is taken besides the next one", () => {
    const issued = (issuer?: unknown) =>
      topologyOf(
        environment(
          issuer === undefined
            ? {}
            : { kubernetes: { apiServer: { extraArgs: { "service-account-issuer": issuer } } } },
        ),
      );
    const own = "https://kubernetes.default.svc.cluster.local";
    const [a, b] = ["https://a.example.com", "https://b.example.com"];
    expect(refusals(issued(), issued(a))).toEqual([
      `kubernetes.apiServer.extraArgs.service-account-issuer would leave out ${own}, which signed the tokens of all pods, and the API would take none of them any more. ` +
        `The safe order: 1. make it a list, ["${a}","${own}"], and run up; 2. a day later take ${own} out, and run up`,
    ]);
    for (const [was, is] of [
      [undefined, [a, own]],
      [[a, own], a],
      [a, [b, a]],
      [a, [a]],
      [own, undefined],
    ] as const) {
      expect(refusals(issued(was), issued(is))).toEqual([]);
    }
    expect(refusals(issued([b, a]), issued(a))).toHaveLength(1);
    const older = { ...issued(), issuers: undefined } as unknown as Topology;
    expect(refusals(older, issued(a))).toEqual([]);
  });
  test("is for whom the tokens of all pods are", () => {
    const own = "https://kubernetes.default.svc.cluster.local";
    const cluster = (extraArgs: Raw) => topologyOf(environment({ kubernetes: { apiServer: { extraArgs } } }));
    const audiences = (...all: readonly string[]) => cluster({ "api-audiences": all });
    expect(refusals(cluster({}), audiences("sts.example.com"))).toEqual([
      `kubernetes.apiServer.extraArgs.api-audiences would leave out ${own}, for which the tokens of all pods are, and the API would take none of them any more. ` +
        `The safe order: 1. make it a list, ["sts.example.com","${own}"], and run up; 2. a day later take ${own} out, and run up`,
    ]);
    expect(refusals(audiences("a"), cluster({}))).toHaveLength(1);
    for (const [was, is] of [
      [cluster({}), audiences("a", own)],
      [cluster({}), cluster({ "api-audiences": `a,${own}` })],
      [audiences("a", own), audiences("a")],
      [audiences("a"), audiences("b", "a")],
      [cluster({}), cluster({})],
    ] as const) {
      expect(refusals(was, is)).toEqual([]);
    }
  });
  test("is that Secrets are encrypted", () => {
    const path = "/etc/kubernetes/pki/encryption.yaml";
    const encrypting = (extraArgs: Raw) => topologyOf(environment({ kubernetes: { apiServer: { extraArgs } } }));
    const encrypted = encrypting({ "encryption-provider-config": path });
    expect(refusals(encrypted, encrypting({}))).toEqual([
      "kubernetes.apiServer.extraArgs.encryption-provider-config would be taken out, and the API could not read the Secrets that are encrypted. " +
        'The way: set it back; to decrypt them, let "identity" be the first provider of its file, run up, and write all Secrets again',
    ]);
    const decrypted = { kubernetes: { security: { encryption: { provider: "identity" } } } };
    expect(refusals(topologyOf(environment(decrypted)), encrypted)).toEqual([]);
  });
  test("is each of those that the state keeps, and the provider", () => {
    const others = reasoned.map(([path]) => path);
    expect(Object.keys(before.fixed).sort()).toEqual(
      ["provider", "kubernetes.version", ...settings.map(([path]) => path), ...others].sort(),
    );
    expect(refusals(topology([], { provider: "ssh" }), topology([], { provider: "local" }))).toEqual([
      "provider is ssh and cannot become local while the cluster lives: set it back, or destroy the cluster and build it again",
    ]);
  });
  test("is the network of containers as well", () => {
    const of = (subnet: string) => topologyOf(environment({ ...small, local: { subnet }, artifacts: {} }));
    const refused = refusals(of("172.30.0.0/24"), of("172.30.0.0/16"));
    expect(refused).toEqual([
      "local.subnet is 172.30.0.0/24 and cannot become 172.30.0.0/16 while the cluster lives: set it back, or destroy the cluster and build it again",
    ]);
  });
  test("is no news where an older program kept nothing of it", () => {
    expect(refusals(topology([]), topology([], { "etcd.new": "1" }))).toEqual([]);
    expect(refusals(topology([], { "etcd.old": "1" }), topology([]))).toEqual([]);
  });
});

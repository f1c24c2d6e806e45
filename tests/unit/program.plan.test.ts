import { hostKey } from "../golden/topologies";
import { find, run } from "./program.fixture";

test("the plan is the cluster's shape, judged before it changes", async () => {
  const program = await run();
  const { type, inputs, hooks, dependsOn, parent } = find(program, "plan");
  expect({ type, hooks, dependsOn, parent }).toEqual({
    type: "pulumi:index:Stash",
    hooks: { create: ["keelson-plan-new"], update: ["keelson-plan"] },
    dependsOn: [],
    parent: find(program, "cluster").parent,
  });
  expect(inputs).toEqual({
    input: {
      machines: [
        {
          name: "master-1",
          roles: ["master", "etcd"],
          address: "192.0.2.1",
          hostKey: hostKey("master-1"),
          lost: false,
        },
        { name: "worker-1", roles: ["worker"], address: "192.0.2.2", hostKey: hostKey("worker-1"), lost: false },
      ],
      encryption: { provider: "secretbox", generation: 1 },
      fixed: {
        provider: "ssh",
        "kubernetes.version": "1.36.3",
        "kubernetes.apiServer.extraArgs.etcd-prefix": "",
        "kubernetes.controllerManager.extraArgs.node-cidr-mask-size-ipv4": "",
        "docker.packages": "distribution",
        "docker.daemon.data-root": "/var/lib/docker",
        "docker.daemon.exec-opts.native.cgroupdriver": "",
        "docker.daemon.features.containerd-snapshotter": "",
        "docker.daemon.storage-driver": "",
        "docker.daemon.userns-remap": "",
        "docker.daemon.exec-root": "",
        "docker.daemon.containerd": "",
        "docker.daemon.containerd-namespace": "",
        "etcd.extraArgs.wal-dir": "",
        "etcd.extraArgs.initial-cluster-token": "",
        "flannel.backend": "vxlan",
        "kubernetes.runtime": "docker",
        "kubernetes.bindPort": "6443",
        "kubernetes.networking.podSubnet": "10.244.0.0/16",
        "kubernetes.networking.serviceSubnet": "10.96.0.0/12",
        "kubernetes.networking.dnsDomain": "cluster.local",
        "etcd.dataDir": "/var/lib/etcd",
        "etcd.clientPort": "2379",
        "etcd.peerPort": "2380",
      },
      issuers: ["https://kubernetes.default.svc.cluster.local"],
      encrypts: false,
      room: 256,
      etcd: "3.6.14",
    },
  });
});

import { containerdConfig, criDockerdUnits, criSocket, daemonJson } from "../../components/docker/render";
import { certificateConfig, clientUrl, etcdUnit, initialCluster } from "../../components/etcd/render";
import {
  kernelChanged,
  kernelFiles,
  kernelSettings,
  kubeletConfiguration,
  kubeletUnit,
} from "../../components/kubelet/render";
import { ambiguous, documents, environment, machineOf, ofKind } from "./render.fixture";
import type { Raw } from "./config.fixture";

/** The words of a unit's command, as systemd reads them. Source: systemd.service(5), "Command lines". */
function wordsOf(unit: string): readonly string[] {
  const line = /^ExecStart=((?:.*\\\n)*.*)$/m.exec(unit)?.[1]?.replaceAll("\\\n", " ") ?? "";
  const words = line.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/g) ?? [];
  return words.map((word) =>
    (word.startsWith('"') ? word.slice(1, -1).replace(/\\(["\\])/g, "$1") : word)
      .replaceAll("$$", "$")
      .replaceAll("%%", "%"),
  );
}

describe("docker", () => {
  const daemon = (settings: Raw) => JSON.parse(daemonJson(settings).content) as unknown;
  const outlive = { "live-restore": true };
  const logs = { "log-driver": "json-file", "log-opts": { "max-size": "10m", "max-file": "3" } };

  test("bounds its logs unless it is told otherwise", () => {
    expect(daemonJson({}).path).toBe("/etc/docker/daemon.json");
    expect(daemon({})).toEqual({ ...outlive, ...logs });
    expect(daemon({ "log-opts": {} })).toEqual({ ...outlive, ...logs, "log-opts": {} });
  });
  test("lets containers outlive its restarts, unless it is told otherwise", () => {
    expect(daemon({ "live-restore": false })).toEqual({ ...logs, "live-restore": false });
  });
  test("gives another log driver no options of the default one, which it would refuse", () => {
    expect(daemon({ "log-driver": "journald" })).toEqual({ ...outlive, "log-driver": "journald" });
  });
  test("has a socket for the kubelet, whatever runs the pods", () => {
    const [service, socket] = criDockerdUnits("registry.example.com/pause:1");
    expect(`unix://${/^ListenStream=(.*)$/m.exec(socket?.content ?? "")?.[1] ?? ""}`).toBe(criSocket("docker"));
    expect(criSocket("containerd")).toBe("unix:///run/containerd/containerd.sock");
    const words = wordsOf(service?.content ?? "");
    expect(words.slice(words.indexOf("--pod-infra-container-image") + 1)).toEqual(["registry.example.com/pause:1"]);
  });
  test("tells containerd the pause image, and leaves to the machine what is its own", () => {
    const config = containerdConfig("registry.example.com/pause:1");
    expect(config).toContain('\n  sandbox_image = "registry.example.com/pause:1"\n');
    expect(config.match(/@[A-Z_]+@/g)).toEqual(["@RESTRICT_OOM_SCORE_ADJ@", "@SYSTEMD_CGROUP@"]);
  });
});

describe("etcd", () => {
  const three = ["1", "2", "3"].map((last) => ({ name: `etcd-${last}`, roles: ["etcd"], address: `192.0.2.1${last}` }));
  const cluster = (etcd: Raw = {}) =>
    environment({
      ssh: { hostKeyChecking: false },
      machines: [...three, { name: "m", roles: ["master", "worker"], address: "192.0.2.1" }],
      etcd,
    });
  const unit = (etcd: Raw = {}) => {
    const env = cluster(etcd);
    return etcdUnit(machineOf(env, 1), env.etcd);
  };

  test("listens where the other members and its clients look", () => {
    const { path, content } = unit({ dataDir: "/data/etcd", clientPort: 12379, peerPort: 12380 });
    const flags = wordsOf(content);
    expect(path).toBe("/etc/systemd/system/etcd.service");
    expect(flags[0]).toBe("/usr/local/bin/etcd");
    expect(flags).toEqual(
      expect.arrayContaining([
        "--name=etcd-2",
        "--data-dir=/data/etcd",
        "--listen-client-urls=https://192.0.2.12:12379,https://127.0.0.1:12379",
        "--advertise-client-urls=https://192.0.2.12:12379",
        "--listen-peer-urls=https://192.0.2.12:12380",
        "--initial-advertise-peer-urls=https://192.0.2.12:12380",
      ]),
    );
    expect(clientUrl(machineOf(cluster(), 0), cluster().etcd)).toBe("https://192.0.2.11:2379");
  });
  test("keeps its unit whoever else is a member, now or at the beginning", () => {
    expect(unit().content).not.toContain("192.0.2.11");
    expect(unit().content).toContain("EnvironmentFile=-/etc/etcd/beginning.env\n");
    const members = [0, 2].map((index) => machineOf(cluster(), index));
    expect(initialCluster(members, cluster().etcd)).toBe(
      "etcd-1=https://192.0.2.11:2380,etcd-3=https://192.0.2.13:2380",
    );
  });
  test("asks everyone for a certificate", () => {
    const flags = wordsOf(unit().content);
    expect(flags).toEqual(expect.arrayContaining(["--client-cert-auth=true", "--peer-client-cert-auth=true"]));
    expect(flags.filter((flag) => flag.includes("http:"))).toEqual([]);
  });
  test("gets any flag as it is written", () => {
    const nasty = `'"\\$HOME%h\${x};#`;
    expect(wordsOf(unit({ extraArgs: { a: nasty, b: "plain", c: "a$b%c", d: "" } }).content)).toEqual(
      expect.arrayContaining([`--a=${nasty}`, "--b=plain", "--c=a$b%c", "--d="]),
    );
  });
  test("has certificates for its name and address", () => {
    const config = certificateConfig(machineOf(cluster(), 0), "1.36.3", "/etc/etcd/pki");
    expect(ofKind(config, "InitConfiguration")).toMatchObject({ apiVersion: "kubeadm.k8s.io/v1beta4" });
    expect(ofKind(config, "ClusterConfiguration")).toEqual({
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "ClusterConfiguration",
      kubernetesVersion: "v1.36.3",
      certificatesDir: "/etc/etcd/pki",
      etcd: { local: { serverCertSANs: ["etcd-1", "192.0.2.11"], peerCertSANs: ["etcd-1", "192.0.2.11"] } },
    });
  });
});

describe("the kubelet", () => {
  const configuration = (kubernetes: Raw = {}, sharedKernel = false) => {
    const cluster = environment({ kubernetes });
    return documents(kubeletConfiguration(cluster, machineOf(cluster, 0, { sharedKernel })))[0];
  };

  test("has a whole configuration", () => {
    expect(configuration()).toEqual({
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: "/etc/kubernetes/pki/ca.crt" },
      },
      authorization: { mode: "Webhook" },
      clusterDNS: ["10.96.0.10"],
      clusterDomain: "cluster.local",
      containerRuntimeEndpoint: "unix:///run/cri-dockerd.sock",
      failSwapOn: false,
      rotateCertificates: true,
      staticPodPath: "/etc/kubernetes/manifests",
      ...{ podPidsLimit: 4096, seccompDefault: true, serverTLSBootstrap: true },
      ...{ tlsMinVersion: "VersionTLS12", tlsCipherSuites: expect.any(Array) as unknown },
      featureGates: { ExtendWebSocketsToKubelet: false },
    });
  });
  test("does not evict pods for how full others have made a disk that is shared", () => {
    expect(configuration({}, true)).toMatchObject({
      evictionHard: { "memory.available": "100Mi", "nodefs.available": "1Gi", "imagefs.available": "1Gi" },
      imageGCHighThresholdPercent: 100,
    });
    expect(configuration({ kubelet: { configuration: { imageGCHighThresholdPercent: 90 } } }, true)).toMatchObject({
      imageGCHighThresholdPercent: 90,
    });
  });
  test("has what the stack says of it", () => {
    const kubelet = { anonymous: true, failSwapOn: true, clusterDNS: ["10.96.0.53"], configuration: { maxPods: 9 } };
    const networking = { dnsDomain: "a.example" };
    expect(configuration({ kubelet, networking, runtime: "containerd" })).toMatchObject({
      authentication: { anonymous: { enabled: true } },
      clusterDNS: ["10.96.0.53"],
      clusterDomain: "a.example",
      containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
      failSwapOn: true,
      maxPods: 9,
    });
  });
  test("keeps to the old streaming with cri-dockerd alone, and lets the stack decide otherwise", () => {
    const gates = (featureGates?: Raw, runtime = "docker") =>
      configuration({ runtime, kubelet: { configuration: featureGates ? { featureGates } : {} } })?.featureGates;
    expect(gates(undefined, "containerd")).toBeUndefined();
    expect(gates({ A: true }, "containerd")).toEqual({ A: true });
    expect(gates({ A: true })).toEqual({ ExtendWebSocketsToKubelet: false, A: true });
    expect(gates({ ExtendWebSocketsToKubelet: true })).toEqual({ ExtendWebSocketsToKubelet: true });
  });
  test("reads texts as texts", () => {
    const staticPodURLHeader = { texts: ambiguous };
    expect(configuration({ kubelet: { configuration: { staticPodURLHeader } } })).toMatchObject({ staticPodURLHeader });
  });
  test("is named and found as its machine", () => {
    const words = wordsOf(kubeletUnit(machineOf(environment(), 1)).content);
    expect(words).toEqual(expect.arrayContaining(["--hostname-override=w", "--node-ip=192.0.2.2"]));
  });
  test("has the kernel pass packets on", () => {
    const sysctl = kernelFiles(environment(), { sharedKernel: false }).find(({ path }) =>
      path.startsWith("/etc/sysctl.d/"),
    )?.content;
    expect(sysctl?.split("\n").filter(Boolean).sort()).toEqual([
      "net.bridge.bridge-nf-call-ip6tables = 1",
      "net.bridge.bridge-nf-call-iptables = 1",
      "net.ipv4.ip_forward = 1",
    ]);
  });
  test("has the kernel as the kubelet wants it, where that is not to set it itself", () => {
    const kubelet = { configuration: { protectKernelDefaults: true } };
    const own = { sharedKernel: false };
    expect(kernelSettings(environment({ kubernetes: { kubelet } }), own)).toEqual([
      "net.bridge.bridge-nf-call-iptables=1",
      "net.bridge.bridge-nf-call-ip6tables=1",
      "net.ipv4.ip_forward=1",
      "vm.overcommit_memory=1",
      "vm.panic_on_oom=0",
      "kernel.panic=10",
      "kernel.panic_on_oops=1",
      "kernel.keys.root_maxkeys=1000000",
      "kernel.keys.root_maxbytes=25000000",
    ]);
    const [, file] = kernelFiles(environment({ kubernetes: { kubelet } }), own);
    expect(file?.content).toContain("\nkernel.panic = 10\n");
    expect(kernelSettings(environment({ kubernetes: { kubelet } }), { sharedKernel: true })).toEqual(
      kernelSettings(environment(), own),
    );
  });
  test("has the kernel as it was when it leaves, but for what is another computer's", () => {
    const names = kernelChanged({ sharedKernel: false });
    expect(names).toEqual(
      expect.arrayContaining(["net.ipv4.conf.all.route_localnet", "net.netfilter.nf_conntrack_max", "kernel.panic"]),
    );
    expect(kernelChanged({ sharedKernel: true })).toEqual(["net.ipv4.conf.all.route_localnet"]);
  });
});

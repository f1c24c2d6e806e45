import { kubeletConfiguration } from "../../components/kubelet/render";
import { clusterEndpoint } from "../../components/endpoint";
import {
  authorityConfig,
  certificateNames,
  kubeadmConfig,
  kubeletDefaults,
  namesToHave,
  nodeRegistration,
  serverAddress,
  takesPods,
} from "../../components/master/render";
import { joinConfig, taintsAtFirst } from "../../components/node/render";
import type { MachineConfig } from "../../components/machine";
import type { Raw } from "./config.fixture";
import { ambiguous, artifacts, documents, environment, machineOf, ofKind } from "./render.fixture";

const v1beta4 = "kubeadm.k8s.io/v1beta4";
const profiling = { name: "profiling", value: "false" };

describe("kubeadm init", () => {
  const config = (kubernetes: Raw = {}, shared = false, stack = "unit") => {
    const plain = environment({ kubernetes }, stack);
    const env = { ...plain, machines: plain.machines.map((machine) => ({ ...machine, sharedKernel: shared })) };
    const machine = machineOf(env, 0, { sharedKernel: shared });
    return kubeadmConfig({ environment: env, machine, etcdEndpoints: ["https://192.0.2.1:2379"], artifacts });
  };

  test("runs by these documents, and the kubelets' beside them", () => {
    expect(documents(config()).map(({ apiVersion, kind }) => [apiVersion, kind])).toEqual([
      [v1beta4, "InitConfiguration"],
      [v1beta4, "ClusterConfiguration"],
      ["kubeproxy.config.k8s.io/v1alpha1", "KubeProxyConfiguration"],
    ]);
  });
  test("registers the first master, and lets nobody in by a token of its own", () => {
    expect(ofKind(config(), "InitConfiguration")).toEqual({
      apiVersion: v1beta4,
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: "192.0.2.1", bindPort: 6443 },
      nodeRegistration: { name: "m", criSocket: "unix:///run/cri-dockerd.sock", imagePullPolicy: "IfNotPresent" },
      bootstrapTokens: [
        { ttl: "1s", usages: ["authentication"], groups: ["system:bootstrappers:kubeadm:default-node-token"] },
      ],
    });
  });
  test("makes the cluster that the stack describes", () => {
    const networking = { podSubnet: "10.32.0.0/16", serviceSubnet: "10.112.0.0/12", dnsDomain: "a.example" };
    const apiServer = { certSANs: ["api.example.com"], extraArgs: { profiling: false, v: 2 } };
    const controllerManager = { extraArgs: { a: "1" } };
    const scheduler = { extraArgs: { b: "x=y" } };
    const all = {
      networking,
      apiServer,
      controllerManager,
      scheduler,
      bindPort: 8443,
      advertiseAddress: "192.0.2.100",
    };
    const ours: unknown = expect.arrayContaining([{ name: "service-account-extend-token-expiration", value: "false" }]);
    expect(ofKind(config(all), "ClusterConfiguration")).toEqual({
      apiVersion: v1beta4,
      kind: "ClusterConfiguration",
      clusterName: "@CLUSTER_NAME@",
      kubernetesVersion: "v1.36.3",
      controlPlaneEndpoint: "127.0.0.1:6444",
      imageRepository: "registry.example.com/k8s",
      networking,
      etcd: {
        external: {
          endpoints: ["https://192.0.2.1:2379"],
          caFile: "/etc/kubernetes/pki/etcd/ca.crt",
          certFile: "/etc/kubernetes/pki/apiserver-etcd-client.crt",
          keyFile: "/etc/kubernetes/pki/apiserver-etcd-client.key",
        },
      },
      // What it is hardened by is in security.test.ts.
      apiServer: {
        certSANs: ["api.example.com", "127.0.0.1", "192.0.2.1", "192.0.2.100"],
        extraArgs: ours,
        extraVolumes: expect.any(Array) as unknown,
      },
      controllerManager: {
        extraArgs: [profiling, { name: "terminated-pod-gc-threshold", value: "1000" }, { name: "a", value: "1" }],
      },
      scheduler: { extraArgs: [profiling, { name: "b", value: "x=y" }] },
      dns: { imageRepository: "registry.example.com/coredns", imageTag: "v1" },
    });
    expect(ofKind(config(all), "InitConfiguration")).toMatchObject({
      localAPIEndpoint: { advertiseAddress: "192.0.2.100", bindPort: 8443 },
    });
    expect(ofKind(config(all), "KubeProxyConfiguration")).toMatchObject({ clusterCIDR: "10.32.0.0/16" });
  });
  test("does not know what the stack is called, which may change, but for the name that everything was made with", () => {
    expect(config({}, false, "renamed")).toBe(config());
    // In quotes, for a stack may be called "no" or "012".
    expect(config()).toContain('\nclusterName: "@CLUSTER_NAME@"\n');
    const made = authorityConfig(environment({}, "no"), "/run/authority");
    expect(ofKind(made, "ClusterConfiguration")).toMatchObject({ clusterName: "no" });
  });
  test("keeps the same kubelet configuration in the cluster as on the machines", () => {
    const kubelet = { configuration: { maxPods: 9 } };
    const cluster = environment({ kubernetes: { kubelet } });
    const [machines] = documents(kubeletConfiguration(cluster, machineOf(cluster, 0)));
    expect(documents(kubeletDefaults(cluster))).toEqual([machines]);
  });
  test("leaves a kernel alone that is another computer's", () => {
    expect(ofKind(config({}, true), "KubeProxyConfiguration").conntrack).toEqual({
      maxPerCore: 0,
      min: 0,
      tcpEstablishedTimeout: "0s",
      tcpCloseWaitTimeout: "0s",
    });
    expect(ofKind(config({}, false), "KubeProxyConfiguration").conntrack).toBeUndefined();
    const registration = ofKind(config({}, true), "InitConfiguration").nodeRegistration;
    expect(registration).toMatchObject({ ignorePreflightErrors: ["SystemVerification"] });
  });
  test.each([
    ["that says nothing of taints", undefined, undefined, false],
    ["that takes all pods", [], [], true],
    ["that takes some pods", [{ key: "dedicated", effect: "NoSchedule" }], [], true],
    [
      "that repels what kubeadm does",
      [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }],
      [],
      false,
    ],
    ["that repels them otherwise", [{ key: "node-role.kubernetes.io/control-plane", effect: "NoExecute" }], [], true],
  ] as const)("leaves the taints of a master to others: of one %s", (_which, taints, told, takes) => {
    const env = environment();
    const plain = machineOf(env, 0);
    const machine = { ...plain, config: { ...plain.config, taints } };
    expect(nodeRegistration(env, machine)).toEqual(
      told === undefined ? expect.not.objectContaining({ taints: [] }) : expect.objectContaining({ taints: told }),
    );
    expect(takesPods(machine.config)).toBe(takes);
  });
  test("reads texts as texts, which kubeadm refuses to take for anything else", () => {
    const names = ambiguous.map((_, index) => `flag-${index}`);
    const extraArgs = Object.fromEntries(ambiguous.map((value, index) => [names[index] ?? "", value]));
    expect(ofKind(config({ scheduler: { extraArgs } }), "ClusterConfiguration")).toMatchObject({
      scheduler: { extraArgs: [profiling, ...ambiguous.map((value, index) => ({ name: names[index], value }))] },
    });
  });
});

test("the API is where the stack says, or at the first master", () => {
  const endpoint = (kubernetes: Raw) => {
    const env = environment({ kubernetes });
    return [serverAddress(env, machineOf(env, 0)), clusterEndpoint(env)];
  };
  expect(endpoint({})).toEqual(["192.0.2.1:6443", "192.0.2.1:6443"]);
  const advertised = "192.0.2.100:8443";
  expect(endpoint({ bindPort: 8443, advertiseAddress: "192.0.2.100" })).toEqual([advertised, advertised]);
  expect(endpoint({ bindPort: 8443, virtualAddress: "192.0.2.9" })).toEqual(["192.0.2.1:8443", "192.0.2.9:8443"]);
  expect(endpoint({ virtualAddress: "192.0.2.9", endpoint: "api.example.com:443" })[1]).toBe("api.example.com:443");
});

test("a master's certificate is good for every way to it", () => {
  const env = environment({
    kubernetes: {
      apiServer: { certSANs: ["api"] },
      virtualAddress: "192.0.2.9",
      endpoint: "api.example.com:443",
    },
  });
  expect(certificateNames(env, machineOf(env, 0))).toEqual([
    ...["api", "127.0.0.1", "192.0.2.1", "api.example.com", "192.0.2.9"],
  ]);
});

test("a certificate without the address that kubeadm adds is known, which kubeadm would refuse", () => {
  const names = (kubernetes: Raw) => {
    const env = environment({ kubernetes });
    const machine = machineOf(env, 0);
    return { asked: certificateNames(env, machine), had: namesToHave(env, machine) };
  };
  const advertiseAddress = "192.0.2.100";
  for (const other of [{ endpoint: "api.example.com:443" }, { virtualAddress: "192.0.2.9" }]) {
    const { asked, had } = names({ advertiseAddress, ...other });
    expect(had).toEqual([...asked, advertiseAddress]);
  }
  // It is among them already.
  for (const same of [{ advertiseAddress }, {}]) expect(names(same).had).toEqual(names(same).asked);
});

describe("a new worker registers", () => {
  const joining = { key: "keelson.io/joining", effect: "NoSchedule" };
  const asked = { key: "example.com/asked", effect: "NoExecute" };
  const first = (more: Partial<MachineConfig>, registerWithTaints?: readonly Raw[]) => {
    const configuration = registerWithTaints ? { registerWithTaints } : {};
    const env = environment({ kubernetes: { kubelet: { configuration } } });
    return taintsAtFirst(env, { ...machineOf(env, 1).config, ...more });
  };
  const taints = [{ key: "example.com/own", value: "a", effect: "NoSchedule" as const }];

  test("with its taints, and one that others do not keep, or with nothing that they are not", () => {
    expect(JSON.parse(first({ taints }))).toEqual([...taints, joining]);
    expect(JSON.parse(first({ unschedulable: true }))).toEqual([joining]);
    expect([first({}), first({ taints: [] }), first({}, [asked])]).toEqual(["", "", ""]);
  });
  test("with those of the kubelet's configuration where it has none itself", () => {
    expect(JSON.parse(first({ taints }, [asked]))).toEqual([...taints, joining]);
    expect(JSON.parse(first({ unschedulable: true }, [asked]))).toEqual([asked, joining]);
  });
});

describe("kubeadm join", () => {
  const join = (name = "w", kubernetes: Raw = {}) => {
    const env = environment({ kubernetes });
    return joinConfig({
      environment: env,
      machine: machineOf(env, 1, { name }),
      endpoint: "192.0.2.1:6443",
      token: "abcdef.0123456789abcdef",
      caHashes: ["sha256:0123"],
    });
  };

  test("pins the authority that it meets", () => {
    expect(documents(join())).toEqual([
      {
        apiVersion: v1beta4,
        kind: "JoinConfiguration",
        discovery: {
          bootstrapToken: {
            apiServerEndpoint: "192.0.2.1:6443",
            token: "abcdef.0123456789abcdef",
            caCertHashes: ["sha256:0123"],
          },
        },
        nodeRegistration: nodeRegistration(environment(), machineOf(environment(), 1)),
      },
    ]);
  });
  test("goes to the runtime of the stack", () => {
    expect(documents(join("w", { runtime: "containerd" }))[0]).toMatchObject({
      nodeRegistration: { criSocket: "unix:///run/containerd/containerd.sock" },
    });
  });
  test.each(["no", "y", "on", "1e3", "012"])("works for a machine named %j", (name) => {
    expect(documents(join(name))[0]).toMatchObject({ nodeRegistration: { name } });
  });
});

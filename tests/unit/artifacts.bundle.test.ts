import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { artifactSet, imageArchives, programs } from "../../components/artifacts";
import { parseEnvironment, type Environment } from "../../components/environment";
import { ConfigError } from "../../components/settings";

const directory = mkdtempSync(join(tmpdir(), "keelson-bundle-"));
afterAll(() => rmSync(directory, { recursive: true }));

const sha256 = "a".repeat(64);
const lock = join(directory, "lock.json");
const imageNames = {
  pause: "registry.k8s.io/pause:3.10.1",
  repository: "registry.k8s.io",
  corednsRepository: "registry.k8s.io/coredns",
  corednsTag: "v1.14.7",
  flannel: "ghcr.io/flannel-io/flannel:v0.28.10",
};
const flannel = { name: "flannel-cni", version: "0.9.1", path: "bin/flannel", sha256, arch: "amd64" };
const plugins = { name: "cni-plugins", version: "1.9.1", path: "cni/cni-plugins.tgz", sha256, arch: "amd64" };

function image(name: string, place = "") {
  return { name, path: `${place}images/${name}.tar`, sha256, references: [`example/${name}:1`, `example/${name}:2`] };
}

function etcd(version: string, place = "") {
  return { name: "etcd", version, path: `${place}bin/etcd`, sha256, arch: "amd64" };
}

function kubeadm(version: string, place = "") {
  return { name: "kubeadm", version, path: `${place}bin/kubeadm`, sha256, arch: "amd64" };
}

const several = {
  version: 2,
  artifacts: [etcd("3.6.14"), etcd("3.5.33", "etcd/3.5.33/"), flannel, plugins],
  images: [image("workloads")],
  releases: {
    "1.36.3": { artifacts: [kubeadm("1.36.3")], images: [image("control-plane"), image("node")], imageNames },
    "1.35.4": {
      artifacts: [kubeadm("1.35.4", "kubernetes/1.35.4/")],
      images: [image("control-plane", "kubernetes/1.35.4/"), image("node", "kubernetes/1.35.4/")],
      imageNames: { ...imageNames, pause: "registry.k8s.io/pause:3.10" },
    },
  },
};
const single = {
  version: 1,
  kubernetes: "1.36.3",
  artifacts: [kubeadm("1.36.3"), etcd("3.6.14"), flannel, plugins],
  images: [image("control-plane"), image("node"), image("workloads")],
  imageNames: { ...imageNames, nginx: ["docker.io/library/nginx:latest"] },
};

function stackOf(version: string): Environment {
  const machines = [{ name: "m", roles: ["master"] }];
  const raw = { provider: "local", machines, kubernetes: { version }, artifacts: { lock: "lock.json" } };
  return parseEnvironment({ ...raw, workloads: { enabled: false } }, { stack: "dev", directory });
}

const write = (content: unknown) =>
  writeFileSync(lock, typeof content === "string" ? content : JSON.stringify(content));
beforeEach(() => write(several));

describe.each([
  ["of several releases", several],
  ["that was made when bundles had one", single],
])("a bundle %s", (_, content) => {
  const local = stackOf("1.36.3");
  beforeEach(() => write(content));

  test("has its programs in its directory on the machine", () => {
    expect(programs(artifactSet(local), ["kubeadm"])).toEqual([
      `kubeadm binary /usr/local/bin /opt/keelson/bundle/bin/kubeadm ${sha256} - -`,
    ]);
    expect(programs(artifactSet(local), ["cni-plugins", "flannel-cni"], "/opt/cni/bin")).toEqual([
      `cni-plugins archive /opt/cni/bin /opt/keelson/bundle/cni/cni-plugins.tgz ${sha256} - - bridge host-local loopback portmap`,
      `flannel-cni binary /opt/cni/bin /opt/keelson/bundle/bin/flannel ${sha256} - - flannel`,
    ]);
  });

  test("has the control plane's images for masters only", () => {
    const names = (roles: ("master" | "worker")[]) =>
      imageArchives(artifactSet(local), roles).map((line) => line.split(" ")[0]);
    expect(names(["master"])).toEqual(["control-plane", "node", "workloads"]);
    expect(names(["worker"])).toEqual(["node", "workloads"]);
    expect(imageArchives(artifactSet(local), ["worker"])[0]).toBe(
      `node /opt/keelson/bundle/images/node.tar ${sha256} example/node:1 example/node:2`,
    );
  });

  test("names its images itself", () => {
    expect(artifactSet(local).images).toMatchObject({ corednsTag: "v1.14.7", pause: "registry.k8s.io/pause:3.10.1" });
    expect(artifactSet(local).images.flannelCni).toBeUndefined();
  });
});

test("a stack gets the release that it names, with that release's images", () => {
  const set = artifactSet(stackOf("1.35.4"));
  expect(programs(set, ["kubeadm"])).toEqual([
    `kubeadm binary /usr/local/bin /opt/keelson/bundle/kubernetes/1.35.4/bin/kubeadm ${sha256} - -`,
  ]);
  expect(imageArchives(set, ["master"]).map((line) => line.split(" ")[1])).toEqual([
    "/opt/keelson/bundle/kubernetes/1.35.4/images/control-plane.tar",
    "/opt/keelson/bundle/kubernetes/1.35.4/images/node.tar",
    "/opt/keelson/bundle/images/workloads.tar",
  ]);
  expect(set.images.pause).toBe("registry.k8s.io/pause:3.10");
});

test("a stack gets the etcd that it names, and one that the bundle has not is refused", () => {
  const stack = (version: string) => ({ ...stackOf("1.36.3"), etcd: { ...stackOf("1.36.3").etcd, version } });
  const line = (place: string) => [`etcd binary /usr/local/bin /opt/keelson/bundle/${place}bin/etcd ${sha256} - -`];
  expect(programs(artifactSet(stackOf("1.36.3")), ["etcd"])).toEqual(line(""));
  expect(programs(artifactSet(stack("3.5.33")), ["etcd"])).toEqual(line("etcd/3.5.33/"));
  expect(artifactSet(stack("3.5.33")).etcd).toBe("3.5.33");
  expect(() => artifactSet(stack("3.6.13"))).toThrow(
    'etcd.version: "3.6.13" is not in the bundle, which has 3.5.33, 3.6.14: use what is there, or fill the bundle by `toolchain/bundle etcd/3.6.13`',
  );
});

test.each([
  [
    "that is missing",
    () => rmSync(lock),
    `"${lock}" is not there, so there is no bundle: run \`make env\`, which builds it`,
  ],
  ["that is no JSON", () => write("{"), `"${lock}" cannot be read: SyntaxError`],
  [
    "that leads out of it",
    () => write({ ...several, images: [{ ...image("workloads"), path: "../x" }] }),
    `"${lock}" is no lock of a bundle (images.0.path: `,
  ],
  [
    "of a kind that is not known",
    () => write({ ...several, version: 3 }),
    `"${lock}" is no lock of a bundle (version: `,
  ],
])("a lock %s is a mistake in the configuration", (_, spoil, line) => {
  spoil();
  expect(() => artifactSet(stackOf("1.36.3"))).toThrow(ConfigError);
  expect(() => artifactSet(stackOf("1.36.3"))).toThrow(`artifacts.lock: ${line}`);
});

test("a release that the bundle has not is refused with what is there, and how to add it", () => {
  expect(() => artifactSet(stackOf("1.36.1"))).toThrow(ConfigError);
  expect(() => artifactSet(stackOf("1.36.1"))).toThrow(
    'kubernetes.version: "1.36.1" is not in the bundle, which has 1.35.4, 1.36.3: use what is there, or add it with `toolchain/bundle 1.36.1`',
  );
  expect(() => artifactSet({ ...stackOf("1.36.1"), provider: "ssh" })).toThrow(
    "or fill the bundle by `toolchain/bundle 1.36.1` and copy it to the machines, or name the lock of another",
  );
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { artifactScripts, artifactSet, imageArchives, programs, supportedVersions } from "../../components/artifacts";
import { formatLock, lockFile, minorOf, readLock } from "../../components/artifacts/lockFile";
import { parseEnvironment, type Environment } from "../../components/environment";
import { ConfigError } from "../../components/settings";

const directory = mkdtempSync(join(tmpdir(), "keelson-artifacts-"));
afterAll(() => rmSync(directory, { recursive: true }));

const machines = [{ name: "m", roles: ["master"] }, { name: "w" }];

function environmentOf(raw: Record<string, unknown> = {}): Environment {
  return parseEnvironment({ provider: "local", machines, ...raw }, { stack: "dev", directory });
}

/** The words of the only line of a program. */
function wordsOf(environment: Environment, name: string): readonly string[] {
  const lines = programs(artifactSet(environment), [name]);
  expect(lines).toHaveLength(1);
  return (lines[0] ?? "").split(" ");
}

describe("the lock", () => {
  const lock = readLock();

  test("has every supported release for each processor, and the images of its minor", () => {
    expect(supportedVersions()).toEqual(expect.arrayContaining(["1.35.8", "1.36.3", "1.36.4"]));
    const digests = new Set<string>();
    for (const version of supportedVersions()) {
      expect(lock.images).toHaveProperty([minorOf(version)]);
      for (const program of ["kubeadm", "kubelet", "kubectl"] as const) {
        for (const arch of ["amd64", "arm64"] as const) {
          digests.add(lock.kubernetes.releases[version]?.[program][arch] ?? "");
        }
      }
    }
    // A digest that is there twice was copied to the wrong place.
    expect(digests.size).toBe(supportedVersions().length * 6);
    expect(digests).not.toContain("");
  });

  test("is sorted and formatted as additions leave it", () => {
    expect(readFileSync(lockFile, "utf8")).toBe(formatLock(lock));
    expect(supportedVersions()).toEqual(Object.keys(lock.kubernetes.releases));
  });
});

describe("published artifacts", () => {
  const upstream = environmentOf({ artifacts: { source: "upstream" }, kubernetes: { version: "1.36.4" } });

  test("come from their URLs", () => {
    expect(wordsOf(upstream, "kubeadm")).toEqual([
      "kubeadm",
      "binary",
      "/usr/local/bin",
      "https://dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubeadm",
      "10d054585907f2c8bb823c84f6a66b3bd2a474c3d795475f04e9a44f78650fe6",
      "https://dl.k8s.io/release/v1.36.4/bin/linux/arm64/kubeadm",
      "6a849c07d3e1c708f5c40f1ac8be03a56124204dfc7e1931e4113634019c0dad",
    ]);
  });

  test("an archive that brings two programs has one line, its members by processor", () => {
    const lines = programs(artifactSet(upstream), ["etcd", "etcdctl"]);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.split(" ").slice(7)).toEqual([
      "etcd-v3.6.14-linux-{arch}/etcd",
      "etcd-v3.6.14-linux-{arch}/etcdctl",
    ]);
  });

  test("flannel's CNI plugin comes in an image", () => {
    expect(
      programs(artifactSet(upstream), ["cni-plugins", "flannel-cni"], "/opt/cni/bin").map((line) => line.split(" ")[0]),
    ).toEqual(["cni-plugins"]);
    expect(artifactSet(upstream).images.flannelCni).toBe("ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel1");
  });

  test("images are those of kubeadm's release, and none is an archive", () => {
    expect(artifactSet(upstream).images).toMatchObject({
      pause: "registry.k8s.io/pause:3.10.2",
      repository: "registry.k8s.io",
      corednsRepository: "registry.k8s.io/coredns",
      corednsTag: "v1.14.2",
    });
    expect(imageArchives(artifactSet(upstream), ["master"])).toEqual([]);
  });

  test("a program that nobody brings is the program's mistake", () => {
    expect(() => programs(artifactSet(upstream), ["kubectll"])).toThrow(
      "no artifact brings kubectll: kubeadm, kubelet",
    );
  });

  test.each([
    ["https://mirror.example.com/", "https://mirror.example.com/release/v1.36.3/bin/linux/amd64/kubelet"],
    ["http://10.0.0.1:8080/k8s", "http://10.0.0.1:8080/k8s/release/v1.36.3/bin/linux/amd64/kubelet"],
    ["file:///srv/mirror", "file:///srv/mirror/release/v1.36.3/bin/linux/amd64/kubelet"],
    ["file:///", "file:///release/v1.36.3/bin/linux/amd64/kubelet"],
  ])("a mirror at %s has them under the same paths", (baseUrl, location) => {
    expect(wordsOf(environmentOf({ artifacts: { source: "mirror", baseUrl } }), "kubelet")[3]).toBe(location);
  });

  test("another registry stands in place of the registries' hosts", () => {
    const imageRegistry = "registry.example.com:5000/mirror";
    expect(artifactSet(environmentOf({ artifacts: { source: "upstream", imageRegistry } })).images).toEqual({
      pause: `${imageRegistry}/pause:3.10.2`,
      repository: imageRegistry,
      corednsRepository: `${imageRegistry}/coredns`,
      corednsTag: "v1.14.2",
      flannel: `${imageRegistry}/flannel-io/flannel:v0.28.10`,
      flannelCni: `${imageRegistry}/flannel-io/flannel-cni-plugin:v1.9.1-flannel1`,
    });
  });
});

describe("a bundle", () => {
  const sha256 = "a".repeat(64);
  const bundle = {
    version: 1,
    kubernetes: "1.36.3",
    artifacts: [
      { name: "kubeadm", version: "1.36.3", path: "bin/kubeadm", sha256, arch: "amd64" },
      { name: "flannel-cni", version: "0.9.1", path: "bin/flannel", sha256, arch: "amd64" },
      { name: "cni-plugins", version: "1.9.1", path: "cni/cni-plugins.tgz", sha256, arch: "amd64" },
    ],
    images: ["control-plane", "node", "workloads"].map((name) => ({
      name,
      path: `images/${name}.tar`,
      sha256,
      references: [`example/${name}:1`, `example/${name}:2`],
    })),
    imageNames: {
      pause: "registry.k8s.io/pause:3.10.1",
      repository: "registry.k8s.io",
      corednsRepository: "registry.k8s.io/coredns",
      corednsTag: "v1.14.7",
      flannel: "ghcr.io/flannel-io/flannel:v0.28.10",
      nginx: ["docker.io/library/nginx:latest"],
    },
  };
  const lock = join(directory, "lock.json");
  const local = environmentOf({ artifacts: { lock: "lock.json" } });
  const write = (text: string) => writeFileSync(lock, text);
  beforeEach(() => write(JSON.stringify(bundle)));

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

  test.each([
    [
      "that is missing",
      () => rmSync(lock),
      `artifacts.lock: "${lock}" is not there, so there is no bundle: run \`make env\`, which builds it`,
    ],
    ["that is no JSON", () => write("{"), `artifacts.lock: "${lock}" cannot be read: SyntaxError`],
    [
      "that leads out of it",
      () => write(JSON.stringify({ ...bundle, images: [{ ...bundle.images[0], path: "../x" }] })),
      `artifacts.lock: "${lock}" is no lock of a bundle (images.0.path: `,
    ],
    [
      "of another release",
      () => write(JSON.stringify({ ...bundle, kubernetes: "1.36.4" })),
      'kubernetes.version: "1.36.3" is not what the bundle has: use "1.36.4", or run `make env`, which builds it',
    ],
  ])("with a lock %s is a mistake in the configuration", (_, spoil, line) => {
    spoil();
    expect(() => artifactSet(local)).toThrow(ConfigError);
    expect(() => artifactSet(local)).toThrow(line);
  });
});

test("the scripts are there", () => {
  for (const file of artifactScripts) expect(readFileSync(file, "utf8")).not.toBe("");
});

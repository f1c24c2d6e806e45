import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { artifactScripts, artifactSet, imageArchives, programs, supportedVersions } from "../../components/artifacts";
import { formatLock, lockFile, minorOf, readLock } from "../../components/artifacts/lockFile";
import { parseEnvironment, type Environment } from "../../components/environment";

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
      "no artifact provides kubectll; available: kubeadm, kubelet",
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
    const { images, image } = artifactSet(environmentOf({ artifacts: { source: "upstream", imageRegistry } }));
    expect(image("registry.example.org/a/b:1")).toBe(`${imageRegistry}/a/b:1`);
    expect(images).toEqual({
      pause: `${imageRegistry}/pause:3.10.2`,
      repository: imageRegistry,
      corednsRepository: `${imageRegistry}/coredns`,
      corednsTag: "v1.14.2",
      flannel: `${imageRegistry}/flannel-io/flannel:v0.28.10`,
      flannelCni: `${imageRegistry}/flannel-io/flannel-cni-plugin:v1.9.1-flannel1`,
    });
  });
});

test("the scripts are there", () => {
  for (const file of artifactScripts) expect(readFileSync(file, "utf8")).not.toBe("");
});

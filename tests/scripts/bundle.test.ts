import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { readLock, type Images } from "../../components/artifacts/lockFile";

const project = join(__dirname, "../..");
const isThere = ["jq", "dpkg"].every((name) => spawnSync(name, ["--version"]).status === 0);

interface Lock {
  readonly version: number;
  readonly artifacts: readonly { readonly name: string; readonly version: string }[];
  readonly images: readonly { readonly name: string }[];
  readonly releases: Readonly<
    Record<
      string,
      {
        readonly artifacts: readonly { readonly path: string }[];
        readonly imageNames: Partial<Images> & { readonly pause: string };
      }
    >
  >;
}

/** The script in a directory of its own, with recipes that make next to nothing, and stand-ins for what builds. */
class Workshop {
  private readonly root = mkdtempSync(join(tmpdir(), "keelson-bundle-"));

  constructor() {
    for (const file of [
      "toolchain/bundle",
      "toolchain/cache.sh",
      "toolchain/images",
      "components/artifacts/lock.json",
    ]) {
      mkdirSync(dirname(this.path(file)), { recursive: true });
      cpSync(join(project, file), this.path(file), { recursive: true });
    }
    for (const release of ["1.36.3", "1.35.4"]) {
      this.write(`toolchain/modules/kubernetes/${release}/go.mod`, "module x\n");
    }
    for (const release of ["3.6.14", "3.5.33"]) this.write(`toolchain/modules/etcd/${release}/go.mod`, "module x\n");
    const programs =
      "server etcdctl etcdutl cri-dockerd flannel coredns bridge kubeadm kubelet kubectl kube-apiserver kube-proxy";
    this.program(
      "toolchain/module",
      `d=$(mktemp -d '${this.root}/built.XXXXXX'); for n in ${programs}; do echo "$1 $n" >"$d/$n"; done; echo "$d"`,
    );
    this.program("toolchain/images/rootfs", 'echo "$1" >"$2"');
    this.program("bin/gcc", 'echo pause >"${@: -2:1}"');
    this.program(
      "bin/docker",
      `echo "$@" >>'${this.path("docker")}'
[ "$1" != save ] || { d=$(mktemp -d); printf '%s' "$*" >"$d/manifest.json"; tar -C "$d" -c manifest.json; rm -rf "$d"; }`,
    );
  }

  path(path: string): string {
    return join(this.root, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  private program(path: string, body: string): void {
    this.write(path, `#!/bin/bash\nset -e\n${body}\n`);
    chmodSync(this.path(path), 0o755);
  }

  run(...releases: readonly string[]) {
    const env = {
      PATH: `${this.path("bin")}:${process.env["PATH"] ?? ""}`,
      HOME: this.root,
      KEELSON_CACHE: this.path("cache"),
    };
    const { status, stdout, stderr } = spawnSync(this.path("toolchain/bundle"), releases, { env, encoding: "utf8" });
    return { status, stdout: stdout.trim(), stderr };
  }

  /** Runs it well, and gives the bundle's lock. */
  make(...releases: readonly string[]): Lock {
    expect(this.run(...releases)).toMatchObject({ status: 0, stdout: this.path("cache/bundle") });
    return JSON.parse(readFileSync(this.path("cache/bundle/lock.json"), "utf8")) as Lock;
  }

  /** What was built since this was asked last. */
  built(): readonly string[] {
    const text = existsSync(this.path("docker")) ? readFileSync(this.path("docker"), "utf8") : "";
    rmSync(this.path("docker"), { force: true });
    return [...text.matchAll(/^save (\S+)/gm)].map(([, name]) => name ?? "");
  }

  file(path: string): number {
    return statSync(this.path(`cache/bundle/${path}`)).ino;
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

if (!isThere) test.skip("jq and dpkg are not installed", () => undefined);
else {
  let workshop: Workshop;
  beforeEach(() => (workshop = new Workshop()));
  afterEach(() => workshop.remove());

  test("the default release is built alone, at the places that clusters know", () => {
    const { version, artifacts, images, releases } = workshop.make();
    expect([version, Object.keys(releases), images.map(({ name }) => name)]).toEqual([2, ["1.36.3"], ["workloads"]]);
    expect(artifacts.map(({ name }) => name)).toEqual([
      "etcd",
      "etcdctl",
      "etcdutl",
      "cri-dockerd",
      "flannel-cni",
      "cni-plugins",
    ]);
    expect(releases["1.36.3"]?.artifacts.map(({ path }) => path)).toEqual([
      "bin/kubeadm",
      "bin/kubelet",
      "bin/kubectl",
    ]);
    expect(readFileSync(workshop.path("cache/bundle/images/control-plane.tar"), "utf8")).not.toContain(
      "bundle.keelson.invalid",
    );
    expect(workshop.built()).toHaveLength(3);
    workshop.make();
    expect(workshop.built()).toEqual([]);
  });

  test("another one is added, and stays; what was there is not rebuilt", () => {
    workshop.make();
    workshop.built();
    const before = workshop.file("bin/kubelet");
    const { releases } = workshop.make("1.35.4");
    expect(releases["1.35.4"]).toMatchObject({
      artifacts: ["kubeadm", "kubelet", "kubectl"].map((name) => ({ path: `kubernetes/1.35.4/bin/${name}` })),
      imageNames: { pause: "registry.k8s.io/pause:3.10.1" },
    });
    expect(releases["1.36.3"]?.imageNames.pause).toBe("registry.k8s.io/pause:3.10.2");
    expect(workshop.built().map((name) => name.replace(/^.*\//, ""))).toEqual([
      "kube-apiserver:v1.35.4",
      "pause:3.10.1",
    ]);
    expect(readFileSync(workshop.path("cache/bundle/kubernetes/1.35.4/bin/kubelet"), "utf8")).toBe(
      "kubernetes/1.35.4 kubelet\n",
    );
    expect(workshop.file("bin/kubelet")).toBe(before);
    expect(Object.keys(workshop.make().releases).sort()).toEqual(["1.35.4", "1.36.3"]);
    expect(workshop.built()).toEqual([]);
  });

  test("one whose recipe is another by now goes when nobody asks for it, and is built again when somebody does", () => {
    workshop.make("1.35.4");
    workshop.write("toolchain/modules/kubernetes/1.35.4/go.mod", "module y\n");
    workshop.write("toolchain/modules/kubernetes/1.36.3/go.mod", "module y\n");
    workshop.built();
    expect(Object.keys(workshop.make().releases)).toEqual(["1.36.3"]);
    expect(existsSync(workshop.path("cache/bundle/kubernetes"))).toBe(false);
    expect(workshop.built()).toHaveLength(2);
    workshop.make("1.35.4");
    expect(workshop.built()).toHaveLength(2);
  });

  test("what an earlier release left in its place goes", () => {
    workshop.write("cache/bundle/key", "x");
    workshop.write("cache/bundle/bin/old", "x");
    workshop.make();
    expect(["key", "bin/old", "bin/kubelet"].map((name) => existsSync(workshop.path(`cache/bundle/${name}`)))).toEqual([
      ...[false, false, true],
    ]);
  });

  test("it has another etcd where that is asked for, beside the usual one, and keeps it", () => {
    const etcds = ({ artifacts }: Lock) => artifacts.flatMap(({ name, version }) => (name === "etcd" ? [version] : []));
    expect(etcds(workshop.make())).toEqual(["3.6.14"]);
    workshop.built();
    expect(etcds(workshop.make("etcd/3.5.33"))).toEqual(["3.6.14", "3.5.33"]);
    expect(readFileSync(workshop.path("cache/bundle/etcd/3.5.33/bin/etcd"), "utf8")).toBe("etcd/3.5.33 server\n");
    expect(etcds(workshop.make("1.35.4"))).toEqual(["3.6.14", "3.5.33"]);
    expect(etcds(workshop.make("etcd/3.6.14"))).toEqual(["3.6.14", "3.5.33"]);
    expect(workshop.run("etcd/3.4.1").stderr).toContain(
      "there is no recipe for etcd 3.4.1: toolchain/modules/etcd has 3.5.33, 3.6.14",
    );
  });

  test("its releases are those of the lock, and another one there makes another bundle", () => {
    const file = workshop.path("components/artifacts/lock.json");
    const { archives, images, etcd: ofEtcd } = readLock(file);
    const versions = ({ artifacts }: Lock) => Object.fromEntries(artifacts.map(({ name, version }) => [name, version]));
    const { flannelCni, ...names } = images["1.36"] as Images;
    expect(flannelCni).toBeDefined();
    const made = workshop.make();
    const etcd = ofEtcd.default;
    expect(versions(made)).toMatchObject({ etcd, etcdctl: etcd, "cni-plugins": archives["cni-plugins"]?.version });
    expect(versions(made)["cri-dockerd"]).toBe(archives["cri-dockerd"]?.version);
    expect(made.releases["1.36.3"]?.imageNames).toEqual(names);
    workshop.built();
    const text = readFileSync(file, "utf8");
    workshop.write("components/artifacts/lock.json", text.replace(`"${archives["cri-dockerd"]?.version}"`, '"9.9.9"'));
    expect(versions(workshop.make())["cri-dockerd"]).toBe("9.9.9");
    workshop.write("components/artifacts/lock.json", text.replace(names.corednsTag, "v9.9.9"));
    expect(workshop.make().releases["1.36.3"]?.imageNames.corednsTag).toBe("v9.9.9");
  });

  test("one without a recipe is refused, with those that there are", () => {
    expect(workshop.run("1.34.4")).toMatchObject({
      status: 1,
      stderr: "error: there is no recipe for Kubernetes 1.34.4: toolchain/modules/kubernetes has 1.35.4, 1.36.3\n",
    });
  });
}

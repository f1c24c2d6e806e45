import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundleDirectory } from "../../components/artifacts/cache";
import { readLock } from "../../components/artifacts/lockFile";
import { checkout, publish, type Published } from "../support/checkout";
import { dockerPackages, SigningKey } from "../support/dockerPackages";
import { TestMachine } from "../support/machine";
import { nameserverLines, OwnMachines } from "../support/ownMachines";
import { Publishers } from "../support/publishers";
import { Registry } from "../support/registry";
import { TestStack } from "../support/stack";

/*
 * Programs, images and packages come from where their publishers have them, and from a mirror: under the published names and paths,
 * from a server of this computer, whose files are those that are built here. So the lock is another one, in a checkout of its own;
 * nothing else is different.
 */

const scratch = mkdtempSync(join(tmpdir(), "keelson-sources-"));
const bundle = bundleDirectory();
const docker = "https://download.docker.com";
const mirror = "https://mirror.example.com/all/of/it";
let publishers: Publishers;
let published: Published;
let packages: Readonly<Record<string, string>>;
let project: string;

beforeAll(() => {
  packages = dockerPackages(scratch);
  published = publish(bundle, scratch, packages["linux/debian/gpg"] ?? "");
  project = checkout(join(scratch, "checkout"), published.lock);
  publishers = new Publishers(join(scratch, "publishers"), imagesOf(published));
  for (const [url, file] of published.files) {
    publishers.serve(url, file);
    publishers.serve(mirror + new URL(url).pathname, file);
  }
  for (const [path, file] of Object.entries(packages)) publishers.serve(`${docker}/${path}`, file);
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** The bundle's images, and flannel's that brings its plugin, which clusters with a bundle have as a program. */
function imagesOf({ lock }: Published): Registry {
  const registry = new Registry(join(scratch, "registry"));
  for (const name of ["control-plane", "node", "workloads"]) registry.addArchive(join(bundle, "images", `${name}.tar`));
  for (const { flannel, flannelCni } of Object.values(lock.images)) {
    registry.addWithFile(flannelCni, flannel, join(bundle, "bin", "flannel"), "flannel");
  }
  return registry;
}

interface Place {
  readonly name: string;
  readonly prefix: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A machine of somebody's own that is all the cluster has, in whose world the publishers are this computer. */
class Site {
  readonly own: OwnMachines;
  readonly machine: TestMachine;
  readonly stack: TestStack;
  readonly address: string;

  constructor({ name, prefix, config }: Place) {
    this.own = new OwnMachines(name, prefix, ["only"], { bundle: false });
    this.machine = new TestMachine(`keelson-${name}-only`);
    this.address = `${prefix}.1`;
    this.machine.run("until systemctl is-system-running --wait >/dev/null; do sleep 0.2; done");
    this.machine.run(`printf '%s\\n' '${nameserverLines()}' >/etc/own-resolv.conf
      ${publishers.introduction(this.address)}`);
    const [machine] = this.own.machines;
    const { kubernetes, ...others } = config;
    this.stack = new TestStack(
      name,
      {
        provider: "ssh",
        machines: [{ ...machine, roles: ["master", "etcd", "worker"] }],
        kubernetes: { kubelet: { configuration: { resolvConf: "/etc/own-resolv.conf" } }, ...(kubernetes as object) },
        workloads: { nginx: { image: "nginx:latest", replicas: 1 } },
        ...others,
      },
      project,
    );
  }

  async remove(): Promise<void> {
    await this.stack.remove();
    this.own.remove();
    await publishers.close();
  }
}

describe("upstream, with Docker's own packages", () => {
  let site: Site;
  let before: string;
  const found = () =>
    site.machine.run("dpkg-query -W -f '${Package}\\n' | sort; ls /etc/apt/sources.list.d /etc/apt/keyrings || true");

  beforeAll(async () => {
    site = new Site({
      name: "e2e-upstream",
      prefix: "172.31.234",
      config: { artifacts: { source: "upstream" }, docker: { packages: "docker" } },
    });
    before = found();
    await publishers.listen(site.address);
  });
  afterAll(() => site.remove());

  test("a key that is not the lock's is refused, and none of its packages is installed", async () => {
    const other = new SigningKey(join(scratch, "another"));
    publishers.serve(`${docker}/linux/debian/gpg`, other.exported(join(scratch, "another.asc")));
    other.forget();
    const { status, output } = await site.stack.run("up");
    expect(status).not.toBe(0);
    expect(output).toContain(`the key of Docker's packages from ${docker}/linux/debian/gpg is not what it should be`);
    expect(found()).toBe(before);
    publishers.serve(`${docker}/linux/debian/gpg`, packages["linux/debian/gpg"] ?? "");
  });

  test("a program that is not the lock's is refused", async () => {
    const [url = "", file = ""] = [...published.files].find(([path]) => path.endsWith("/kubelet")) ?? [];
    const damaged = join(scratch, "damaged");
    writeFileSync(damaged, "not a kubelet");
    publishers.serve(url, damaged);
    const { status, output } = await site.stack.run("up");
    expect(status).not.toBe(0);
    expect(output).toContain(`kubelet from ${url} is not what it should be`);
    expect(site.machine.attempt("ls /usr/local/bin/kubelet").status).not.toBe(0);
    publishers.serve(url, file);
  });

  test("with the right ones a cluster is built of what was downloaded", async () => {
    const { output } = await site.stack.succeed("up");
    expect(output).toContain("(200)");
    expect(site.machine.run("apt-cache policy docker-ce | grep -A1 '\\*\\*\\*'")).toContain(`${docker}/linux/debian`);
    const installed = site.machine.run(
      "dpkg-query -W -f '${Package} ${db:Status-Status}\\n' | sed -n 's/ installed$//p'",
    );
    const engine = installed.split("\n").filter((one) => /^(docker|containerd|runc)/.test(one));
    expect(engine.sort()).toEqual(["containerd.io", "docker-ce", "docker-ce-cli"]);
    expect(site.machine.run("cri-dockerd --version 2>&1; docker info --format '{{.ServerVersion}}'")).toContain(
      "26.1.5",
    );
  });

  test("every program and image came from its published place", () => {
    const { asked } = publishers;
    for (const url of published.files.keys()) expect(asked).toContain(`${url} 200`);
    for (const image of ["kube-apiserver", "coredns/coredns", "pause"]) {
      expect(asked.some((url) => url.startsWith(`https://registry.k8s.io/v2/${image}/manifests/`))).toBe(true);
    }
    expect(asked.some((url) => url.startsWith("https://ghcr.io/v2/flannel-io/flannel-cni-plugin/"))).toBe(true);
  });

  test("a second preview has nothing to do", async () => {
    expect(Object.keys((await site.stack.succeed("preview")).counts)).toEqual(["unchanged"]);
  });

  test("destroy leaves the machine as it was found", async () => {
    await site.stack.succeed("destroy");
    expect(found()).toBe(before);
    expect(site.machine.attempt("ls -d /var/lib/keelson /etc/docker /usr/local/bin/kubelet /opt/cni").stdout).toBe("");
  });
});

describe("a mirror of files and images, with containerd", () => {
  let site: Site;

  beforeAll(async () => {
    site = new Site({
      name: "e2e-mirror",
      prefix: "172.31.233",
      config: {
        artifacts: { source: "mirror", baseUrl: mirror, imageRegistry: "mirror.example.com" },
        kubernetes: { runtime: "containerd" },
      },
    });
    publishers.asked.length = 0;
    await publishers.listen(site.address);
  });
  afterAll(() => site.remove());

  test("a cluster is built of what it has, and of nothing from elsewhere", async () => {
    expect((await site.stack.succeed("up")).output).toContain("(200)");
    const hosts = new Set(publishers.asked.map((url) => new URL(url.split(" ")[0] ?? "").host));
    // The image of the workload is the stack's own matter.
    expect([...hosts].sort()).toEqual(["mirror.example.com", "registry-1.docker.io"]);
    const images = site.machine.kubectl(
      "get pods -A -o jsonpath='{range .items[*]}{.spec.containers[0].image}{\"\\n\"}{end}'",
    );
    const own = images.split("\n").filter((image) => !image.startsWith("nginx:"));
    expect(own.length).toBeGreaterThan(5);
    for (const image of own) expect(image).toMatch(/^mirror\.example\.com\//);
    expect(images).toContain(`coredns:${readLock().images["1.36"]?.corednsTag}`);
  });

  test("a second preview has nothing to do", async () => {
    expect(Object.keys((await site.stack.succeed("preview")).counts)).toEqual(["unchanged"]);
  });

  test("destroy leaves nothing", async () => {
    await site.stack.succeed("destroy");
    expect(site.machine.attempt("ls -d /var/lib/keelson /etc/docker /usr/local/bin/kubelet /opt/cni").stdout).toBe("");
  });
});

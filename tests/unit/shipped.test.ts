import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { etcdReleases, minorOf, readLock } from "../../components/artifacts/lockFile";

/*
 * What the suites try on machines of this computer is built from pinned modules; what other clusters get is downloaded as the lock
 * says. Both are one release of each program and image.
 */

const modules = join(__dirname, "..", "..", "toolchain", "modules");
const lock = readLock();

/** The release of a Go module that a recipe pins, without the "v". */
function pinned(recipe: string, module: string): string | undefined {
  const text = readFileSync(join(modules, recipe, "go.mod"), "utf8");
  return new RegExp(`^(?:require )?\\s*${module.replaceAll(".", "\\.")} v(\\S+)`, "m").exec(text)?.[1];
}

test.each([
  ["cni-plugins", "github.com/containernetworking/plugins"],
  ["cri-dockerd", "github.com/Mirantis/cri-dockerd"],
])("%s is built from the release that is downloaded (%s)", (name, module) => {
  expect(pinned(name, module)).toBe(lock.archives[name]?.version);
});

test("every archive of the lock is among them", () => {
  expect(Object.keys(lock.archives).sort()).toEqual(["cni-plugins", "cri-dockerd"]);
});

test.each(readdirSync(join(modules, "etcd")))("etcd %s is built from the release that is downloaded", (release) => {
  expect(Object.keys(lock.etcd.releases)).toContain(release);
  for (const program of ["server", "etcdctl", "etcdutl"]) {
    expect(pinned(join("etcd", release), `go.etcd.io/etcd/${program}/v3`)).toBe(release);
  }
});

test("the etcd of stacks that name none is built, and of each minor the latest", () => {
  const latest = new Map(etcdReleases(lock).map((release) => [minorOf(release), release]));
  expect(readdirSync(join(modules, "etcd")).sort()).toEqual([...latest.values()].sort());
  expect([...latest.values()]).toContain(lock.etcd.default);
});

test.each(Object.entries(lock.images))("the images of Kubernetes %s are built from their releases", (_, images) => {
  expect(pinned("flannel", "github.com/flannel-io/flannel")).toBe(images.flannel.split(":v")[1]);
  const dns = images.corednsTag.slice(1);
  expect(pinned(join("coredns", dns), "github.com/coredns/coredns")).toBe(dns);
});

test("no CoreDNS is built that nobody downloads", () => {
  const wanted = Object.values(lock.images).map(({ corednsTag }) => corednsTag.slice(1));
  expect(readdirSync(join(modules, "coredns")).sort()).toEqual([...new Set(wanted)].sort());
});

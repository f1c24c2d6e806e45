import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startFlannel } from "../../components/network/render";

const root = mkdtempSync(join(tmpdir(), "keelson-flannel-"));
const path = (name: string) => join(root, name);

beforeAll(() => {
  for (const directory of ["run/flannel", "etc/cni/net.d", "etc/kube-flannel", "opt/bin"]) {
    mkdirSync(path(directory), { recursive: true });
  }
  writeFileSync(path("etc/kube-flannel/cni-conf.json"), "the network\n");
});
afterAll(() => rmSync(root, { recursive: true }));

/** Starts the container's program, whose flanneld does what it is given, until that ends. */
function start(flanneld: string) {
  writeFileSync(path("opt/bin/flanneld"), `#!/bin/sh\n${flanneld}\n`, { mode: 0o755 });
  const script = startFlannel.replace(/\/(run\/flannel|etc\/cni|etc\/kube-flannel|opt\/bin)\//g, `${root}/$1/`);
  return spawnSync("/bin/sh", ["-c", script, "flanneld", "--ip-masq", "--iface=a b"], { encoding: "utf8" });
}

test("the runtime hears of the network once flanneld has a subnet, and not before, without a hook of the kubelet's", () => {
  const list = path("etc/cni/net.d/10-flannel.conflist");
  const { stdout, status } = start(`echo "$#:$2"; sleep 1; [ ! -e ${list} ] || exit 7
    echo FLANNEL_SUBNET=10.244.1.1/24 >${path("run/flannel/subnet.env")}
    for _ in 1 2 3 4 5 6 7 8 9 10; do [ ! -e ${list} ] || exit 0; sleep 0.2; done; exit 8`);
  expect({ stdout, status }).toEqual({ stdout: "2:--iface=a b\n", status: 0 });
  expect(readFileSync(list, "utf8")).toBe("the network\n");
  expect(existsSync(path("etc/cni/net.d/.10-flannel.conflist.new"))).toBe(false);
});

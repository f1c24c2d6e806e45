import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { networkConfig, startFlannel } from "../../components/network/render";
import { environment } from "../unit/render.fixture";

const root = mkdtempSync(join(tmpdir(), "keelson-flannel-"));
const path = (name: string) => join(root, name);

beforeAll(() => {
  for (const directory of ["run/flannel", "etc/cni/net.d", "etc/kube-flannel", "opt/bin", "stubs"]) {
    mkdirSync(path(directory), { recursive: true });
  }
  writeFileSync(path("etc/kube-flannel/cni-conf.json"), "the network\n");
});
afterAll(() => rmSync(root, { recursive: true }));

/** Starts the container's program, whose flanneld does what it is given, until that ends. */
function start(flanneld: string) {
  writeFileSync(path("opt/bin/flanneld"), `#!/bin/sh\n${flanneld}\n`, { mode: 0o755 });
  const script = startFlannel.replace(/\/(run\/flannel|etc\/cni|etc\/kube-flannel|opt\/bin)\//g, `${root}/$1/`);
  const env = { PATH: `${path("stubs")}:/usr/bin:/bin`, HOST_IP: "192.0.2.11" };
  return spawnSync("/bin/sh", ["-c", script, "flanneld", "--ip-masq", "--iface=a b"], { encoding: "utf8", env });
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

describe("the link of an earlier start, which flanneld keeps as it is,", () => {
  const link =
    "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue\n    inet 192.0.2.11/24 scope global eth0";
  test.each([
    ["the stack says", { mtu: 1400 }, ["ip link set dev flannel.1 mtu 1400"]],
    [
      "the machine's own link leaves room for",
      {},
      ["ip -4 addr show to 192.0.2.11", "ip link set dev flannel.1 mtu 1450"],
    ],
  ])("has the MTU that %s, before it starts", (_, flannel, expected) => {
    writeFileSync(path("etc/kube-flannel/net-conf.json"), networkConfig(environment({ flannel })));
    const busybox = `[ "$1" != sed ] || { shift; exec sed "$@"; }\necho "$@" >>${path("calls")}; [ "$2" != -4 ] || echo '${link}'`;
    writeFileSync(path("stubs/busybox"), `#!/bin/sh\n${busybox}\n`, { mode: 0o755 });
    rmSync(path("calls"), { force: true });
    expect(start(`cat ${path("calls")}`)).toMatchObject({
      stdout: expected.map((call) => `${call}\n`).join(""),
      stderr: "",
    });
  });
  test("is left to itself where there is none", () => {
    writeFileSync(path("stubs/busybox"), "#!/bin/sh\necho no such device >&2; exit 1\n", { mode: 0o755 });
    expect(start("echo started")).toMatchObject({ status: 0, stdout: "started\n", stderr: "" });
  });
});

import { mkdirSync, readdirSync } from "node:fs";

import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

const found = (body: string) => host.up(body, { uses: [Host.script("script/found.sh")] });
const paths = (...names: readonly string[]) => names.map((name) => `"${host.path(`data/${name}`)}"`).join(" ");
const tree = () =>
  readdirSync(host.path("data"), { recursive: true, encoding: "utf8" })
    .filter((path) => !path.startsWith("keep"))
    .sort();

describe("what was on a machine", () => {
  const all = () => paths("absent", "empty", "full", "file");
  beforeEach(() => {
    mkdirSync(host.path("data/empty/lost+found"), { recursive: true });
    host.write("data/full/theirs", "");
  });

  test("is there afterwards, and nothing else", () => {
    const before = tree();
    expect(found(`remember_found false ${all()}`)).toEqual(clean);
    for (const file of ["absent/a/b", "empty/a/b", "full/ours"]) host.write(`data/${file}`, "");
    host.write("data/file", "");
    // Another run does not ask again.
    expect(found(`remember_found false ${all()}; remove_ours ${all()}`)).toEqual(clean);
    expect(tree()).toEqual([...before, "full/ours"].sort());
    expect(found(`remove_ours ${all()}`)).toEqual(clean);
  });
  test("where an earlier release did not ask, is what is older than its state", () => {
    host.bash("sleep 1.1");
    found("sleep 1.1");
    host.write("data/absent/ours", "");
    expect(found(`remember_found true ${all()}; remove_ours ${all()}`)).toEqual(clean);
    expect(tree()).toEqual(["empty", "empty/lost+found", "full", "full/theirs"]);
  });
  test("stays where something is mounted, whose own files are not entered", () => {
    host.stub("mountpoint", '[ "$2" = "${2%mount}mount" ]');
    host.write("data/mount/a", "");
    expect(found(`remove_ours ${paths("mount")}`)).toEqual(clean);
    expect(tree()).toEqual(["empty", "empty/lost+found", "full", "full/theirs", "mount"]);
    host.stub("mountpoint", "exit 1");
    host.stub("find", "echo busy >&2; exit 1");
    host.write("data/busy/a", "");
    const { status, stderr } = found(`remove_ours ${paths("busy")}; echo on`);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^busy\n.*data\/busy is left on /s);
  });
  test("is there in what is bound to a directory of ours, though its file system is the same", () => {
    const bound = ["data/mine/volumes/a b[c]*\\d/_data", "data/mine/file"];
    host.mounts(...bound, "data/others");
    for (const file of [`${bound[0]}/deep/theirs`, "data/mine/file", "data/mine/volumes/a bc/x"]) host.write(file, "");
    const { status, stderr } = found(`remove_ours ${paths("mine")}`);
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/data\/mine is left on .*, for something is mounted in it/),
    ]);
    expect(tree().filter((path) => path.startsWith("mine"))).toEqual([
      ...["mine", "mine/file", "mine/volumes", "mine/volumes/a b[c]*\\d", "mine/volumes/a b[c]*\\d/_data"],
      ...["deep", "deep/theirs"].map((path) => `mine/volumes/a b[c]*\\d/_data/${path}`),
    ]);
    // Without the kernel's word nothing is known to be ours.
    host.write("data/other/x", "");
    expect(found(`rm '${host.path("proc/self/mountinfo")}'; remove_ours ${paths("other")}`).status).toBe(0);
    expect(host.has("data/other/x")).toBe(true);
  });
  test("may have been a directory for all, which goes only when it is empty", () => {
    found(`remember_found false ${paths("all", "mine", "empty")}`);
    host.write("data/all/others", "");
    mkdirSync(host.path("data/mine"));
    expect(found(`remove_if_empty ${paths("all", "mine", "empty")}`)).toEqual(clean);
    expect(tree()).toEqual(expect.arrayContaining(["all/others", "empty"]));
    expect(tree()).not.toContain("mine");
  });
  test("may have been a kernel setting, which each owner gives back", () => {
    for (const name of ["a", "b"]) host.write(`proc/sys/net/${name}`, "0\n");
    found("remember_setting one net.a; remember_setting two net.b; remember_setting one net.none");
    for (const name of ["a", "b"]) host.write(`proc/sys/net/${name}`, "1\n");
    expect(found("remember_setting one net.a; restore_settings one")).toEqual(clean);
    expect([host.read("proc/sys/net/a"), host.read("proc/sys/net/b")]).toEqual(["0\n", "1\n"]);
    expect(found("restore_settings one; restore_settings two")).toEqual(clean);
    expect(host.read("proc/sys/net/b")).toBe("0\n");
  });
});

describe("leaving a cluster", () => {
  const leave = (before = "") =>
    host.up(`${before}\nleave_cluster`, {
      uses: [Host.script("script/found.sh"), Host.script("kubelet/leave.sh")],
      values: { CRI_SOCKET: "unix:///run/cri.sock" },
    });
  beforeEach(() => {
    for (const name of ["systemctl", "iptables-save", "ip6tables-save", "ip"]) host.stub(name);
    host.stub("kubeadm");
  });

  test("leaves what others have among it", () => {
    const theirs = [
      "etc/cni/net.d/87-podman.conflist",
      "etc/kubernetes/own.conf",
      "opt/cni/bin/own",
      "usr/libexec/kubernetes/kubelet-plugins/volume/exec/own/driver",
    ];
    const ours = [
      "etc/cni/net.d/10-flannel.conflist",
      "etc/kubernetes/admin.conf",
      "etc/kubernetes/super-admin.conf",
      "etc/kubernetes/pki/ca.key",
      "var/lib/keelson/scripts/w-join/ran",
      "opt/cni/bin/flannel",
      "var/lib/cni/networks/cbr0/10.244.0.2",
      "var/lib/kubelet/config.yaml",
      "usr/libexec/kubernetes/kubelet-plugins/volume/exec/nodeagent/",
    ];
    for (const file of theirs) host.write(file, "");
    expect(leave("remember_before_node false").status).toBe(0);
    for (const file of ours) {
      if (file.endsWith("/")) mkdirSync(host.path(file), { recursive: true });
      else host.write(file, "");
    }
    expect(leave()).toEqual(clean);
    for (const file of theirs) expect([file, host.has(file)]).toEqual([file, true]);
    for (const file of ours.slice(0, -1)) expect([file, host.has(file)]).toEqual([file, false]);
    expect(host.has("var/lib/kubelet")).toBe(false);
  });
  test("that is cut off is gone on with", () => {
    const file = "var/lib/kubelet/config.json";
    const cut = (at: string) =>
      host.up(`${at}() { kill -9 $$; }\nleave_cluster`, {
        uses: [Host.script("script/found.sh"), Host.script("kubelet/leave.sh")],
        values: { CRI_SOCKET: "unix:///run/cri.sock" },
      });
    for (const at of ["remove_routes", "put_files_back", "remove_if_empty"]) {
      host.write(file, "theirs");
      host.bash("sleep 1.1");
      leave("remember_before_node false");
      for (const path of ["etc/kubernetes/pki/ca.crt", "etc/kubernetes/kubelet.conf"]) host.write(path, "ours");
      expect(cut(at).status).toBeNull();
      const again = host.up("! is_leaving || leave_cluster", {
        uses: [Host.script("script/found.sh"), Host.script("kubelet/leave.sh")],
        values: { CRI_SOCKET: "unix:///run/cri.sock" },
      });
      expect([at, again.status, host.has("etc/kubernetes/kubelet.conf")]).toEqual([at, 0, false]);
      expect([at, host.read(file), host.has("var/lib/keelson/leaving")]).toEqual([at, "theirs", false]);
    }
  });
  test("leaves no directory that was not there", () => {
    leave("remember_before_node false");
    for (const directory of ["etc/cni/net.d", "usr/libexec/kubernetes/kubelet-plugins/volume/exec"]) {
      mkdirSync(host.path(directory), { recursive: true });
    }
    host.write("run/flannel/subnet.env", "FLANNEL_NETWORK=10.244.0.0/16\n");
    expect(leave()).toEqual(clean);
    for (const path of ["etc/cni", "usr/libexec/kubernetes", "run/flannel"]) {
      expect([path, host.has(path)]).toEqual([path, false]);
    }
  });
  test("takes away the ways to other nodes' pods, and no others", () => {
    host.write("run/flannel/subnet.env", "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.1.1/24\n");
    const routes = "10.244.0.0/24 via 192.0.2.11 dev eth0 \n10.244.1.0/24 dev cni0 proto kernel";
    host.stub("ip", `[ "$3" != show ] || printf '${routes}\n'`);
    expect(leave().status).toBe(0);
    expect(host.called().filter((call) => call.startsWith("ip -4"))).toEqual([
      "ip -4 route show root 10.244.0.0/16",
      "ip -4 route delete 10.244.0.0/24 via 192.0.2.11 dev eth0",
    ]);
  });
  test("keeps static pods of others, which kubeadm would delete", () => {
    for (const name of ["kube-apiserver", "own"]) host.write(`etc/kubernetes/manifests/${name}.yaml`, name);
    const { status, stderr } = leave();
    expect(status).toBe(0);
    expect(stderr).toMatch(/^moved .*own\.yaml to .*manifests\.backup-[-0-9]+\/: it is not of this cluster\n$/);
    const [backup = ""] = readdirSync(host.path("etc/kubernetes")).filter((name) => name.includes("backup"));
    expect(readdirSync(host.path(`etc/kubernetes/${backup}`))).toEqual(["own.yaml"]);
  });
  test("ends where kubeadm could not reset it, and nothing is taken away", () => {
    host.stub("kubeadm", "exit 1");
    host.write("var/lib/kubelet/config.yaml", "");
    expect(leave()).toMatchObject({ status: 1 });
    expect(host.has("var/lib/kubelet/config.yaml")).toBe(true);
  });
});

import { createHash } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync } from "node:fs";

import { artifactScripts } from "../../components/artifacts";

import { clean, Host } from "./host";

// What somebody gave another owner or mode, or put where keelson's own files go, is ours again, or stays theirs.
let host: Host;
beforeEach(() => (host = new Host("systemctl", "journalctl", "hostname")));
afterEach(() => host.remove());

const mode = (path: string) => (statSync(host.path(path)).mode & 0o777).toString(8);

test.each([
  ["one that is a file in its place", "/opt/cni/bin", "opt/cni/bin/tool"],
  ["one that units run", "/usr/local/bin", "usr/local/bin/tool"],
])("a program that others may change is installed again: %s", (_, directory, path) => {
  host.write("tool", "program");
  const digest = createHash("sha256").update("program").digest("hex");
  const program = `tool binary ${directory} ${host.path("tool")} ${digest} ${host.path("tool")} ${digest}`;
  const uses = artifactScripts.map((file) => readFileSync(file, "utf8"));
  const install = () => host.up("install_programs", { uses, values: { PROGRAMS: [program], IMAGES: [] } });
  expect(install()).toEqual(clean);
  expect(mode(path)).toBe("755");
  chmodSync(host.path(path), 0o777);
  expect(install()).toEqual(clean);
  expect(mode(path)).toBe("755");
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot("a file that was given to another user is root's again (only root gives files away)", () => {
  const write = () => host.up(`echo text | put '${host.path("etc/unit")}' 0644`);
  expect(write()).toEqual(clean);
  chownSync(host.path("etc/unit"), 65_534, 65_534);
  expect(write()).toEqual(clean);
  expect(statSync(host.path("etc/unit")).uid).toBe(0);
});

test("files that the kubelet's directory and that of certificates had before the machine was a node are there when it leaves", () => {
  for (const name of ["ip", "iptables-save", "ip6tables-save"]) host.stub(name, "exit 1");
  // As kubeadm does, whose directory of certificates may be another.
  host.stub("kubeadm", `rm -rf '${host.path("var/lib/kubelet")}'/* "\${5:?}"/*`);
  const uses = ["script/found.sh", "kubelet/leave.sh"].map((path) => Host.script(path));
  const run = (body: string) => host.up(body, { uses, values: { CRI_SOCKET: "unix:///run/none.sock" } });
  for (const path of ["var/lib/kubelet/config.json", "etc/kubernetes/pki/own-ca.crt"]) host.write(path, "theirs");
  mkdirSync(host.path("etc/kubernetes/manifests"), { recursive: true });
  host.bash("sleep 1.1");
  expect(run("remember_before_node false")).toEqual(clean);
  for (const path of ["var/lib/kubelet/config.yaml", "etc/kubernetes/pki/ca.crt"]) host.write(path, "ours");
  expect(run("leave_cluster").status).toBe(0);
  expect(host.read("var/lib/kubelet/config.json")).toBe("theirs");
  expect(host.read("etc/kubernetes/pki/own-ca.crt")).toBe("theirs");
  expect([host.has("var/lib/kubelet/config.yaml"), host.has("etc/kubernetes/pki/ca.crt")]).toEqual([false, false]);
});

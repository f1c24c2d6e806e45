import { rmSync } from "node:fs";

import { Host } from "./host";
import { filesBelow, killAtSteps, killer } from "./killer";
import { runServers, servers } from "./servers";

let host: Host;
const manifest = "etc/kubernetes/manifests/kube-apiserver.yaml";

beforeEach(() => {
  host = new Host("curl", "sleep", "kubectl", "crictl", "pgrep");
  host.write(
    manifest,
    "spec:\n  containers:\n  - command:\n    - kube-apiserver\n    - --allow-privileged=true\n    - --secure-port=6443\n",
  );
});
afterEach(() => host.remove());

/** Its waits are over at once. */
const up = () =>
  host.run({
    script: `${Host.script("master/kubelet-trust.sh")}\nwait_for() { shift 2; "$@"; }\nyield_address() { :; }\nkeep_address() { :; }`,
    uses: [Host.script("master/manifests.sh"), Host.script("master/kubelets.sh"), "settled() { :; }\nis_up() { :; }"],
    values: { NODES: ["master-1 192.0.2.1", "worker-1 192.0.2.2"], ENDPOINT: "192.0.2.1:6443", VIRTUAL_ADDRESS: "" },
  });

test("an API server is told to take kubelets by their certificates when every kubelet has one", () => {
  expect(up()).toMatchObject({ status: 0 });
  expect(host.called().filter((call) => call.startsWith("curl"))).toHaveLength(2);
  expect(host.read(manifest)).toContain("- --kubelet-certificate-authority=");
});

test.each([35, 51, 58, 60])(
  "and not before: one that curl refuses with %d is named, and nothing is written",
  (code) => {
    const before = host.read(manifest);
    host.stub("curl", `case "$*" in *192.0.2.2*) exit ${code} ;; esac`);
    const { status, stderr } = up();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: the kubelets of worker-1 serve with certificates that are not of the cluster's/m);
    expect(host.read(manifest)).toBe(before);
  },
);

test("one that does not answer is reached by nobody anyway", () => {
  host.stub("curl", "exit 7");
  expect(up()).toMatchObject({ status: 0 });
  expect(host.read(manifest)).toContain("- --kubelet-certificate-authority=");
});

test("a server that was well with it gets it back where somebody took it out", () => {
  const configuration =
    'configuration() { printf "%s\\n" "    - name: kubelet-certificate-authority" "      value: /etc/kubernetes/pki/ca.crt"; }';
  const asked = () =>
    host.up(`${configuration}\nserver_configuration`, {
      uses: [Host.script("master/kubelets.sh")],
      values: { MANIFESTS: host.path("etc/kubernetes/manifests") },
    }).stdout;
  expect(asked()).toBe("");
  host.write(
    "var/lib/keelson/manifests/kube-apiserver.yaml",
    `    - --kubelet-certificate-authority=${host.path("etc/kubernetes/pki/ca.crt")}\n`,
  );
  expect(asked()).toContain("name: kubelet-certificate-authority");
});

test("killed at any step, it is ended by the next run: the flag, the manifests to go back to, and its notes", () => {
  for (const server of servers.slice(1)) {
    host.write(`etc/kubernetes/manifests/${server}.yaml`, `    - --name=${server}\n`);
  }
  const text = host.read(manifest);
  const begin = () => {
    rmSync(host.path("var"), { recursive: true, force: true });
    host.write(manifest, text);
    runServers(host);
    host.up(`note file '${host.path(manifest)}'`, { name: "m-master" });
  };
  const trust = (kill = 0) =>
    host.run({
      script: `${killer(kill)}${Host.script("master/kubelet-trust.sh")}\nyield_address() { :; }\nkeep_address() { :; }`,
      uses: ["master/api.sh", "master/manifests.sh", "master/kubelets.sh"].map((path) => Host.script(path)),
      values: { NODES: [], ENDPOINT: "192.0.2.1:6443", VIRTUAL_ADDRESS: "" },
    }).status;
  // What other scripts and people meet; its own notes are the run's.
  const left = () => Object.entries(filesBelow(host.root)).filter(([path]) => !/scripts\/test\/|\.told$/.test(path));
  begin();
  expect(trust()).toBe(0);
  const done = left();
  const steps = killAtSteps((step) => {
    begin();
    const status = trust(step);
    expect(trust()).toBe(0);
    expect({ step, files: left() }).toEqual({ step, files: done });
    return status;
  });
  expect(steps).toBeGreaterThan(3);
});

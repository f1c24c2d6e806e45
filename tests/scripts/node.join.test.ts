import { rmSync } from "node:fs";

import { Host } from "./host";
import { filesBelow, killAtSteps, killer } from "./killer";

let host: Host;
beforeEach(() => {
  host = new Host("systemctl", "journalctl", "ip");
  host.stub("iptables-save", "exit 1");
});
afterEach(() => host.remove());

const token = "abcdef.0123456789abcdef";
const secretPart = "0123456789abcdef";
/** How commands were called, in one text. */
const called = () => host.called().join("\n");

describe("join.sh", () => {
  const join = (change = (script: string) => script) =>
    host.run({
      script: change(Host.script("node/join.sh")),
      uses: [Host.script("kubelet/unit.sh")],
      values: {
        JOIN_CONFIG: `token: ${token}\n`,
        NODE: "w",
        IDENTITY: "key-of-w",
        TAINTS: "",
        ENDPOINT: "192.0.2.1:6443",
        TOKEN_ID: "abcdef",
        KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml",
        IGNORED_CHECKS: ",SystemVerification",
      },
    });
  beforeEach(() => {
    host.stub("curl", "echo jws-kubeconfig-abcdef");
    host.stub("kubeadm", `cat >'${host.path("config")}'`);
    host.write("var/log/x", "");
    for (const path of ["kubernetes/kubelet-config.yaml", "systemd/system/kubelet.service"]) {
      host.write(`etc/${path}`, "");
    }
    host.write("usr/local/bin/kubelet", "");
  });

  test("joins when its token is offered, which is on no command line", () => {
    expect(join()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(host.read("config")).toBe(`token: ${token}\n\n`);
    const calls = called();
    expect(calls).toContain("https://192.0.2.1:6443/api/v1/namespaces/kube-public/configmaps/cluster-info");
    expect(calls).toMatch(/^kubeadm join --config \/dev\/stdin --ignore-preflight-errors .*,SystemVerification$/m);
    expect(calls).not.toContain(secretPart);
  });
  test("knows afterwards on what the kubelet runs, so that nobody restarts it for nothing", () => {
    join();
    const parts = {
      uses: [Host.script("kubelet/unit.sh")],
      values: { KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml" },
    };
    expect(host.up("for_kubelet runs_on", parts).status).toBe(0);
    host.write("etc/kubernetes/kubelet-config.yaml", "another\n");
    expect(host.up("for_kubelet runs_on", parts).status).toBe(1);
  });
  test("killed at any step, joins once, and the next run does the rest", () => {
    const config = host.path("etc/kubernetes/kubelet.conf");
    host.stub("kubeadm", `[ ! -e '${config}' ] || exit 1; cat >'${config}'`);
    host.stub("kubectl", "echo 'w key-of-w'");
    const begin = () =>
      ["var/lib", "etc/kubernetes/kubelet.conf"].forEach((path) =>
        rmSync(host.path(path), { recursive: true, force: true }),
      );
    expect(join().status).toBe(0);
    const done = filesBelow(host.root);
    const steps = killAtSteps((step) => {
      begin();
      const { status } = join((script) => killer(step) + script);
      expect(join()).toMatchObject({ status: 0, stderr: "" });
      expect({ step, files: filesBelow(host.root) }).toEqual({ step, files: done });
      return status;
    });
    expect(steps).toBeGreaterThan(3);
  });
  test("does not join without the token being offered", () => {
    host.stub("curl", "echo jws-kubeconfig-another");
    const { status, stderr } = join((script) => script.replaceAll("wait_for 60", "wait_for 1"));
    expect(status).toBe(1);
    expect(stderr).toContain("did not appear at https://192.0.2.1:6443");
    expect(called()).not.toContain("kubeadm");
  });
  test("only starts the kubelet of a machine that has joined", () => {
    host.write("etc/kubernetes/kubelet.conf", "");
    host.stub("kubectl", "echo 'w key-of-w'");
    expect(join().status).toBe(0);
    expect(host.called().filter((call) => !call.startsWith("kubectl"))).toEqual(["systemctl start kubelet.service"]);
  });
  test("starts the kubelet again where the host key is another one, as soon as the node of the old one is gone", () => {
    host.write("etc/kubernetes/kubelet.conf", "");
    const asked = host.path("asked");
    host.stub("sleep", ":");
    host.stub(
      "kubectl",
      `echo >>'${asked}'; case $(wc -l <'${asked}') in 1 | 2) echo 'w key-of-before' ;; 3) ;; *) echo 'w ' ;; esac`,
    );
    expect(join()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(host.called().filter((call) => call.startsWith("systemctl"))).toEqual([
      "systemctl start kubelet.service",
      "systemctl restart kubelet.service",
    ]);
  });
  describe("of a machine that has joined", () => {
    const client = "var/lib/kubelet/pki/kubelet-client-current.pem";
    const answering = (status: string) => {
      host.write("etc/kubernetes/kubelet.conf", "");
      host.write(client, "certificate and key");
      host.stub("kubectl", "echo 'w key-of-w'");
      host.stub("curl", `case "$*" in *http_code*) printf ${status} ;; *) echo jws-kubeconfig-abcdef ;; esac`);
    };

    test("joins once more where the API refuses its certificate", () => {
      answering("401");
      const { status, stderr } = join();
      expect(status).toBe(0);
      expect(stderr).toContain("the API refuses the certificate of the kubelet of w");
      expect(called()).toMatch(/^systemctl stop kubelet.service\n[^]*^kubeadm join/m);
      expect([host.has(client), host.has("etc/kubernetes/kubelet.conf")]).toEqual([false, false]);
    });
    test("joins once more where the file that its kubeconfig names is gone", () => {
      answering("200");
      host.write("etc/kubernetes/kubelet.conf", "client-certificate: kubelet-client-current.pem\n");
      expect(join().stderr).not.toContain("joins once more");
      rmSync(host.path(client));
      const { status, stderr } = join();
      expect([status, stderr]).toEqual([0, "the certificate of the kubelet of w is gone: it joins once more\n"]);
      expect(called()).toMatch(/^systemctl stop kubelet.service\n[^]*^kubeadm join/m);
    });
    test.each(["200", "403", "404", "000"])("goes on where it answers %s", (status) => {
      answering(status);
      expect(join().status).toBe(0);
      expect(called()).not.toContain("kubeadm");
      expect(host.has(client)).toBe(true);
    });
  });
  describe("of a machine that was reset by hand", () => {
    const refusal =
      'a Node with name "w" and status "Ready" already exists in the cluster. You must delete the existing Node';
    /** kubeadm refuses so many times. */
    const refusing = (times: number) => {
      host.stub("sleep", ":");
      host.stub(
        "kubeadm",
        `echo >>'${host.path("asked")}'; [ "$(wc -l <'${host.path("asked")}')" -gt ${times} ] || { echo 'error: ${refusal}'; exit 1; }`,
      );
    };

    test("waits until the cluster knows that its kubelet is gone", () => {
      refusing(3);
      const { status, stderr } = join();
      expect(status).toBe(0);
      expect(stderr).toBe(
        "the cluster calls the node w ready, whose kubelet was reset: it joins again when that is noticed\n",
      );
      expect(host.called().filter((call) => call.startsWith("kubeadm"))).toHaveLength(4);
    });
    test("tells what to wait for where the cluster takes longer", () => {
      refusing(1000);
      const { status, stderr } = join((script) => script.replace("SECONDS + 90", "SECONDS + 1"));
      expect(status).toBe(1);
      expect(stderr).toContain("run up again when kubectl get node shows it as NotReady");
    });
    test("fails at once where kubeadm says something else", () => {
      host.stub("kubeadm", "echo 'it broke'; exit 1");
      expect(join().status).toBe(1);
      expect(host.called().filter((call) => call.startsWith("kubeadm"))).toHaveLength(1);
    });
  });
  test("shows what kubeadm said last, but no token", () => {
    host.stub("kubeadm", `echo "it broke"; echo "the token ${token} is wrong"; exit 1`);
    const { status, stderr } = join();
    expect(status).toBe(1);
    expect(stderr).toMatch(/it broke\n.*error: kubeadm join failed on /s);
    expect(stderr).not.toContain(secretPart);
  });
});

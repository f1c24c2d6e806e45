import { parse } from "yaml";

import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  ["systemctl", "journalctl", "ip"].forEach((name) => host.stub(name));
  host.stub("iptables-save", "exit 1");
});
afterEach(() => host.remove());

const token = "abcdef.0123456789abcdef";
const secretPart = "0123456789abcdef";
/** How commands were called, in one text. */
const called = () => host.called().join("\n");

describe("admit.sh", () => {
  const admit = (change = (script: string) => script) =>
    host.run({ script: change(Host.script("worker/admit.sh")), values: { NODE: "worker-1", TOKEN: token } });
  const kubectl = (get: string) =>
    host.stub("kubectl", `case $1 in get) ${get} ;; create) cat >'${host.path("created")}' ;; esac`);

  test("offers a token of 15 minutes until the node is there, and takes it back", () => {
    kubectl(`[ -e '${host.path("created")}' ]`);
    expect(admit()).toEqual({ status: 0, stdout: "", stderr: "" });
    const secret = parse(host.read("created")) as { stringData: Record<string, string> };
    expect(secret).toMatchObject({
      kind: "Secret",
      metadata: { name: "bootstrap-token-abcdef", namespace: "kube-system" },
      type: "bootstrap.kubernetes.io/token",
      stringData: { "token-id": "abcdef", "token-secret": secretPart, "usage-bootstrap-signing": "true" },
    });
    const minutes = (Date.parse(secret.stringData.expiration ?? "") - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(14);
    expect(minutes).toBeLessThanOrEqual(15);
    const calls = called();
    expect(calls).toMatch(/delete secret --namespace kube-system bootstrap-token-abcdef/);
    expect(calls).not.toContain(secretPart);
  });
  test("offers nothing where the node is there", () => {
    kubectl("exit 0");
    expect(admit().status).toBe(0);
    expect(host.called()).toEqual(["kubectl get node worker-1 --request-timeout 3s"]);
  });
  test("names the machine that did not join", () => {
    kubectl("exit 1");
    const { status, stderr } = admit((script) => script.replace("wait_for 180", "wait_for 1"));
    expect(status).toBe(1);
    expect(stderr).toContain("error: worker-1 did not join within 3 minutes");
  });
});

describe("join.sh", () => {
  const join = (change = (script: string) => script) =>
    host.run({
      script: change(Host.script("worker/join.sh")),
      uses: [Host.script("kubelet/leave.sh")],
      values: {
        JOIN_CONFIG: `token: ${token}\n`,
        ENDPOINT: "192.0.2.1:6443",
        TOKEN_ID: "abcdef",
        CRI_SOCKET: "unix:///none.sock",
        IGNORED_CHECKS: ",SystemVerification",
      },
    });
  beforeEach(() => {
    host.stub("curl", "echo jws-kubeconfig-abcdef");
    host.stub("kubeadm", `cat >'${host.path("config")}'`);
    host.write("var/log/x", "");
  });

  test("joins when its token is offered, which is on no command line", () => {
    expect(join()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(host.read("config")).toBe(`token: ${token}\n\n`);
    const calls = called();
    expect(calls).toContain("https://192.0.2.1:6443/api/v1/namespaces/kube-public/configmaps/cluster-info");
    expect(calls).toMatch(/^kubeadm join --config \/dev\/stdin --ignore-preflight-errors .*,SystemVerification$/m);
    expect(calls).not.toContain(secretPart);
  });
  test("does not join without the token being offered", () => {
    host.stub("curl", "echo jws-kubeconfig-another");
    const { status, stderr } = join((script) => script.replace("wait_for 120", "wait_for 1"));
    expect(status).toBe(1);
    expect(stderr).toContain("did not appear at https://192.0.2.1:6443");
    expect(called()).not.toContain("kubeadm");
  });
  test("only starts the kubelet of a machine that has joined", () => {
    host.write("etc/kubernetes/kubelet.conf", "");
    expect(join().status).toBe(0);
    expect(host.called()).toEqual(["systemctl start kubelet.service"]);
  });
  test("shows what kubeadm said last, but no token", () => {
    host.stub("kubeadm", `echo "it broke"; echo "the token ${token} is wrong"; exit 1`);
    const { status, stderr } = join();
    expect(status).toBe(1);
    expect(stderr).toMatch(/it broke\n.*error: kubeadm join failed on /s);
    expect(stderr).not.toContain(secretPart);
  });
});

describe("member.sh", () => {
  const member = (direction: string, change = (script: string) => script) =>
    host.run({ script: change(Host.script("worker/member.sh")), values: { NODE: "w", DRAIN_SECONDS: 120 } }, direction);
  const kubectls = () => host.called().map((call) => call.split(" ")[1]);

  test("is done when the node is ready", () => {
    host.stub("kubectl", "echo True");
    expect(member("up")).toEqual({ status: 0, stdout: "", stderr: "" });
  });
  test("shows why a node is not ready", () => {
    host.stub("kubectl", "case $1 in get) echo False ;; describe) echo 'Conditions:'; echo '  no network' ;; esac");
    const { status, stderr } = member("up", (script) => script.replace("wait_for 300", "wait_for 1"));
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /waiting for the node w to be ready\nConditions:\n {2}no network\nerror: the node w is not ready/,
    );
  });
  test("drains a node before it goes", () => {
    host.stub("kubectl");
    host.write("etc/kubernetes/admin.conf", "");
    expect(member("down").status).toBe(0);
    expect(kubectls()).toEqual(["get", "get", "drain", "delete"]);
  });
  test("drains no node that the cluster has given up, also where it does so meanwhile", () => {
    host.write("etc/kubernetes/admin.conf", "");
    host.stub("kubectl", '[ "$1" != get ] || echo Unknown');
    expect(member("down").status).toBe(0);
    expect(kubectls()).toEqual(["get", "get", "delete"]);
    const drained = host.path("drained");
    host.stub(
      "kubectl",
      `case $1 in get) [ ! -e '${drained}' ] || echo Unknown ;; drain) touch '${drained}'; exit 1 ;; esac`,
    );
    expect(member("down").status).toBe(0);
    expect(kubectls()).toEqual(["get", "get", "drain", "get", "delete"]);
  });
  test("keeps a node that cannot be drained", () => {
    host.stub("kubectl", '[ "$1" != drain ]');
    host.write("etc/kubernetes/admin.conf", "");
    const { status, stderr } = member("down");
    expect(status).toBe(1);
    expect(stderr).toContain("error: w could not be drained within 120 s");
    expect(kubectls()).toEqual(["get", "get", "drain", "get"]);
  });
  test("has nothing to do where the node, or the master, is gone", () => {
    host.stub("kubectl", '[ "$1" != get ]');
    expect(member("down").status).toBe(0);
    expect(kubectls()).toEqual([]);
    host.write("etc/kubernetes/admin.conf", "");
    expect(member("down").status).toBe(0);
    expect(kubectls()).toEqual(["get"]);
  });
});

import { soon } from "./etcdUnit";
import type { Host } from "./host";
import { masterOn, readyForMaster } from "./masterHost";

let host: Host;
beforeEach(() => (host = readyForMaster()));
afterEach(() => host.remove());

const master = (...args: Parameters<ReturnType<typeof masterOn>>) => masterOn(host)(...args);
const called = () => host.called().join("\n");

test("configures a cluster that nobody has, and leaves the rest to the step after all masters", () => {
  const calls = (configured: number, image: string, missing = "nothing") => {
    // As the real one does, it reads the kubeconfig: who writes it must not find the reader gone.
    host.stub(
      "kubectl",
      `cat >/dev/null
      case "$*" in
      *"get ${missing.replace("/", " ")} "*) exit 1 ;;
      *"-o name") for name in "$@"; do case $name in configmap/cluster-info) [ ${configured} = 1 ] || echo "$name" ;; ${missing}) ;; */*) echo "$name" ;; esac; done ;;
      *) echo registry.example.com/${image} ;;
      esac`,
    );
    master();
    return host.called().filter((call) => /^kubeadm init --config|keelson-lost-/.test(call));
  };
  // A master that was lost is let in before its kubelet asks for a node.
  const [lets, init] = calls(0, "coredns:v1");
  expect(lets).toContain("delete validatingadmissionpolicybinding,validatingadmissionpolicy keelson-lost-");
  expect(init).toContain("--skip-phases upload-config,bootstrap-token,addon,show-join-command");
  expect(calls(1, "coredns:v1").join()).toContain("--skip-phases addon/coredns");
  expect(calls(1, "coredns:v10").join()).not.toContain("--skip-phases");
  // kubeadm makes them last: one that was killed amid its add-ons is to make the rest.
  expect(calls(0, "coredns:v1", "rolebinding/kube-proxy").join()).toContain("--skip-phases addon/coredns");
  expect(calls(0, "coredns:v1", "service/kube-dns").join()).not.toContain("--skip-phases");
  host.write("etc/kubernetes/kubelet.conf", "kubelet-client-current.pem\n");
  host.write("var/lib/kubelet/pki/kubelet-client-current.pem", "certificate and key");
  expect(calls(0, "coredns:v1")[0]).toContain("delete validatingadmissionpolicybinding");
});
test("takes an API that does not answer for no cluster that is to be configured", () => {
  host.stub("kubectl", "exit 1");
  const { status, stderr } = master("up", [], {}, [], soon);
  expect(status).toBe(1);
  expect(stderr).toContain("error: the API does not say how far the cluster is configured");
  expect(called()).not.toContain("kubeadm init --config");
  // Before its first init the administrator has no rights yet.
  host.stub("kubectl", "echo 'Error from server (Forbidden): x is forbidden'; exit 1");
  master("up", [], {}, [], soon);
  expect(called()).toMatch(/kubeadm init --config/);
});

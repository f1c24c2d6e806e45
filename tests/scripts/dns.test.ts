import { Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

test("names that do not resolve are told with the system's pods that are not ready, whichever they are", () => {
  host.stub(
    "kubectl",
    `case "$*" in
    *"kube-system get pods"*)
      printf 'True\\tkube-system\\tetcd\\tm\\t \\nFalse\\tkube-system\\tkube-proxy-1\\tm\\t \\nFalse\\tkube-system\\tcoredns\\t\\t \\n' ;;
    *"kube-flannel get pods"*) printf 'False\\tkube-flannel\\tflannel\\tm\\tCrashLoopBackOff back-off\\n' ;;
    *"get events"*kube-proxy-1*) echo 'Failed to create pod sandbox: operation not permitted' ;;
    esac`,
  );
  const script = Host.script("network/dns.sh").replace("wait_for 300 ", "wait_for 1 ");
  const { status, stderr } = host.run({ script, uses: [Host.script("network/pods.sh")] });
  expect(status).toBe(1);
  expect(stderr.split("\n").slice(1)).toEqual([
    "kube-system/kube-proxy-1 on m is not ready: no container of it was started; Failed to create pod sandbox: operation not permitted",
    "kube-system/coredns on no node is not ready: no container of it was started",
    "kube-flannel/flannel on m is not ready: CrashLoopBackOff back-off",
    "error: names do not resolve in the cluster: CoreDNS is not available; the system's pods that are not ready are above",
    "",
  ]);
});

test("names that resolve are a matter of no words", () => {
  host.stub("kubectl", "echo True");
  const run = host.run({ script: Host.script("network/dns.sh"), uses: [Host.script("network/pods.sh")] });
  expect(run).toEqual({ status: 0, stdout: "", stderr: "" });
});

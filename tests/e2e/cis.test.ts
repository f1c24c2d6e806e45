import { failuresOf, hasBenchmark } from "../support/benchmark";
import { TestMachine } from "../support/machine";
import { buildTime } from "../support/releases";
import { dockerObjects, here, TestStack, within } from "../support/stack";

// What the CIS benchmark for Kubernetes finds where a stack's file says nothing of security, and what it is about.
const name = "e2e-cis";
const machines = [
  { name: "master-1", roles: ["master", "etcd"] },
  { name: "etcd-1", roles: ["etcd"] },
  { name: "etcd-2", roles: ["etcd"] },
  { name: "worker-1", roles: ["worker"] },
];
const nodes = machines.filter(({ roles }) => !roles.every((role) => role === "etcd"));
const cluster = (subnet: string, more: object = {}) => ({
  provider: "local",
  local: { subnet },
  machines,
  workloads: { nginx: { replicas: 1 } },
  ...more,
});
const stack = new TestStack(name, cluster("172.31.201.0/24"));
const containerd = new TestStack(
  `${name}-containerd`,
  cluster("172.31.202.0/24", {
    machines: nodes,
    kubernetes: { runtime: "containerd" },
  }),
);
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);
const master = on("master-1");

beforeAll(hasBenchmark, buildTime);
afterAll(async () => {
  await stack.remove();
  await containerd.remove();
});

test("every machine of a cluster has no FAIL", async () => {
  await stack.succeed("up");
  expect(failuresOf(name, machines)).toEqual([]);
});

test("nor has any where containerd runs the pods", async () => {
  await containerd.succeed("up");
  expect(failuresOf(containerd.name, nodes)).toEqual([]);
  await containerd.succeed("destroy");
});

test("a request without a name gets four answers, and no other", () => {
  const status = (path: string) =>
    master.run(`curl -sk -o /dev/null -w '%{http_code}' --max-time 10 https://127.0.0.1:6443${path}`);
  for (const path of ["/livez", "/readyz", "/healthz", "/api/v1/namespaces/kube-public/configmaps/cluster-info"]) {
    expect([path, status(path)]).toEqual([path, "200"]);
  }
  for (const path of ["/version", "/api", "/readyz/ping", "/apis/discovery.k8s.io/v1/endpointslices"]) {
    expect([path, status(path)]).toEqual([path, "401"]);
  }
});

test("etcd is a user's that has nothing but its data, on every member", () => {
  for (const member of ["master-1", "etcd-1", "etcd-2"]) {
    expect(on(member).run("ps -o user= -p $(pgrep -xo etcd)")).toBe("etcd");
    expect(on(member).run("find /var/lib/etcd ! -user etcd")).toBe("");
    expect(on(member).run("stat -c '%U %a' /etc/etcd/pki/etcd/server.key")).toBe("etcd 600");
  }
});

test("who did what is in the audit log, and the text of a Secret is not", async () => {
  master.kubectl("create secret generic told-nobody --from-literal=key=canary-of-the-audit-log");
  await within(30, () => master.attempt("grep -q told-nobody /var/log/kubernetes/audit/audit.log").status === 0);
  expect(master.attempt("grep -q canary-of-the-audit-log /var/log/kubernetes/audit/audit.log").status).toBe(1);
  expect(master.run("stat -c %a /var/log/kubernetes/audit/audit.log")).toBe("600");
});

const pod = (name: string, namespace: string, more: object) =>
  master.attempt(`kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f - <<'EOF'
${JSON.stringify({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace },
  spec: { containers: [{ name: "c", image: "nginx:latest", imagePullPolicy: "IfNotPresent", ...more }] },
})}
EOF`);

test("a privileged pod is refused where no label lets it in, and let in where one does", () => {
  const privileged = { securityContext: { privileged: true } };
  expect(pod("escape", "default", privileged).stderr).toContain('violates PodSecurity "baseline:latest"');
  master.kubectl("create namespace trusted");
  master.kubectl("label namespace trusted pod-security.kubernetes.io/enforce=privileged");
  expect(pod("escape", "trusted", privileged).status).toBe(0);
  expect(pod("escape", "kube-system", privileged).status).toBe(0);
  master.kubectl("delete namespace trusted --wait=false");
});

test("kubelets serve with certificates of the cluster's authority, and another's request is not approved", async () => {
  const ca = "--cacert /etc/kubernetes/pki/ca.crt";
  for (const address of ["172.31.201.11", "172.31.201.14"]) {
    expect(master.run(`curl -s ${ca} -o /dev/null -w '%{http_code}' https://${address}:10250/pods`)).toBe("401");
  }
  expect(master.run("grep -c kubelet-certificate-authority /etc/kubernetes/manifests/kube-apiserver.yaml")).toBe("1");
  expect(master.kubectl("logs nginx-test --tail 1")).not.toBe("");
  // A node that was taken over asks for the name of the API server.
  const request = `cd /run && openssl req -new -newkey rsa:2048 -nodes -keyout k -subj /O=system:nodes/CN=system:node:worker-1 \
    -addext 'subjectAltName=DNS:worker-1,IP:172.31.201.11' 2>/dev/null | base64 -w 0`;
  const text = on("worker-1").run(request);
  on("worker-1").run(`kubectl --kubeconfig /etc/kubernetes/kubelet.conf create -f - <<EOF
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: { name: another }
spec: { signerName: kubernetes.io/kubelet-serving, usages: [digital signature, server auth], request: ${text} }
EOF`);
  const told = () => master.attempt("journalctl --no-pager -u keelson-approver | grep -q 'another: the node worker-1'");
  await within(30, () => told().status === 0);
  expect(master.kubectl("get csr another -o jsonpath={.status.conditions}")).toBe("");
});

test("destroy leaves nothing, the user of etcd among it", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
  expect(here("docker", "ps", "--quiet", "--filter", `name=keelson-${name}`)).toBe("");
});

import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host("kubectl", "curl", "hostname");
  host.stub("kubectl", "case \"$*\" in *'get nodes'*) printf 'm True \\nw True \\n' ;; esac");
});
afterEach(() => host.remove());

const health = () =>
  host.run({
    script: Host.script("health/health.sh").replaceAll("wait_for 60", "wait_for 1"),
    values: {
      NODES: ["m", "w"],
      MEMBERS: ["m https://192.0.2.1:2379", "e https://192.0.2.2:2379"],
      NGINX: "http://192.0.2.1:30080",
    },
  });

test("a cluster that is well says so", () => {
  const { status, stderr } = health();
  expect([status, stderr]).toEqual([0, "the API answers, etcd's members are well, and all nodes are ready\n"]);
});

test.each([
  ["an API server that does not answer", "kubectl", "*readyz*", "the API does not answer on"],
  [
    "a member of etcd that is alone",
    "curl",
    "*192.0.2.2:2379/health",
    "these are not part of a quorum: e https://192.0.2.2:2379.",
  ],
  ["nginx that does not answer", "curl", "*30080", "nginx does not answer at http://192.0.2.1:30080"],
])("%s ends the run, and is named", (_, command, call, words) => {
  host.stub(command, `case "$*" in ${call}) exit 1 ;; *'get nodes'*) printf 'm True \\nw True \\n' ;; esac`);
  const { status, stderr } = health();
  expect(status).toBe(1);
  expect(stderr).toContain(words);
});

test("a node that is not ready, and one that is not there, end the run by what the cluster says of them", () => {
  host.stub("kubectl", "case \"$*\" in *'get nodes'*) printf 'm Unknown Kubelet stopped posting\\n' ;; esac");
  const { status, stderr } = health();
  expect(status).toBe(1);
  expect(stderr).toContain("m: Kubelet stopped posting\nw has no node in the cluster\n");
  expect(stderr).toContain("systemctl restart kubelet.service on its machine makes it again; then pulumi refresh and");
});

test("where every node is there, nothing is said of nodes that are gone", () => {
  host.stub("kubectl", "case \"$*\" in *'get nodes'*) printf 'm Unknown Kubelet stopped posting\\nw True \\n' ;; esac");
  const { status, stderr } = health();
  expect(status).toBe(1);
  expect(stderr).not.toContain("makes it again");
});

import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host("journalctl", "systemctl");
  host.stub("hostname", "echo m");
  host.stub("stat", "echo /");
  host.stub("etcdctl", "exit 1");
});
afterEach(() => host.remove());

/** Refuses connections: that machine is there, and has no etcd. */
const free = "https://127.0.0.9";
/** Says nothing: a network that is nobody's. */
const silent = "https://192.0.2.77";

function begin(peers: Readonly<Record<string, string>>) {
  const others = Object.entries(peers);
  return host.up('begin_as() { log "$2"; }\nbegin', {
    uses: ["etcd/ask.sh", "etcd/membership.sh", "etcd/beginning.sh"].map((path) =>
      Host.script(path).replace("wait_for 120 ", "wait_for 0 "),
    ),
    values: {
      ...{ NAME: "m", DATA_DIR: "/var/lib/etcd", BEGINNING: "/etc/etcd/beginning.env" },
      ...{ MARK: "/var/lib/keelson/etcd-member", PEER_URL: "https://127.0.0.1:2380" },
      PEERS: others.map(([name, url]) => `${name} ${url}:2379`),
      FOUNDERS: ["m=https://127.0.0.1:2380", ...others.map(([name, url]) => `${name}=${url}:2380`)].join(","),
    },
  });
}

test("a founder begins where every other one is there, and has not begun", () => {
  expect(begin({ n: free })).toEqual({ status: 0, stdout: "", stderr: "new\n" });
});

test("a founder does not begin beside one that says nothing: votes may have been cast with it that this machine forgot", () => {
  const { status, stderr } = begin({ n: free, o: silent });
  expect(status).toBe(1);
  expect(stderr).toContain(
    `error: m has no data of etcd, and no quorum of the others answers that it could join: see whether ${free}:2379 ${silent}:2379 answer`,
  );
  expect(stderr).toContain(`What may have begun without this machine, and says nothing: o at ${silent}:2380.`);
});

test("one that has had data founds nothing, whoever is there", () => {
  host.write("var/lib/keelson/etcd-member", "/\n");
  expect(begin({ n: free }).stderr).toContain("no quorum of the others answers");
});

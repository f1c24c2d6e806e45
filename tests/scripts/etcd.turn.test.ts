import { soon } from "./etcdUnit";
import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host("systemctl", "journalctl");
  host.stub("hostname", "echo m");
  host.stub("etcdctl", "echo 'Error: no etcdctl of ours' >&2; exit 1");
});
afterEach(() => host.remove());

/** A restart of a member that is ready, answers, and does what else it is asked with curl, as these say. */
function restart(curl: string) {
  host.stub("curl", curl);
  const uses = ["ask", "membership", "snapshot", "beginning", "turn"].map((name) =>
    soon(Host.script(`etcd/${name}.sh`)),
  );
  const answering = /^healthy\(\)[^]*?^}\n/m.exec(Host.script("etcd/etcd.sh"))?.[0] ?? "";
  return host.up(
    `PKI=/etc/etcd/pki\n${answering}\nuse_new_settings() { log restarted; }\ntry_start() { :; }\nrestart_in_turn ''`,
    {
      uses,
      values: {
        ...{ CLIENT_PORT: 2379, RELEASE: "3.6.14", PEER_URL: "https://192.0.2.1:2380", PEERS: [] },
        ...{ MARK: "/var/lib/keelson/etcd-member", DATA_DIR: "/var/lib/etcd" },
      },
    },
  );
}

test("a member of a quorum that does not list its members has no turn, and is not restarted", () => {
  const { status, stderr } = restart(":");
  expect(status).toBe(1);
  expect(stderr).not.toContain("restarted\n");
  expect(stderr).toMatch(
    /error: m's member of etcd is to restart, and is part of a quorum, but etcdctl does not list its members: Error: no etcdctl of ours\. It was left as it is/,
  );
});

test("a member without a quorum restarts without a turn, and one that does not answer is left alone", () => {
  expect(restart("case $* in */readyz) exit 22 ;; esac")).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/etcd has no quorum, .*\nrestarted\n$/) as string,
  });
  const { status, stderr } = restart("exit 7");
  expect([status, stderr.includes("restarted")]).toEqual([1, false]);
  expect(stderr).toContain("neither it nor the others answer");
});

import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

describe("member.sh", () => {
  const member = () =>
    host.run({
      script: Host.script("etcd/member.sh").replace("wait_for 60", "wait_for 1"),
      uses: ["etcd/ask.sh", "etcd/membership.sh"].map((path) => Host.script(path)),
      values: {
        ...{ NAME: "m", PEERS: [], PEER_URL: "https://192.0.2.1:2380", CLIENT_URL: "https://192.0.2.1:2379" },
      },
    });
  const asked = () => host.called().filter((call) => call.startsWith("etcdctl"));

  test("waits until the member is part of a quorum", () => {
    host.stub(
      "etcdctl",
      `touch '${host.path("x")}'"$(ls '${host.path("")}' | grep -c ^x)"; [ -e '${host.path("x2")}' ]`,
    );
    expect(member()).toEqual(clean);
    expect(asked().filter((call) => call.includes(" endpoint health "))).toHaveLength(3);
    host.stub("etcdctl");
    expect(member()).toEqual(clean);
    expect(asked()).toEqual([
      expect.stringMatching(
        /^etcdctl --endpoints=https:\/\/192\.0\.2\.1:2379 .* endpoint health --command-timeout=3s$/,
      ),
      // Who takes it apart knows by that that another machine lets it go.
      expect.stringMatching(/ put keelson\/members\/m yes --command-timeout=3s$/),
    ]);
  });
  test("names the member that is not, with the last words of the one that it was asked by", () => {
    host.stub("etcdctl", "exit 1");
    host.stub("journalctl", "echo no leader");
    const { status, stderr } = member();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^timed out after 1 s waiting for etcd's member m to be well\nno leader\nerror: etcd's member m does not answer at https:\/\/192\.0\.2\.1:2379 as part of a quorum\./,
    );
  });
});

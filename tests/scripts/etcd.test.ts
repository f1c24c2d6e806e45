import { createServer, type AddressInfo } from "node:net";

import type { ScriptValue } from "../../components/machine";
import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  ["systemctl", "journalctl"].forEach((name) => host.stub(name));
});
afterEach(() => host.remove());

const clean = { status: 0, stdout: "", stderr: "" };

/** Waits of a second are long enough where nothing will come. */
const soon = (script: string) =>
  script
    .replace("start_member 3", "start_member 1")
    .replace("-ge 20", "-ge 2")
    .replaceAll("wait_for 60", "wait_for 1")
    .replaceAll("wait_for 300", "wait_for 4");

describe("etcd.sh", () => {
  const own = "https://192.0.2.1:2380";
  const values = {
    ...{ PROGRAMS: [], CERTIFICATE_CONFIG: "", CLIENT_PORT: 2379, ETCD_CA_CRT: "", ETCD_CA_KEY: "" },
    ...{ NAME: "m", PEER_URL: own, FOUNDERS: `m=${own}`, BEGINNING: "/etc/etcd/beginning.env" },
  };
  const etcd = (direction: string, directory = "/var/lib/etcd", more: Readonly<Record<string, ScriptValue>> = {}) =>
    host.run(
      {
        script: soon(Host.script("etcd/etcd.sh")),
        uses: ["artifacts/fetch.sh", "artifacts/install.sh", "etcd/certificates.sh", "etcd/membership.sh"].map((path) =>
          Host.script(path),
        ),
        values: { PEERS: [], ...values, DATA_DIR: directory, ...more },
        files: [{ path: "/etc/systemd/system/etcd.service", content: "unit" }],
      },
      direction,
    );
  beforeEach(() => {
    host.stub("curl");
    host.stub("openssl");
    host.write("usr/local/bin/etcd", "program");
    for (const name of ["server", "peer", "healthcheck-client"]) host.write(`etc/etcd/pki/etcd/${name}.crt`, name);
    host.write("var/lib/keelson/fit", "");
  });

  test("refuses a directory with data of another etcd", () => {
    host.write("var/lib/etcd/member/wal", "another's");
    const { status, stderr } = etcd("up");
    expect(status).toBe(1);
    expect(stderr).toMatch(/has data of another etcd: move it away, or set etcd\.dataDir/);
    expect(etcd("down").status).toBe(0);
    expect(host.read("var/lib/etcd/member/wal")).toBe("another's");
  });
  test("runs on its own data again, and takes it along when it goes", () => {
    expect(etcd("up")).toEqual(clean);
    host.write("var/lib/etcd/member/wal", "ours");
    host.called();
    expect(etcd("up")).toEqual(clean);
    expect(host.called()).not.toContain("systemctl restart etcd.service");
    expect(etcd("down")).toEqual(clean);
    expect(host.has("var/lib/etcd")).toBe(false);
    expect(host.has("etc/systemd/system/etcd.service")).toBe(false);
  });
  describe("starting", () => {
    const starts = (body: string) => host.stub("systemctl", `case $1 in is-active) exit 1 ;; restart) ${body} ;; esac`);
    const started = "var/lib/keelson/units/etcd.service";

    test("does not wait for the others, without whom it is not ready", () => {
      starts("exec sleep 30");
      host.stub("curl", "exit 1");
      const began = Date.now();
      expect(etcd("up")).toEqual(clean);
      expect(Date.now() - began).toBeLessThan(15_000);
      // It is on its way: nobody starts it a second time for nothing.
      expect(host.has(started)).toBe(true);
      expect(host.called().filter((call) => call.startsWith("curl"))).toEqual([]);
    });
    test("is told where it fails at once", () => {
      starts("exit 1");
      host.stub("journalctl", "echo no such flag");
      const { status, stderr } = etcd("up");
      expect(status).toBe(1);
      expect(stderr).toMatch(/^no such flag\nerror: unit etcd\.service does not run on /);
      expect(host.has(started)).toBe(false);
    });
  });
  describe("beginning without data", () => {
    const other = "https://192.0.2.2:2380";
    const listener = createServer();
    beforeAll(async () => new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve)));
    afterAll(() => listener.close());

    /** Begins where the other members answer with these lines, and add this one at the end. */
    function begin(members: readonly string[], founders = `m=${own},n=${other}`): string {
      host.write("members", members.map((line) => `${line}\n`).join(""));
      const file = host.path("members");
      host.stub(
        "etcdctl",
        `case "$*" in
        *"member list"*) cat '${file}' ;;
        *"member remove 1"*) sed -i /^1,/d '${file}' ;;
        *"member add m"*) ! grep -qE '^1,.*(127.0.0.1:1,|unstarted)' '${file}' || exit 1; echo '2, unstarted, , ${own}, , true' >>'${file}' ;;
        *"member promote 2"*) sed -i 's/^2,.*/2, started, m, x, y, false/' '${file}' ;;
        *) exit 1 ;;
        esac`,
      );
      const { port } = listener.address() as AddressInfo;
      const peers = members.length > 0 ? [`n https://127.0.0.1:${port}`] : ["n https://127.0.0.1:1"];
      expect(etcd("up", "/var/lib/etcd", { PEERS: peers, FOUNDERS: founders }).status).toBe(0);
      return host.read("etc/etcd/beginning.env");
    }
    const is = (members: string, state: string) =>
      `ETCD_INITIAL_CLUSTER=${members}\nETCD_INITIAL_CLUSTER_STATE=${state}\n`;
    const theirs = `7, started, n, ${other}, https://192.0.2.2:2379, false`;
    const here = () => `https://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    const alive = () => `7, started, n, ${other}, ${here()}, false`;
    const called = () => host.called().filter((call) => /member (add|remove|promote)/.test(call));

    test("is the founders' together, where nobody answers", () => {
      expect(begin([])).toBe(is(`m=${own},n=${other}`, "new"));
    });
    test("is the founders' also where the others were faster", () => {
      expect(begin([theirs, `1, started, m, ${own}, , false`])).toBe(is(`m=${own},n=${other}`, "new"));
      expect(called()).toEqual([]);
    });
    test("is a learner's, and then a member's, where a cluster is there", () => {
      expect(begin([theirs], `n=${other}`)).toBe(is(`n=${other},m=${own}`, "existing"));
      expect(called().map((call) => /member (.*)/.exec(call)?.[1])).toEqual([
        `add m --learner --peer-urls=${own}`,
        "promote 2",
      ]);
    });
    test("waits until a dead member that is to leave has left", () => {
      const dead = "1, started, x, https://192.0.2.9:2380, https://127.0.0.1:1, false";
      expect(begin([alive(), dead], `n=${other}`)).toBe(is(`n=${other},m=${own}`, "existing"));
      expect(called().map((call) => /member (\w+)/.exec(call)?.[1])).toEqual(["add", "remove", "add", "promote"]);
    });
    test("waits some seconds for a learner that has just been added, and gives up one that never began", () => {
      const learner = "1, unstarted, x, https://127.0.0.1:1, , true";
      expect(begin([alive(), learner], `n=${other}`)).toBe(is(`n=${other},m=${own}`, "existing"));
      const calls = called().map((call) => /member (\w+)/.exec(call)?.[1] ?? "");
      const before = calls.indexOf("remove");
      expect(before).toBeGreaterThan(2);
      expect(calls).toEqual([...Array<string>(before).fill("add"), "remove", "add", "promote"]);
    });
    test("is patient with a learner that has begun", () => {
      const learner = `1, unstarted, x, ${here()}, , true`;
      expect(() => begin([alive(), learner], `n=${other}`)).toThrow();
      expect(called().filter((call) => call.includes("remove"))).toEqual([]);
    });
    test("waits until it is well where a majority is there, which needs nobody else", () => {
      host.stub("curl", "exit 1");
      host.stub("journalctl", "echo the last lines");
      expect(() => begin([theirs], `n=${other}`)).toThrow();
      host.called();
      host.stub("curl");
      begin([theirs], `n=${other}`);
      expect(host.called().filter((call) => call.includes("/readyz"))).toHaveLength(1);
    });
    test("goes on where it was cut off", () => {
      expect(begin([theirs, `2, unstarted, , ${own}, , true`])).toBe(is(`n=${other},m=${own}`, "existing"));
      expect(called().map((call) => /member (.*)/.exec(call)?.[1])).toEqual(["promote 2"]);
    });
    test("is a new member's where its data is lost", () => {
      expect(begin([theirs, `1, started, m, ${own}, https://192.0.2.1:2379, false`])).toBe(
        is(`n=${other},m=${own}`, "existing"),
      );
      expect(called().map((call) => /member (\w+)/.exec(call)?.[1])).toEqual(["remove", "add", "promote"]);
    });
  });
  test("leaves no key of the authority on the machine", () => {
    etcd("up");
    expect(host.has("etc/etcd/pki/etcd/ca.key")).toBe(false);
    host.stub("openssl", "exit 1");
    host.write(
      "usr/local/lib/keelson/kubeadm",
      `[ -e '${host.path("etc/etcd/pki/etcd/ca.key")}' ] && echo signs >&2; exit 1`,
    );
    host.up(`chmod +x '${host.path("usr/local/lib/keelson/kubeadm")}'`);
    const { status, stderr } = etcd("up");
    expect(status).not.toBe(0);
    expect(stderr).toContain("signs");
    expect(host.has("etc/etcd/pki/etcd/ca.key")).toBe(false);
  });
});

describe("member.sh", () => {
  const member = () =>
    host.run({
      script: Host.script("etcd/member.sh").replace("wait_for 60", "wait_for 1"),
      uses: [Host.script("etcd/membership.sh")],
      values: {
        ...{ NAME: "m", PEERS: [], PEER_URL: "https://192.0.2.1:2380", CLIENT_URL: "https://192.0.2.1:2379" },
      },
    });
  const asked = () => host.called().filter((call) => call.startsWith("etcdctl"));

  test("waits until the member is one of a majority", () => {
    host.stub(
      "etcdctl",
      `touch '${host.path("x")}'"$(ls '${host.path("")}' | grep -c ^x)"; [ -e '${host.path("x2")}' ]`,
    );
    expect(member()).toEqual(clean);
    expect(asked()).toHaveLength(3);
    host.stub("etcdctl");
    expect(member()).toEqual(clean);
    expect(asked()).toEqual([
      expect.stringMatching(
        /^etcdctl --endpoints=https:\/\/192\.0\.2\.1:2379 .* endpoint health --command-timeout=3s$/,
      ),
    ]);
  });
  test("names the member that is not, with the last words of the one that it was asked by", () => {
    host.stub("etcdctl", "exit 1");
    host.stub("journalctl", "echo no leader");
    const { status, stderr } = member();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^gave up after 1 s waiting for etcd's member m to be well\nno leader\nerror: etcd's member m does not answer at https:\/\/192\.0\.2\.1:2379 as one of a majority\./,
    );
  });
});

import { createServer, type AddressInfo } from "node:net";

import type { ScriptValue } from "../../components/script";
import { memberScripts, soon, unitOf } from "./etcdUnit";
import { clean, Host } from "./host";
import { allIsCurrent } from "./renewed";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.stub("journalctl");
  unit();
});
afterEach(() => host.remove());

const unit = (starts?: string) => unitOf(host, starts);

describe("etcd.sh", () => {
  const own = "https://192.0.2.1:2380";
  const values = {
    ...{
      PROGRAMS: [],
      CERTIFICATE_CONFIG: "",
      CLIENT_PORT: 2379,
      ETCD_CA_CRT: "",
      ETCD_ISSUER_CRT: "",
      ETCD_CA_KEY: "",
      TRUSTED: "1",
    },
    ...{ NAME: "m", PEER_URL: own, FOUNDERS: `m=${own}`, BEGINNING: "/etc/etcd/beginning.env" },
    ...{ MARK: "/var/lib/keelson/etcd-member", RELEASE: "3.6.14", ETCD_USER: "root" },
  };
  const etcd = (direction: string, directory = "/var/lib/etcd", more: Readonly<Record<string, ScriptValue>> = {}) =>
    host.run(
      {
        script: soon(Host.script("etcd/etcd.sh")),
        uses: [...memberScripts, allIsCurrent],
        values: { PEERS: [], ...values, DATA_DIR: directory, DIRECTORIES: [directory], ...more },
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

  const apart = { DIRECTORIES: ["/var/lib/etcd", "/var/lib/wal"] };
  test.each(["etcd", "wal"])("refuses a directory with data of another etcd, %s", (name) => {
    host.write(`var/lib/${name}/member/wal`, "another's");
    const { status, stderr } = etcd("up", undefined, apart);
    expect(status).toBe(1);
    expect(stderr).toMatch(/has data of another cluster's etcd: move it away, or set etcd\.dataDir/);
    expect(etcd("down", undefined, apart).status).toBe(0);
    expect(host.read(`var/lib/${name}/member/wal`)).toBe("another's");
  });
  test("runs on its own data again, and takes it along when it goes", () => {
    expect(etcd("up", undefined, apart)).toEqual(clean);
    for (const name of ["etcd", "wal"]) host.write(`var/lib/${name}/member/wal`, "ours");
    host.called();
    expect(etcd("up", undefined, apart)).toEqual(clean);
    expect(host.called()).not.toContain("systemctl restart etcd.service");
    expect(etcd("down", undefined, apart)).toEqual(clean);
    expect([host.has("var/lib/etcd"), host.has("var/lib/wal/member")]).toEqual([false, false]);
    expect(host.has("etc/systemd/system/etcd.service")).toBe(false);
  });
  test("takes a disk with nothing but lost+found for empty, and leaves it mounted when it goes", () => {
    host.write("var/lib/etcd/lost+found/x", "");
    host.up(`rm '${host.path("var/lib/etcd/lost+found/x")}'`);
    expect(etcd("up")).toEqual(clean);
    host.write("var/lib/etcd/member/wal", "ours");
    // Of the same file system.
    host.mounts("var/lib/etcd/bound");
    host.write("var/lib/etcd/bound/x", "theirs");
    expect(etcd("down")).toEqual(clean);
    expect(host.has("var/lib/etcd/member")).toBe(false);
    expect(host.has("var/lib/etcd/lost+found")).toBe(true);
    expect(host.read("var/lib/etcd/bound/x")).toBe("theirs");
  });
  test("does not begin anew where its data is gone, or its disk is another", () => {
    expect(etcd("up")).toEqual(clean);
    expect(host.read("var/lib/keelson/etcd-member")).toMatch(/^\/.*\n$/);
    host.called();
    const running = etcd("up");
    expect(running.status).toBe(1);
    expect(running.stderr).toMatch(/was deleted, and etcd still runs with what is deleted: save it now/);
    host.up(`rm '${host.path("active")}'`);
    expect(etcd("up").stderr).toMatch(/is not there, where the data of the only member of etcd was/);
    host.write("var/lib/keelson/etcd-member", "/disk\n");
    expect(etcd("up").stderr).toMatch(/was on the file system at \/disk when etcd had its data there.*mount it/);
    expect(host.called().filter((call) => / restart /.test(call))).toEqual([]);
  });
  describe("starting", () => {
    const started = "var/lib/keelson/units/etcd.service";

    test("does not wait for the others, without whom it is not ready", () => {
      unit("exec sleep 30");
      host.stub("curl", "exit 1");
      const began = Date.now();
      expect(etcd("up")).toEqual(clean);
      expect(Date.now() - began).toBeLessThan(15_000);
      // It is on its way: nobody starts it a second time for nothing.
      expect(host.has(started)).toBe(true);
      expect(host.called().filter((call) => call.startsWith("curl"))).toHaveLength(1);
    });
    test("is told where it fails at once", () => {
      unit("false");
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
    function begin(members: readonly string[], founders = "", more: readonly string[] = []): string {
      host.write("members", members.map((line) => `${line}\n`).join(""));
      const file = host.path("members");
      host.stub(
        "etcdctl",
        `case "$*" in
        *"member list"*) cat '${file}' ;;
        *"member remove 1"*) sed -i /^1,/d '${file}' ;;
        *"member add m"*) ! grep -qE '^1,.*(127.0.0.[19]:|unstarted)' '${file}' || exit 1; echo '2, unstarted, , ${own}, , true' >>'${file}' ;;
        *"member promote 2"*) sed -i 's|^2,.*|2, started, m, ${own}, y, false|' '${file}' ;;
        *) exit 1 ;;
        esac`,
      );
      const { port } = listener.address() as AddressInfo;
      const peers = members.length > 0 ? [`n https://127.0.0.1:${port}`] : ["n https://127.0.0.1:1"];
      expect(etcd("up", "/var/lib/etcd", { PEERS: [...peers, ...more], FOUNDERS: founders }).status).toBe(0);
      return host.read("begun");
    }
    const founders = `m=${own},n=https://127.0.0.1:2380`;
    const is = (members: string, state: string) =>
      `ETCD_INITIAL_CLUSTER=${members}\nETCD_INITIAL_CLUSTER_STATE=${state}\n`;
    const theirs = `7, started, n, ${other}, https://192.0.2.2:2379, false`;
    const here = () => `https://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    const alive = () => `7, started, n, ${other}, ${here()}, false`;
    const called = () => host.called().filter((call) => /member (add|remove|promote)/.test(call));

    test("is the founders' together, where nobody answers", () => {
      expect(begin([], founders)).toBe(is(founders, "new"));
    });
    test("is the founders' also where the others were faster", () => {
      expect(begin([theirs, `1, started, m, ${own}, , false`], founders)).toBe(is(founders, "new"));
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
      const learner = "1, unstarted, x, https://127.0.0.9:2380, , true";
      const x = ["x https://127.0.0.9:2379"];
      expect(begin([alive(), learner], `n=${other}`, x)).toBe(is(`n=${other},m=${own}`, "existing"));
      const calls = called().map((call) => /member (\w+)/.exec(call)?.[1] ?? "");
      const before = calls.indexOf("remove");
      expect(before).toBeGreaterThan(2);
      expect(calls).toEqual([...Array<string>(before).fill("add"), "remove", "add", "promote"]);
    });
    test("is patient with a learner that has begun", async () => {
      const begun = createServer();
      await new Promise<void>((resolve) => begun.listen(2380, "127.0.0.9", resolve));
      const learner = "1, unstarted, x, https://127.0.0.9:2380, , true";
      expect(() => begin([alive(), learner], `n=${other}`, ["x https://127.0.0.9:2379"])).toThrow();
      expect(called().filter((call) => call.includes("remove"))).toEqual([]);
      begun.close();
    });
    test.each([
      ["a learner", () => `1, started, x, https://127.0.0.9:1, ${here()}, true`],
      ["one that never began", () => "1, unstarted, , https://127.0.0.9:1, , false"],
    ])("does not wait for what a join that was given up has left, %s", (_, left) => {
      expect(begin([alive(), left()], `n=${other}`)).toBe(is(`n=${other},m=${own}`, "existing"));
      expect(called().map((call) => /member (\w+)/.exec(call)?.[1])).toEqual(["add", "remove", "add", "promote"]);
    });
    test("is never the founder's where another has begun, cannot be asked, or was no founder", () => {
      const { port } = listener.address() as AddressInfo;
      const founds = (peers: readonly string[]) =>
        etcd("up", "/var/lib/etcd", {
          PEERS: peers,
          PEER_URL: `https://192.0.2.1:${port}`,
          FOUNDERS: founders.join(","),
        });
      const founders = [`m=https://192.0.2.1:${port}`, `n=https://127.0.0.1:${port}`];
      host.stub("etcdctl", "exit 1");
      for (const answer of [`echo '[{"id":1,"clientURLs":["${here()}"]}]'`, "exit 56"]) {
        host.stub("curl", answer);
        expect(founds([`n ${here()}`]).stderr).toMatch(/no quorum of the others answers/);
      }
      const grown = etcd("up", "/var/lib/etcd", { PEERS: ["n https://127.0.0.9:1"], FOUNDERS: `m=${own}` });
      expect(grown.stderr).toMatch(/no quorum of the others answers/);
      host.stub("curl", `echo '[{"id":1,"peerURLs":["x"]}]'`);
      expect(founds([`n ${here()}`]).status).toBe(0);
      expect(host.read("begun")).toBe(is(founders.join(","), "new"));
    });
    test("is proved: a run that cannot see its vote fails", () => {
      host.write("var/lib/keelson/etcd-joining", "");
      host.write("var/lib/keelson/etcd-data", `${host.path("var/lib/etcd")}\n`);
      host.write("var/lib/etcd/member/wal", "ours");
      host.stub("etcdctl", "exit 1");
      const { status, stderr } = etcd("up", "/var/lib/etcd", { PEERS: [`n ${here()}`] });
      expect(status).toBe(1);
      expect(stderr).toMatch(/has no vote: it does not catch up with the others, or they do not answer/);
    });
    test("waits until it is well where a quorum is there, which needs nobody else", () => {
      host.stub("curl", "exit 1");
      host.stub("journalctl", "echo the last lines");
      expect(() => begin([theirs], `n=${other}`)).toThrow();
      host.called();
      host.stub("curl");
      begin([theirs], `n=${other}`);
      expect(host.called().filter((call) => call.includes("/readyz"))).toHaveLength(2);
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
});

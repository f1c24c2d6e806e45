import { createServer, type AddressInfo } from "node:net";

import { Host } from "./host";

let host: Host;
const listener = createServer();
beforeAll(async () => new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve)));
afterAll(() => listener.close());
beforeEach(() => {
  host = new Host();
  host.stub("systemctl");
  host.stub("hostname", "echo a");
  host.write("var/lib/keelson/fit", "");
  host.write("etc/etcd/pki/etcd/healthcheck-client.crt", "");
});
afterEach(() => host.remove());

const clean = { status: 0, stdout: "joined no\n", stderr: "" };
const peer = (name: string) => `https://${name}.example.com:2380`;
/** The member on the machine itself answers; where its etcd is dead, nobody asks it. */
const client = (name: string) =>
  name === "a" ? `https://127.0.0.1:${(listener.address() as AddressInfo).port}` : `https://${name}.example.com:2379`;
const line = (name: string) => `${name}0, started, ${name}, ${peer(name)}, ${client(name)}, false`;

interface Situation {
  /** Members that etcd knows, by name, or whole lines. */
  readonly known: readonly string[];
  /** Those among them that do not answer. */
  readonly silent?: readonly string[];
  /** Members that there are to be. */
  readonly target: readonly string[];
}

/** Runs the preflight on machine a. */
function preflight({ known, silent = [], target }: Situation) {
  const lines = known.map((member) => (member.includes(",") ? member : line(member)));
  host.write("members", lines.map((text) => `${text}\n`).join(""));
  const down = silent.map((name) => `--endpoints=${client(name)}`).join("|");
  host.stub(
    "etcdctl",
    `case "$*" in
    *"member list"*) cat '${host.path("members")}' ;;
    *"endpoint health"*) case $1 in ${down || "none"}) exit 1 ;; esac ;;
    *) exit 1 ;;
    esac`,
  );
  return run(target);
}

const run = (target: readonly string[], restore = 0) =>
  host.run({
    script: Host.script("machine/preflight.sh"),
    uses: [
      ...["etcd/ask.sh", "etcd/membership.sh", "etcd/quorum.sh"].map((path) => Host.script(path)),
      'check_fitness() { [ -e "$STATE/fit" ] || problem "it is unfit"; }\ncheck_others() { :; }',
    ],
    values: {
      CLUSTER: "an-id prod",
      SWAP_ALLOWED: "false",
      PORTS: [],
      ROLES: ["etcd"],
      PEERS: [`a ${client("a")}`],
      PEER_URL: peer("a"),
      TARGET: target.map(peer),
      RESTORE: restore,
    },
  });

const refusal = (...problems: readonly string[]) =>
  `a is not fit, and nothing was changed on it:\n${problems.map((text) => `  - ${text}\n`).join("")}`;
const silence = (name: string) => `etcd: the member ${name} (${name}0, started) does not answer at ${client(name)}\n`;
const strange = (...names: readonly string[]) =>
  `etcd has members that are no machine of the stack: ${names.map((name) => `${name} (${name}0, ${peer(name)})`).join(", ")}. One that does not ` +
  "leave in this run is left from a join that failed: etcdctl member remove ID removes it\n";
const safeOrder = (names: string) =>
  `The safe order: start ${names}, or mark it as lost, and run up; then change the others`;

describe("a change of etcd's members is accepted", () => {
  test.each<[string, Situation]>([
    ["where all are well, and nothing changes", { known: ["a", "b", "c"], target: ["a", "b", "c"] }],
    ["from one to three", { known: ["a"], target: ["a", "b", "c"] }],
  ])("%s", (_, situation) => expect(preflight(situation)).toEqual(clean));

  test.each<[string, Situation, readonly string[]]>([
    ["where all are well, and members come and go", { known: ["a", "b", "c"], target: ["a", "d", "e"] }, ["b", "c"]],
    ["from three to one", { known: ["a", "b", "c"], target: ["a"] }, ["b", "c"]],
    [
      "where the one that is silent leaves, and another takes its place",
      { known: ["a", "b", "c"], silent: ["c"], target: ["a", "b", "d"] },
      ["c"],
    ],
    ["where the one that is silent leaves", { known: ["a", "b", "c"], silent: ["c"], target: ["a"] }, ["b", "c"]],
  ])("%s; those that no machine has are named", (_, situation, names) =>
    expect(preflight(situation)).toEqual({ ...clean, stderr: strange(...names) }),
  );

  test("where one that is to stay is silent, and none is to join; it is told", () => {
    const target = ["a", "b", "c"];
    expect(preflight({ known: target, silent: ["b"], target })).toEqual({ ...clean, stderr: silence("b") });
  });
  test("without asking a learner, which has no vote, or a member that never began, and does not cast its", () => {
    const learner = `d0, started, d, ${peer("d")}, ${client("d")}, true`;
    const unstarted = `e0, unstarted, , ${peer("e")}, , false`;
    const known = ["a", "b", learner, unstarted];
    expect(preflight({ known, silent: ["d", "e"], target: ["a", "b", "d", "e"] })).toEqual(clean);
    const asked = host.called().filter((call) => call.includes("endpoint health"));
    expect(asked.map((call) => /--endpoints=(\S+)/.exec(call)?.[1])).toEqual([client("a"), client("b")]);
  });
});

describe("a change of etcd's members is refused", () => {
  test("where one that never began would have to vote", () => {
    const unstarted = `e0, unstarted, , ${peer("e")}, , false`;
    expect(preflight({ known: ["a", unstarted], target: ["a", "e"] }).stderr).toBe(
      refusal("etcd has 2 members, of which 1 are healthy, and adds or removes none: start those that are down"),
    );
  });
  test("where etcd has no quorum that could order it", () => {
    host.stub("etcdctl", "exit 1");
    expect(run(["a", "b", "c"])).toEqual({
      ...clean,
      stdout: "",
      status: 1,
      stderr: refusal("etcd has no quorum, so members can neither be added nor removed: start those that are down"),
    });
  });
  test("where more of them are silent than may be", () => {
    const target = ["a", "b", "c"];
    expect(preflight({ known: target, silent: ["b", "c"], target })).toEqual({
      ...clean,
      stdout: "",
      status: 1,
      stderr: `${silence("b")}${silence("c")}${refusal(
        "etcd has 3 members, of which 1 are healthy, and adds or removes none: start those that are down",
        `of the members that etcd is to have (3), 1 would vote, because b, c does not answer. ${safeOrder("b, c")}`,
      )}`,
    });
  });
  test("where one that stays is silent, and a new one is to join", () => {
    const target = ["a", "b", "c", "d", "e"];
    expect(preflight({ known: ["a", "b", "c"], silent: ["c"], target })).toEqual({
      ...clean,
      stdout: "",
      status: 1,
      stderr: `${silence("c")}${refusal(
        ...["d", "e"].map((name) => `etcd adds no member at ${peer(name)} while c does not answer. ${safeOrder("c")}`),
      )}`,
    });
  });
  test("where the one that stays of three is the silent one", () => {
    expect(preflight({ known: ["a", "b", "c"], silent: ["b"], target: ["b"] })).toEqual({
      ...clean,
      stdout: "",
      status: 1,
      stderr: `${silence("b")}${strange("a", "c")}${refusal(
        `of the members that etcd is to have (1), 0 would vote, because b does not answer. ${safeOrder("b")}`,
      )}`,
    });
  });
  test("where half of those that stay would be silent", () => {
    expect(preflight({ known: ["a", "b", "c", "d", "e"], silent: ["b"], target: ["a", "b"] }).stderr).toBe(
      `${silence("b")}${strange("c", "d", "e")}${refusal(
        `of the members that etcd is to have (2), 1 would vote, because b does not answer. ${safeOrder("b")}`,
      )}`,
    );
  });
});

describe("nobody is asked", () => {
  test("where the machine has no member yet", () => {
    host.up(`rm '${host.path("etc/etcd/pki/etcd/healthcheck-client.crt")}'`);
    expect(preflight({ known: [], target: ["a"] })).toEqual(clean);
    expect(host.called()).toEqual([]);
  });
  test("where its member does not run, which the run that follows starts", () => {
    host.stub("systemctl", "exit 3");
    expect(preflight({ known: [], target: ["a"] })).toEqual(clean);
    expect(host.called()).toEqual(["systemctl is-active --quiet etcd.service"]);
  });
});

describe("where a certificate by which members are asked", () => {
  const certify = (name: string, days: number) => {
    const made = `openssl req -newkey rsa:2048 -nodes -keyout key -subj /CN=etcd -out request
      openssl x509 -req -in request -signkey key -days ${days} -out '${host.path(`etc/etcd/pki/etcd/${name}.crt`)}'`;
    expect(host.up(`cd '${host.path("etc")}'\n${made}`).status).toBe(0);
  };
  beforeEach(() => host.stub("etcdctl", "exit 1"));

  test.each(["server", "peer", "healthcheck-client"])(
    "has ended (%s), the run that renews it is let through",
    (name) => {
      certify(name, 0);
      const file = host.path(`etc/etcd/pki/etcd/${name}.crt`);
      expect(run(["a", "b", "c"])).toEqual({
        ...clean,
        stderr: `etcd: ${file} has ended, and is renewed before anybody is asked for the members\n`,
      });
    },
  );
  test("has not, a quorum that is not there is told as ever", () => {
    certify("server", 1);
    expect(run(["a", "b", "c"]).stderr).toContain("etcd has no quorum");
  });
});

describe("a restore that was given up when a member had changed its data, and others had not,", () => {
  beforeEach(() => {
    host.write("var/lib/keelson/restore/swap", "2\n");
    host.stub("systemctl", "exit 3");
  });
  const way =
    "the restore 2 of etcd is half done here, and the API may be away for it: put etcd.restore back, with the generation 2 or a higher one, and run up";

  test.each([0, 1])("is named, for nothing else would end it (%d)", (restore) => {
    expect(run(["a"], restore)).toEqual({ ...clean, stdout: "", status: 1, stderr: refusal(way) });
    host.write("var/lib/keelson/restore/resume", "1\n");
    expect(run(["a"], restore).stderr).toBe(refusal(way));
    host.up(`rm '${host.path("etc/etcd/pki/etcd/healthcheck-client.crt")}'`);
    expect(run(["a"], restore).stderr).toBe(refusal(way));
  });
  test("goes on where it is asked for again", () => {
    for (const restore of [2, 3]) expect(run(["a"], restore)).toEqual(clean);
  });
  test("is none where it has ended", () => {
    host.write("var/lib/keelson/restore/resume", "2\n");
    expect(run(["a"])).toEqual(clean);
  });
});

test("an unfit machine is refused for that as well", () => {
  host.up(`rm '${host.path("var/lib/keelson/fit")}'`);
  const { status, stderr } = preflight({ known: ["a", "b", "c"], silent: ["b"], target: ["b"] });
  expect(status).toBe(1);
  expect(stderr).toMatch(/ {2}- it is unfit\n {2}- of the members that etcd is to have \(1\)/);
});

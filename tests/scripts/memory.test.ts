import { chmodSync, rmSync, statSync } from "node:fs";

import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host("systemctl", "journalctl", "hostname")));
afterEach(() => host.remove());

const scripts = "var/lib/keelson/scripts";
const run = () => host.read(`${scripts}/test/ran`).trim().split(" ");
const wrote = () => host.read(`${scripts}/test/wrote`).replaceAll(host.root, "").trim().split("\n");
const put = (path: string, text: string) => `printf '%s\\n' '${text}' | put '${host.path(path)}' 0640`;

describe("a script that runs", () => {
  test("is remembered with its program, and that it has ended", () => {
    expect(host.up(":", { values: { PROGRAM: "abc" } })).toEqual(clean);
    expect(run().slice(0, 2)).toEqual(["done", "abc"]);
    const [, , first] = run();
    host.up(":");
    expect(run()[2]).not.toBe(first);
    expect(statSync(host.path("var/lib/keelson")).mode & 0o777).toBe(0o700);
  });
  test("is remembered with the token of a run that mends, until the next", () => {
    const script = "up() { [ -z \"${FAILS:-}\" ] || die 'it broke'; }\ndown() { :; }";
    for (const [fails, state] of [
      ["", "done"],
      ["yes", "running"],
    ] as const) {
      host.run({ script, values: { FAILS: fails } }, "up 7-8");
      expect([run()[0], run()[3]]).toEqual([state, "7-8"]);
    }
    host.run({ script });
    expect(run()).toHaveLength(3);
  });
  test("is remembered as under way where it fails, or is killed", () => {
    host.up("die 'it broke'");
    expect(run()[0]).toBe("running");
    host.up(":");
    expect(run()[0]).toBe("done");
    host.up("kill -9 $$; sleep 1");
    expect(run()[0]).toBe("running");
  });
  test("is forgotten when it is undone", () => {
    host.up(":");
    host.run({ script: "up() { :; }\ndown() { :; }" }, "down");
    expect(host.has(`${scripts}/test`)).toBe(false);
    expect(host.read(`${scripts}/order`)).toBe("");
  });
  test("answers for what it left, but not for what is gone at its end", () => {
    host.write("proc/sys/net/ipv4/ip_forward", "0\n");
    host.up(
      [
        `${put("etc/a", "one")}; ${put("etc/b", "two")}; rm '${host.path("etc/b")}'`,
        `run_unit a.service '${host.path("etc/a")}'; note kernel net.ipv4.ip_forward; note package socat`,
        `echo program >'${host.path("opt-program")}'; note program '${host.path("opt-program")}'`,
      ].join("\n"),
    );
    const owner = /:640:\w+:\w+/;
    expect(wrote()).toEqual([
      "kernel 0 net.ipv4.ip_forward",
      "package installed socat",
      "unit active a.service",
      expect.stringMatching(new RegExp(`^file [0-9a-f]{16}${owner.source} /etc/a$`)),
      expect.stringMatching(/^program 8:\d+:\d+:\w+:\w+ \/opt-program$/),
    ]);
  });
  test("tells of a file that others answer for as well, as it left it, and disturbs nobody who is at work", () => {
    host.up(put("etc/a", "one"), { name: "owner" });
    host.write(`${scripts}/owner/wrote.new`, "file /etc/b\n");
    host.up(put("etc/a", "two"));
    expect(host.read(`${scripts}/owner/wrote`)).toBe(host.read(`${scripts}/test/wrote`));
    expect(host.read(`${scripts}/owner/wrote.new`)).toBe("file /etc/b\n");
  });
  test("does not answer for a file that whoever it is left to changes as well", () => {
    host.up(`${put("etc/a", "one")}; ${put("etc/b", "two")}; disown_file '${host.path("etc/a")}'`);
    expect(wrote()).toEqual([expect.stringMatching(/ \/etc\/b$/)]);
  });
  test("notes what is done beside it, too", () => {
    host.up(`{ ${put("etc/a", "one")}; } & wait`);
    expect(wrote()).toEqual([expect.stringMatching(/ \/etc\/a$/)]);
  });
});

describe("a file that somebody changed by hand", () => {
  const unit = () => host.up(`${put("etc/a", "ours")}\nrun_unit a.service '${host.path("etc/a")}'`);
  const restarts = () => host.called().filter((call) => call.startsWith("systemctl restart")).length;

  test("is written again, and what may have read it starts anew", () => {
    unit();
    expect(restarts()).toBe(1);
    host.write("etc/a", "theirs\n");
    expect(unit()).toEqual(clean);
    expect([host.read("etc/a"), restarts()]).toEqual(["ours\n", 1]);
    expect(unit()).toEqual(clean);
    expect(restarts()).toBe(0);
  });
  test("is no reason to restart where it is the script itself that takes a change back before its turn", () => {
    unit();
    restarts();
    host.up(put("etc/a", "other"));
    expect(unit()).toEqual(clean);
    expect(restarts()).toBe(0);
  });
  test("may have another mode alone", () => {
    unit();
    chmodSync(host.path("etc/a"), 0o666);
    restarts();
    unit();
    expect([statSync(host.path("etc/a")).mode & 0o777, restarts()]).toEqual([0o640, 1]);
  });
});

describe("what the state knows nothing of", () => {
  const script = (name: string) => ({
    name,
    script: `readonly WHERE=${host.path("made")}/${name}\nup() { mkdir -p "$WHERE"; echo "$VALUE" >"$WHERE/$TOKEN"; die broken; }\ndown() { rm -r "$WHERE"; echo "undone $SCRIPT by $UNDONE_BY" >&2; }`,
    values: { VALUE: "a 'value'\nof two lines", TOKEN: "canary-token" },
    secrets: ["TOKEN"],
  });
  const preflight = (direction: string) =>
    host.run(
      {
        name: "m-preflight",
        script: Host.script("machine/preflight.sh"),
        uses: ["check_fitness() { :; }", "check_others() { :; }"],
        values: { SWAP_ALLOWED: "true", PORTS: [], ROLES: ["worker"], CLUSTER: "id prod" },
        secrets: [],
      },
      direction,
    );
  beforeEach(() => host.write("var/lib/keelson/fit", ""));

  test("is taken back when the machine leaves, the last first, without the secrets that it was made with", () => {
    expect(preflight("up")).toMatchObject({ status: 0, stderr: "" });
    expect([host.run(script("one")).status, host.run(script("two")).status]).toEqual([1, 1]);
    expect(host.has("made/one/canary-token")).toBe(true);
    const undo = host.read(`${scripts}/one/undo`);
    expect(undo).not.toContain("canary-token");
    expect(statSync(host.path(`${scripts}/one/undo`)).mode & 0o777).toBe(0o600);
    const { status, stderr } = preflight("down");
    expect([status, stderr.match(/^undone .*$/gm)]).toEqual([
      0,
      ["undone two by m-preflight", "undone one by m-preflight"],
    ]);
    expect([host.has("made/one"), host.has("made/two"), host.has("var/lib/keelson")]).toEqual([false, false, false]);
  });
  test("has no line of a secret of several lines, as bash before 5.2 tells of those", () => {
    preflight("up");
    const older = `readonly() { if [ "$*" = -p ]; then builtin readonly -p | sed 's/\\\\n/\\n/g'; else builtin readonly "$@"; fi; }\n`;
    const one = script("one");
    host.run({
      ...one,
      script: older + one.script,
      values: { ...one.values, KEYS: "ca.key canary-1\nsa.key canary-2" },
      secrets: ["TOKEN", "KEYS"],
    });
    expect(host.read(`${scripts}/one/undo`)).not.toContain("canary");
    expect(preflight("down").status).toBe(0);
    expect(host.has("made/one")).toBe(false);
  });
  test("can be taken back by whoever has nothing but the machine", () => {
    preflight("up");
    host.run(script("one"));
    const { status } = host.bash(`bash "${host.path("var/lib/keelson/undo")}"`);
    expect([status, host.has("made/one"), host.has("var/lib/keelson")]).toEqual([0, false, false]);
  });
  test("stays remembered where it cannot be taken back", () => {
    preflight("up");
    host.run(script("one"));
    rmSync(host.path("made/one"), { recursive: true });
    expect(preflight("down")).toMatchObject({ status: 1 });
    expect(host.has(`${scripts}/one/undo`)).toBe(true);
  });
});

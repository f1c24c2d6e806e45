import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";

import { artifactScripts } from "../../components/artifacts";
import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host("systemctl", "journalctl", "hostname")));
afterEach(() => host.remove());

const path = "usr/local/bin/tool";
const uses = artifactScripts.map((file) => readFileSync(file, "utf8"));
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** A line of PROGRAMS for one program with this text. */
const line = (text: string) => {
  host.write(`source/${sha256(text)}`, text);
  const place = `${host.path(`source/${sha256(text)}`)} ${sha256(text)}`;
  return `tool binary ${host.path("usr/local/bin")} ${place} ${place}`;
};
const script = `up() { install_programs; }
turn() { link_programs; run_unit tool.service '/usr/local/bin/tool'; }
down() { remove_programs; }`;
const send = (text: string, direction = "up") =>
  host.run({ name: "w-docker", script, uses, values: { PROGRAMS: [line(text)] }, secrets: [] }, direction);
const versions = () =>
  readdirSync(host.path("usr/local/lib/keelson/versions/tool"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
const named = (...texts: readonly string[]) => texts.map((text) => sha256(text).slice(0, 16)).sort();
const takeTurn = () => host.up("take_turns; end_turns");
const restarts = () => host.called().filter((call) => call === "systemctl restart tool.service").length;
const wrote = () => host.read("var/lib/keelson/scripts/w-docker/wrote");
const seen = () => host.up(`fingerprints <<<'program ${host.path(path)}'`).stdout.trim();
/** As an earlier release installed it. */
const sendEarlier = (text: string) => {
  const put = `note program '${host.path(path)}'; make_directory '${host.path("usr/local/bin")}'; keep_found '${host.path(path)}'; printf '%s' '${text}' >'${host.path(path)}'; chmod 0755 '${host.path(path)}'`;
  host.run({
    name: "w-docker",
    script: `up() { ${put}; run_unit tool.service '${host.path(path)}'; }\ndown() { :; }`,
    secrets: [],
  });
  host.called();
};

test("a program lies in a directory of its version, and is started from a link", () => {
  expect(send("one")).toEqual(clean);
  expect(readlinkSync(host.path(path))).toBe(
    host.path(`usr/local/lib/keelson/versions/tool/${named("one").join()}/tool`),
  );
  expect([host.read(path), statSync(host.path(path)).mode & 0o777]).toEqual(["one", 0o755]);
  expect(wrote()).toContain(seen());
});
test("a new one is started by nothing before its turn, and the one before is kept", () => {
  send("one");
  host.becomeNode();
  host.called();
  expect(send("two").stderr).toBe("tool.service: its restart is deferred to the step w-rollout\n");
  expect([host.read(path), versions(), restarts()]).toEqual(["one", named("one", "two"), 0]);
  expect(takeTurn().status).toBe(0);
  expect([host.read(path), versions(), restarts()]).toEqual(["two", named("one", "two"), 1]);
  expect(wrote()).toContain(seen());
  send("three");
  expect(versions()).toEqual(named("one", "two", "three"));
  takeTurn();
  expect([host.read(path), versions()]).toEqual(["three", named("two", "three")]);
});
test("one that waits no more goes, and nothing restarts", () => {
  send("one");
  host.becomeNode();
  send("two");
  host.called();
  expect(send("one")).toEqual(clean);
  expect([versions(), takeTurn().status, restarts()]).toEqual([named("one"), 0, 0]);
});
test("one that its unit does not come up on is taken back", () => {
  send("one");
  host.becomeNode();
  send("two");
  host.stub("systemctl", `[ "$1" != restart ] || ! grep -q two '${host.path(path)}'`);
  expect(takeTurn().status).toBe(1);
  expect([host.read(path), lstatSync(host.path(path)).isSymbolicLink()]).toEqual(["one", true]);
  expect(wrote()).toContain(seen());
});
test("one that was changed by hand is installed again, and its unit restarts in the machine's turn", () => {
  send("one");
  host.becomeNode();
  host.write(path, "broken");
  expect(send("one").stderr).toContain("its restart is deferred");
  expect(host.read(path)).toBe("one");
  host.called();
  expect([takeTurn().status, restarts()]).toEqual([0, 1]);
});
test("a link that is gone is there again", () => {
  send("one");
  host.becomeNode();
  rmSync(host.path(path));
  expect(send("one")).toEqual(clean);
  expect(host.read(path)).toBe("one");
});

describe("a machine of an earlier release", () => {
  test("is carried over: the same program is a version, nothing restarts, and nothing looks changed by hand", () => {
    sendEarlier("one");
    host.becomeNode();
    const before = seen();
    expect(send("one")).toEqual(clean);
    expect([versions(), lstatSync(host.path(path)).isSymbolicLink(), restarts()]).toEqual([named("one"), true, 0]);
    expect([seen(), host.has("var/lib/keelson/scripts/w-docker/turn")]).toEqual([before, false]);
  });
  test("starts its own program until the turn, when a new one comes with the new release", () => {
    sendEarlier("one");
    host.becomeNode();
    expect(send("two").stderr).toContain("its restart is deferred");
    expect([host.read(path), versions()]).toEqual(["one", named("one", "two")]);
    takeTurn();
    expect([host.read(path), restarts()]).toEqual(["two", 1]);
  });
});

test("nothing is left, and a program that was there before is there again", () => {
  host.write(path, "theirs");
  send("one");
  host.becomeNode();
  send("two");
  expect(send("two", "down").status).toBe(0);
  expect([host.read(path), lstatSync(host.path(path)).isSymbolicLink()]).toEqual(["theirs", false]);
  expect(host.has("usr/local/lib/keelson")).toBe(false);
});

import { statSync } from "node:fs";

import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  ["systemctl", "journalctl", "hostname"].forEach((name) => host.stub(name));
});
afterEach(() => host.remove());

const clean = { status: 0, stdout: "", stderr: "" };
const putOff = "var/lib/keelson/put-off";
const restarts = () =>
  host
    .called()
    .map((call) => /^systemctl restart (\S+)$/.exec(call)?.[1])
    .filter((unit) => unit !== undefined);
const isNode = () => host.write("etc/kubernetes/kubelet.conf", "");
const inTurn = (...units: readonly string[]) =>
  host.up(units.map((unit) => `run_unit_in_turn ${unit}.service '${host.path(unit)}'`).join("\n"));
const waiting = (unit: string) =>
  `${unit}.service is to restart with its new settings when it is this machine's turn\n`;

describe("new settings", () => {
  const good = "good\n";
  const bad = "good\nbad --flag\n";
  const differs = "What differs: + bad | + --flag.";
  /** A unit that comes up on whatever has no "bad" in it, and says why it does not. */
  const picky = (unit: string) => {
    host.stub("systemctl", `[ "$1" != restart ] || [ "$2" != ${unit}.service ] || ! grep -qs bad '${host.path(unit)}'`);
    host.stub("journalctl", `case "$*" in *--output=cat*) echo "${unit} knows no bad" ;; esac`);
    host.stub("hostname", "echo w");
  };
  const said = (unit: string) =>
    `error: unit ${unit}.service of w does not come up on its new settings, and is on those of its last good start again. ${differs} What it said: ${unit} knows no bad\n`;
  const run = (unit: string) => host.up(`run_unit ${unit}.service '${host.path(unit)}'`);

  beforeEach(() => {
    ["a", "b"].forEach((unit) => {
      host.write(unit, good);
      run(unit);
    });
    picky("a");
    host.called();
  });

  test("that a unit does not come up on are taken back, and it runs on those before", () => {
    host.write("a", bad);
    expect(run("a")).toEqual({ status: 1, stdout: "", stderr: said("a") });
    expect(restarts()).toEqual(["a.service", "a.service"]);
    expect(host.read("a")).toBe(good);
    // What is right again is found right.
    expect(run("a")).toEqual(clean);
    expect(restarts()).toEqual([]);
  });
  test("are told as they are where nothing is known that was good", () => {
    host.up('rm -r "$STATE/units/a.service.good"');
    host.write("a", bad);
    expect(run("a").stderr).toBe("error: unit a.service does not run on w; its status and last log lines are above\n");
    expect(host.read("a")).toBe(bad);
  });
  test("are root's alone where they are kept", () => {
    const mode = (path: string) => statSync(host.path(`var/lib/keelson/units/${path}`)).mode & 0o777;
    expect(mode("a.service.good")).toBe(0o700);
  });
  test("that wait for a turn are not in their places, for a machine that is rebooted meanwhile", () => {
    isNode();
    host.write("a", bad);
    expect(inTurn("a")).toEqual({ ...clean, stderr: waiting("a") });
    expect(host.read("a")).toBe(good);
    // Whoever asks for the old ones before that gets them, and nothing is left of the others.
    expect(inTurn("a")).toEqual(clean);
    expect(host.up("run_put_off").status).toBe(0);
    expect(restarts()).toEqual([]);
    expect(host.read("a")).toBe(good);
  });
  test("fail a turn, and whatever was restarted in it is on those before; the next one tries them again", () => {
    isNode();
    host.write("b", "good\nother\n");
    host.write("a", bad);
    inTurn("b", "a");
    host.called();
    for (const turn of [1, 2]) {
      expect([turn, host.up("run_put_off").stderr]).toEqual([
        turn,
        `restarting b.service\nrestarting a.service\n${said("a")}`,
      ]);
      expect(restarts()).toEqual(["b.service", "a.service", "b.service", "a.service"]);
      expect([host.read("a"), host.read("b")]).toEqual([good, good]);
    }
  });
  test("are the good ones when a turn is over", () => {
    isNode();
    host.write("b", "other\n");
    inTurn("b");
    expect(host.up("run_put_off\nend_turn").status).toBe(0);
    expect([host.read("b"), host.read(`var/lib/keelson/units/b.service.good${host.path("b")}`)]).toEqual([
      "other\n",
      "other\n",
    ]);
    expect([host.has(putOff), host.has("var/lib/keelson/units/b.service.next")]).toEqual([false, false]);
  });
  test("that Docker refuses are refused before it is restarted, or put off", () => {
    const daemon = "etc/docker/daemon.json";
    const docker = (how: string) => host.up(`${how} docker.service /etc/docker/daemon.json`);
    host.stub("docker");
    host.stub(
      "dockerd",
      `case $* in --help) echo "  --validate" ;; *) ! grep bad '${host.path(daemon)}' && echo "configuration OK" ;; esac`,
    );
    host.write(daemon, '{\n  "debug": true\n}\n');
    expect(docker("run_unit")).toEqual(clean);
    restarts();
    const message =
      "error: unit docker.service of w does not come up on its new settings, and is on those of its last good start again. " +
      'What differs: - "debug": true | + "bad": true. What it said:   "bad": true\n';
    for (const how of ["run_unit", "run_unit_in_turn"]) {
      isNode();
      host.write(daemon, '{\n  "bad": true\n}\n');
      expect(docker(how)).toEqual({ status: 1, stdout: "", stderr: message });
      expect(restarts()).toEqual([]);
      expect(host.read(daemon)).toContain("debug");
      expect(host.has(putOff)).toBe(false);
    }
  });
  test("that Docker takes, and does not start on, are told with what it said in the end", () => {
    const daemon = "etc/docker/daemon.json";
    host.stub("docker");
    host.stub("dockerd", 'case $* in --help) echo "  --validate" ;; *) echo "configuration OK" ;; esac');
    host.write(daemon, "good\n");
    expect(host.up("run_unit docker.service /etc/docker/daemon.json")).toEqual(clean);
    host.stub("systemctl", `[ "$1" != restart ] || ! grep -qs bad '${host.path(daemon)}'`);
    host.write(daemon, "bad\n");
    expect(host.up("run_unit docker.service /etc/docker/daemon.json").stderr).toMatch(
      /What it said: a knows no bad\n$/,
    );
    expect(host.read(daemon)).toBe("good\n");
  });
  test("that cannot be reloaded are taken back", () => {
    const reload = () => host.up(`reload_unit a.service '${host.path("a")}'`);
    host.stub("systemctl", `[ "$1" != reload ] || ! grep bad '${host.path("a")}' >&2`);
    expect(reload()).toEqual(clean);
    host.write("a", bad);
    expect(reload().stderr).toContain(
      `a.service does not take its new settings, and goes on with those before. ${differs}`,
    );
    expect(host.read("a")).toBe(good);
    expect(reload()).toEqual(clean);
  });
});

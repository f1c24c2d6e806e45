import { statSync } from "node:fs";

import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host("systemctl", "journalctl", "hostname")));
afterEach(() => host.remove());

describe("run_unit", () => {
  const active = (state: string) => {
    host.stub("systemctl", `case $1 in is-active) [ -e '${host.path("active")}' ] ;; restart) ${state} ;; esac`);
    host.stub("journalctl", "echo the last lines");
  };
  const run = () => host.up(`run_unit a.service "${host.path("one")}" "${host.path("two")}"`);
  const restarted = () => host.called().includes("systemctl restart a.service");

  beforeEach(() => {
    active(`touch '${host.path("active")}'`);
    host.write("one", "1");
    host.write("two", "2");
  });

  test("starts a unit, and lets it run while its files stay", () => {
    expect(run()).toEqual(clean);
    // All units are read once.
    expect(host.called()).toEqual([
      "systemctl enable --quiet --no-reload a.service",
      "systemctl daemon-reload",
      "systemctl restart a.service",
    ]);
    expect(run()).toEqual(clean);
    expect(host.called()).toEqual(["systemctl is-active --quiet a.service", "systemctl is-enabled --quiet a.service"]);
  });
  test("lets it start at the next boot again, where somebody saw to it that it would not", () => {
    run();
    host.called();
    host.stub("systemctl", '[ "$1" != is-enabled ]');
    expect(run()).toEqual(clean);
    expect(host.called().at(-1)).toBe("systemctl enable --quiet a.service");
  });
  test("restarts it when a file changes, and once", () => {
    run();
    host.write("two", "3");
    host.called();
    run();
    expect(restarted()).toBe(true);
    run();
    expect(restarted()).toBe(false);
  });
  test.each([
    ["false", true, true],
    ["true", true, false],
    ["false", false, false],
  ])(
    "lets a Docker that ends containers with itself read first that it is to leave them alone: it does: %s, and is to: %s",
    (does, is, reloads) => {
      host.stub("docker", `[ "$2" != --format ] || echo ${does}`);
      host.write("etc/docker/daemon.json", `{\n  "live-restore": ${String(is)}\n}\n`);
      host.up(`run_unit docker.service "${host.path("etc/docker/daemon.json")}"`);
      const called = host.called();
      const [reload, restart] = ["reload", "restart"].map((word) => called.indexOf(`systemctl ${word} docker.service`));
      expect([reload !== -1, restart !== -1]).toEqual([reloads, true]);
    },
  );
  test("restarts it when it does not run", () => {
    run();
    host.called();
    active(":");
    host.up(`rm "${host.path("active")}"`);
    run();
    expect(restarted()).toBe(true);
  });
  test("tries again after a start that failed, whose status and log it shows", () => {
    active("exit 1");
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toMatch(/the last lines\n.*error: unit a\.service does not run on /s);
    expect(host.called()).toContain("journalctl --no-pager --lines=20 --unit=a.service");
    active(`touch '${host.path("active")}'`);
    expect(run()).toEqual(clean);
    expect(restarted()).toBe(true);
  });
  test("restarts it where a run was killed before it had", () => {
    run();
    host.write("two", "3");
    // The unit runs all the while, on what it had read before.
    active("kill -9 $PPID");
    expect(run().status).not.toBe(0);
    active(":");
    host.called();
    expect(run()).toEqual(clean);
    expect(restarted()).toBe(true);
  });
  test("starts a unit anew that was stopped in between", () => {
    run();
    expect(host.up("stop_unit a.service b.service")).toEqual(clean);
    expect(host.called()).toContain("systemctl disable --quiet --no-reload --now a.service b.service");
    run();
    expect(restarted()).toBe(true);
  });
});

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
    expect(host.restarts()).toEqual(["a.service", "a.service"]);
    expect(host.read("a")).toBe(good);
    // What is right again is found right.
    expect(run("a")).toEqual(clean);
    expect(host.restarts()).toEqual([]);
  });
  test("whose way back does not fit on the disk stay in their places, whole", () => {
    host.write("a", `${good}${"#\n".repeat(3000)}`);
    run("a");
    host.write("a", bad);
    host.called();
    // As a disk that is full for all that is larger than a block.
    const { status, stderr } = host.up(`trap '' XFSZ; ulimit -f 1; run_unit a.service '${host.path("a")}'`);
    expect(status).toBe(1);
    expect(stderr).toContain("comes up neither on its new settings nor on those of its last good start");
    expect(host.read("a")).toBe(bad);
    expect(host.has("var/lib/keelson/units/a.service")).toBe(false);
  });
  test("that are good and do not fit on the disk are kept by no half of them", () => {
    const long = `${good}${"#\n".repeat(3000)}`;
    host.write("a", long);
    host.up(`printf 'a.service %s\\n' '${host.path("a")}' >"$STATE/restarted"
      trap '' XFSZ; ulimit -f 1; each_restarted keep_files || true`);
    expect(host.read(`var/lib/keelson/units/a.service.good${host.path("a")}`)).toBe(good);
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
  test("fail a turn, and whatever was restarted in it is on those before; the next one tries them again", () => {
    host.becomeNode();
    const put = (unit: string, text: string) =>
      `printf '${text.replaceAll("\n", "\\n")}' | put '${host.path(unit)}' 0644`;
    const run = (unit: string) => `run_unit ${unit}.service '${host.path(unit)}'`;
    const script = `up() { :; }\nturn() { ${put("b", "good\nother\n")}; ${put("a", bad)}; ${run("b")}; ${run("a")}; }\ndown() { :; }`;
    expect(host.run({ name: "w-docker", script, secrets: [] }).status).toBe(0);
    host.called();
    for (const turn of [1, 2]) {
      expect([turn, host.up("take_turns").stderr]).toEqual([
        turn,
        `restarting b.service\nrestarting a.service\n${said("a")}`,
      ]);
      expect(host.restarts()).toEqual(["b.service", "a.service", "b.service", "a.service"]);
      expect([host.read("a"), host.read("b")]).toEqual([good, good]);
    }
  });
  test("that Docker refuses are refused before it is restarted, or its restart is deferred", () => {
    const daemon = "etc/docker/daemon.json";
    const docker = (how: string) => host.up(`${how} docker.service /etc/docker/daemon.json`);
    host.stub("docker");
    host.stub(
      "dockerd",
      'case $* in --help) echo "  --validate" ;; *) ! grep bad "${@: -1}" && echo "configuration OK" ;; esac',
    );
    host.write(daemon, '{\n  "debug": true\n}\n');
    expect(docker("run_unit")).toEqual(clean);
    host.restarts();
    const message =
      "error: unit docker.service of w does not come up on its new settings, and is on those of its last good start again. " +
      'What differs: - "debug": true | + "bad": true. What it said:   "bad": true\n';
    const newer = "printf '{\\n  \"bad\": true\\n}\\n' | put /etc/docker/daemon.json 0644";
    const unit = "run_unit docker.service /etc/docker/daemon.json";
    const ways = [`up() { ${newer}; ${unit}; }`, `up() { :; }\nturn() { ${newer}; ${unit}; }`];
    host.becomeNode();
    for (const way of ways) {
      expect(host.run({ name: "w-docker", script: `${way}\ndown() { :; }`, secrets: [] })).toEqual({
        ...clean,
        status: 1,
        stderr: message,
      });
      expect(host.restarts()).toEqual([]);
      expect(host.read(daemon)).toContain("debug");
      expect(host.has("var/lib/keelson/scripts/w-docker/turn")).toBe(false);
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
  test("are read again where somebody else wrote the file meanwhile, who may have had it read", () => {
    const write = (text: string) =>
      host.up(`echo ${text} | put '${host.path("a")}' 0644; reload_unit a.service '${host.path("a")}'`);
    write("ours");
    host.called();
    // Whoever wrote it may have had it read.
    host.write("a", "theirs\n");
    write("ours");
    expect(host.called()).toContain("systemctl reload a.service");
    write("ours");
    expect(host.called()).not.toContain("systemctl reload a.service");
  });
  test("that cannot be reloaded are taken back", () => {
    const reload = () => host.up(`reload_unit a.service '${host.path("a")}'`);
    host.stub("systemctl", `[ "$1" != reload ] || ! grep bad '${host.path("a")}' >&2`);
    expect(reload()).toEqual(clean);
    host.write("a", bad);
    expect(reload().stderr).toContain(`a.service rejects its new settings, and runs on the previous ones. ${differs}`);
    expect(host.read("a")).toBe(good);
    expect(reload()).toEqual(clean);
  });
});

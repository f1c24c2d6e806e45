import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host("systemctl", "journalctl", "hostname")));
afterEach(() => host.remove());

describe("a unit whose program is of a package", () => {
  const [unit, program, settings] = ["a.unit", "usr/sbin/a", "a.cfg"];
  const run = (then = "") =>
    host.up(`is_of_package() { [[ $1 = */usr/sbin/* ]]; }
      run_unit a.service '${host.path(unit)}' '${host.path(program)}'
      ${then}
      reload_unit a.service '${host.path(settings)}'`);
  const acts = () => host.called().filter((call) => /^systemctl (re|start)/.test(call));

  beforeEach(() => {
    for (const file of [unit, program, settings]) host.write(file, "1");
    run();
    host.called();
  });

  test("goes on when the distribution has replaced that, and reads its settings again, which is when it is executed anew", () => {
    host.write(program, "2");
    expect(run()).toEqual(clean);
    expect(acts()).toEqual(["systemctl reload a.service"]);
    expect(run()).toEqual(clean);
    expect(acts()).toEqual([]);
  });
  test("does so in the next run where this one was killed before", () => {
    host.write(program, "2");
    expect(run("kill -9 $$").status).not.toBe(0);
    expect(acts()).toEqual([]);
    expect(run()).toEqual(clean);
    expect(acts()).toEqual(["systemctl reload a.service"]);
  });
  test("restarts when its unit has changed as well, or was started on another", () => {
    host.write(program, "2");
    host.write(unit, "2");
    expect(run()).toEqual(clean);
    expect(acts()).toContain("systemctl restart a.service");
    host.write(program, "3");
    host.up('rm "$STATE/units/a.service"');
    expect(run()).toEqual(clean);
    expect(acts()).toContain("systemctl restart a.service");
  });
  test("restarts when it does not run", () => {
    host.write(program, "2");
    host.stub("systemctl", '[ "$1" != is-active ]');
    run();
    expect(acts()).toContain("systemctl restart a.service");
  });
});

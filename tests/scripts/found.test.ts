import { mkdirSync, readdirSync } from "node:fs";

import { clean, Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.stub("systemd-analyze", "exit 1");
});
afterEach(() => host.remove());

const found = (body: string) => host.up(body, { uses: [Host.script("script/found.sh")] });
const paths = (...names: readonly string[]) => names.map((name) => `"${host.path(`data/${name}`)}"`).join(" ");
const tree = () =>
  readdirSync(host.path("data"), { recursive: true, encoding: "utf8" })
    .filter((path) => !path.startsWith("keep"))
    .sort();

describe("what was on a machine", () => {
  const all = () => paths("absent", "empty", "full", "file");
  beforeEach(() => {
    mkdirSync(host.path("data/empty/lost+found"), { recursive: true });
    host.write("data/full/theirs", "");
  });

  test("is there afterwards, and nothing else", () => {
    const before = tree();
    expect(found(`remember_found false ${all()}`)).toEqual(clean);
    for (const file of ["absent/a/b", "empty/a/b", "full/ours"]) host.write(`data/${file}`, "");
    host.write("data/file", "");
    // Another run does not ask again.
    expect(found(`remember_found false ${all()}; remove_ours ${all()}`)).toEqual(clean);
    expect(tree()).toEqual([...before, "full/ours"].sort());
    expect(found(`remove_ours ${all()}`)).toEqual(clean);
  });
  test("where an earlier release did not ask, is what is older than its state", () => {
    host.bash("sleep 1.1");
    found("sleep 1.1");
    host.write("data/absent/ours", "");
    expect(found(`remember_found true ${all()}; remove_ours ${all()}`)).toEqual(clean);
    expect(tree()).toEqual(["empty", "empty/lost+found", "full", "full/theirs"]);
  });
  test("stays where something is mounted, whose own files are not entered", () => {
    host.stub("mountpoint", '[ "$2" = "${2%mount}mount" ]');
    host.write("data/mount/a", "");
    expect(found(`remove_ours ${paths("mount")}`)).toEqual(clean);
    expect(tree()).toEqual(["empty", "empty/lost+found", "full", "full/theirs", "mount"]);
    host.stub("mountpoint", "exit 1");
    host.stub("find", "echo busy >&2; exit 1");
    host.write("data/busy/a", "");
    const { status, stderr } = found(`remove_ours ${paths("busy")}; echo on`);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^busy\n.*data\/busy is left on /s);
  });
  test("is there in what is bound to a directory of ours, though its file system is the same", () => {
    const bound = ["data/mine/volumes/a b[c]*\\d/_data", "data/mine/file"];
    host.mounts(...bound, "data/others");
    for (const file of [`${bound[0]}/deep/theirs`, "data/mine/file", "data/mine/volumes/a bc/x"]) host.write(file, "");
    const { status, stderr } = found(`remove_ours ${paths("mine")}`);
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/data\/mine is left on .*, for something is mounted in it/),
    ]);
    expect(tree().filter((path) => path.startsWith("mine"))).toEqual([
      ...["mine", "mine/file", "mine/volumes", "mine/volumes/a b[c]*\\d", "mine/volumes/a b[c]*\\d/_data"],
      ...["deep", "deep/theirs"].map((path) => `mine/volumes/a b[c]*\\d/_data/${path}`),
    ]);
    // Without the kernel's word nothing is known to be ours.
    host.write("data/other/x", "");
    expect(found(`rm '${host.path("proc/self/mountinfo")}'; remove_ours ${paths("other")}`).status).toBe(0);
    expect(host.has("data/other/x")).toBe(true);
  });
  test("may have been a directory for all, which goes only when it is empty", () => {
    found(`remember_found false ${paths("all", "mine", "empty")}`);
    host.write("data/all/others", "");
    mkdirSync(host.path("data/mine"));
    expect(found(`remove_if_empty ${paths("all", "mine", "empty")}`)).toEqual(clean);
    expect(tree()).toEqual(expect.arrayContaining(["all/others", "empty"]));
    expect(tree()).not.toContain("mine");
  });
  test("may have been a kernel setting, which each owner gives back", () => {
    for (const name of ["a", "b"]) host.write(`proc/sys/net/${name}`, "0\n");
    found("remember_setting one net.a; remember_setting two net.b; remember_setting one net.none");
    for (const name of ["a", "b"]) host.write(`proc/sys/net/${name}`, "1\n");
    expect(found("remember_setting one net.a; restore_settings one")).toEqual(clean);
    expect([host.read("proc/sys/net/a"), host.read("proc/sys/net/b")]).toEqual(["0\n", "1\n"]);
    expect(found("restore_settings one; restore_settings two")).toEqual(clean);
    expect(host.read("proc/sys/net/b")).toBe("0\n");
  });
  test("may have been a kernel setting that somebody has decided otherwise since", () => {
    for (const name of ["a", "b", "c"]) host.write(`proc/sys/net/${name}`, "0\n");
    found("for name in a b c; do remember_setting one net.$name; done");
    for (const name of ["a", "b", "c"]) host.write(`proc/sys/net/${name}`, "1\n");
    host.stub(
      "systemd-analyze",
      "printf '# /etc/sysctl.d/9.conf\\n-net/a = 0\\n# /etc/sysctl.d/99.conf\\nnet.a=1\\nnet.c=\\n'",
    );
    host.write("etc/ufw/sysctl.conf", "net/b=1\n");
    host.write("etc/ufw/ufw.conf", "ENABLED=no\n");
    const now = () => ["a", "b", "c"].map((name) => host.read(`proc/sys/net/${name}`).trim());
    expect(found("restore_settings one")).toEqual(clean);
    expect(now()).toEqual(["1", "0", "0"]);
    found("for name in a b c; do remember_setting one net.$name; done");
    host.write("etc/ufw/ufw.conf", "ENABLED=yes\n");
    expect(found("restore_settings one")).toEqual(clean);
    expect(now()).toEqual(["1", "1", "0"]);
  });
});

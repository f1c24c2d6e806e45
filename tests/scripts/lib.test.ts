import { chmodSync, mkdirSync, readdirSync, readlinkSync, statSync, symlinkSync } from "node:fs";

import { compose } from "../../components/script/compose";
import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

const mode = (path: string) => (statSync(host.path(path)).mode & 0o777).toString(8);
const identity = (path: string) => {
  const { ino, mtimeMs, ctimeMs } = statSync(host.path(path));
  return { ino, mtimeMs, ctimeMs };
};

describe("a program", () => {
  test("goes up or down, and nowhere else", () => {
    const script = "up() { echo up; }\ndown() { echo down; }";
    expect(host.run({ script }, "up").stdout).toBe("up\n");
    expect(host.run({ script }, "down").stdout).toBe("down\n");
    expect(host.run({ script }, "sideways")).toMatchObject({ status: 1, stdout: "" });
    expect(host.run({ script }, "sideways").stderr).toContain("unknown direction 'sideways'");
  });
  test("ends at the first failure, in a command substitution and a pipe too", () => {
    expect(host.up("false; echo on")).toMatchObject({ status: 1, stdout: "" });
    expect(host.up("local a; a=$(false; echo on); echo on")).toMatchObject({ status: 1, stdout: "" });
    expect(host.up("false | cat; echo on")).toMatchObject({ status: 1, stdout: "" });
    expect(host.up('echo "$NOT_GIVEN"').status).not.toBe(0);
  });
  test("knows the machine's proxy where sudo has left that out of what the session has", () => {
    host.stub("ask", 'echo "${https_proxy:-none} ${NO_PROXY:-none}"');
    host.write(
      "etc/environment",
      'PATH="/usr/bin"\nhttps_proxy="http://me:secret@proxy.example.com:3128"\nexport NO_PROXY=localhost,10.0.0.0/8',
    );
    expect(host.up("ask; by_proxy ask").stdout).toBe(
      "none none\nhttp://me:secret@proxy.example.com:3128 localhost,10.0.0.0/8\n",
    );
  });
  test("speaks with this machine's Docker, whichever root speaks with", () => {
    host.stub("docker", 'echo "$DOCKER_HOST ${DOCKER_CONTEXT:-none}"');
    const { stdout } = host.bash(
      `export DOCKER_HOST=tcp://build.example.com:2375 DOCKER_CONTEXT=build\n${Host.script("script/lib.sh")}\ndocker ps`,
    );
    expect(stdout).toBe(`unix://${host.path("run/docker.sock")} none\n`);
  });
  test("asks etcd and containerd as it means to, whatever root has exported", () => {
    host.stub("ask", 'env | grep -E "^(ETCDCTL_|CONTAINERD_ADDRESS)" || echo nothing');
    const exported =
      "ETCDCTL_API=3 ETCDCTL_CACERT=/x ETCDCTL_ENDPOINTS=https://192.0.2.1:2379 CONTAINERD_ADDRESS=/run/k3s/x.sock";
    expect(host.bash(`export ${exported}\n${Host.script("script/lib.sh")}\nask`).stdout).toBe("nothing\n");
  });
  test("asks nobody by way of the machine's proxy but for what lies outside, and has its password on no command line", () => {
    host.stub("ask", 'echo "${http_proxy:-none} ${NO_PROXY:-none}"');
    const proxies = "export http_proxy=http://me:secret@proxy.example.com:3128 NO_PROXY=localhost\n";
    const { stdout } = host.bash(
      proxies +
        compose({
          name: "test",
          script: "up() { ask; by_proxy ask; ask; }\ndown() { :; }",
          values: { PROGRAM: "0123456789abcdef" },
        }),
    );
    expect(stdout).toBe("none none\nhttp://me:secret@proxy.example.com:3128 localhost\nnone none\n");
    expect(host.called().join()).not.toContain("secret");
  });
  test("does nothing when its end is cut off on its way", () => {
    const script = `up() { touch '${host.path("done")}'; }\ndown() { :; }`;
    const program = compose({ name: "test", script, values: { PROGRAM: "0123456789abcdef" } });
    const call = program.lastIndexOf("main ");
    const middles = [1, 2, 3, 4, 5, 6, 7].map((eighths) => Math.floor((program.length * eighths) / 8));
    for (const length of [...middles, call, call + 3, call + 4, call + 7, call + 11]) {
      host.bash(program.slice(0, length));
      expect([length, host.has("done")]).toEqual([length, false]);
    }
    host.bash(program);
    expect(host.has("done")).toBe(true);
  });
  test("lets nothing that it starts read on in it", () => {
    expect(host.up("cat; read -r line || echo nothing")).toEqual({ ...clean, stdout: "nothing\n" });
  });
  test("waits for an earlier run of the same name", () => {
    const other = `( exec 9>"${host.path("run/keelson/test.lock")}"; flock -n 9 && echo free || echo taken )`;
    expect(host.up(`${other}; flock --version >/dev/null`).stdout).toBe("taken\n");
    expect(host.up(other.replace("test.lock", "other.lock")).stdout).toBe("free\n");
  });
  test("is waited for by whoever may open its lock, and that is root alone", () => {
    expect(host.up(`stat -c %a '${host.path("run/keelson")}'`).stdout).toBe("700\n");
  });
  test("says what is wrong on standard error", () => {
    expect(host.up('log one "two  three"; die "it broke"')).toEqual({
      ...clean,
      status: 1,
      stderr: "one two  three\nerror: it broke\n",
    });
  });
});

describe("put", () => {
  const put = (content: string, mode = "0644", path = "dir/file") =>
    host.up(`printf '%s' "$CONTENT" | put "${host.path(path)}" ${mode}`, { values: { CONTENT: content } });

  test("makes a file with its directories", () => {
    expect(put("one\n", "0600", "a/b/c")).toEqual(clean);
    expect(host.read("a/b/c")).toBe("one\n");
    expect(mode("a/b/c")).toBe("600");
    expect(mode("a/b")).toBe("755");
  });
  test("leaves a file that is the same alone", () => {
    put("one\n");
    const before = identity("dir/file");
    put("one\n");
    expect(identity("dir/file")).toEqual(before);
    expect(readdirSync(host.path("dir"))).toEqual(["file"]);
  });
  test("replaces a file whole, and never writes into it", () => {
    put("one\n");
    const before = identity("dir/file");
    put("two\n");
    expect(host.read("dir/file")).toBe("two\n");
    expect(identity("dir/file").ino).not.toBe(before.ino);
    expect(readdirSync(host.path("dir"))).toEqual(["file"]);
  });
  test("replaces a file of the same text with another mode", () => {
    put("one\n", "0644");
    put("one\n", "0600");
    expect(mode("dir/file")).toBe("600");
  });
});

describe("directories and files that were made", () => {
  const tree = () =>
    readdirSync(host.root, { recursive: true, encoding: "utf8" }).filter((path) => path.startsWith("t"));

  test("go again, and those that were there stay", () => {
    mkdirSync(host.path("there"));
    const before = tree();
    host.up(`echo 1 | put "${host.path("there/a/b/file")}" 0644; make_directory "${host.path("top/c")}"`);
    expect(tree()).toEqual(expect.arrayContaining(["there/a/b/file", "top/c"]));
    host.up(`remove_file "${host.path("there/a/b/file")}"; remove_empty "${host.path("top/c")}"`);
    expect(tree()).toEqual(before);
  });
  test("stay where others put something in them", () => {
    host.up(`echo 1 | put "${host.path("there/file")}" 0644`);
    host.write("there/other", "");
    expect(host.up(`remove_file "${host.path("there/file")}"`)).toEqual(clean);
    expect(tree()).toEqual(["there", "there/other"]);
  });
  test("are gone already: that is no failure", () => {
    expect(host.up(`remove_file "${host.path("no/file")}"; remove_empty "${host.path("no")}"`)).toEqual(clean);
  });
  test("give way to what was found there, however often they changed", () => {
    host.write("there/file", "found\n");
    chmodSync(host.path("there/file"), 0o640);
    for (const text of ["one", "two"]) host.up(`echo ${text} | put "${host.path("there/file")}" 0644`);
    expect(host.read("there/file")).toBe("two\n");
    host.up(`remove_file "${host.path("there/file")}"`);
    expect([host.read("there/file"), mode("there/file")]).toEqual(["found\n", "640"]);
    host.up(`remove_file "${host.path("there/file")}"`);
    expect(host.read("there/file")).toBe("found\n");
  });
  test.each(["elsewhere", "nowhere"])("give way to a link that was found there, which leads %s", (name) => {
    host.write("elsewhere", "theirs");
    mkdirSync(host.path("there"));
    symlinkSync(`../${name}`, host.path("there/file"));
    const back = () => host.up(`remove_file "${host.path("there/file")}"`);
    for (const text of ["one", "two"]) host.up(`echo ${text} | put "${host.path("there/file")}" 0644`);
    expect(host.read("there/file")).toBe("two\n");
    for (const run of [back, back]) {
      expect(run()).toEqual(clean);
      expect(readlinkSync(host.path("there/file"))).toBe(`../${name}`);
    }
    expect([host.read("elsewhere"), host.has("nowhere")]).toEqual(["theirs", false]);
  });
  test("that were never ours are not removed", () => {
    host.write("there/file", "theirs");
    host.up(`echo -n theirs | put "${host.path("there/file")}" 0644; remove_file "${host.path("there/file")}"`);
    expect(host.read("there/file")).toBe("theirs");
  });
  test("write_files and remove_files are each other's way back", () => {
    const files = [
      { path: host.path("top/a/1"), content: "one" },
      { path: host.path("top/2"), content: "two\n", mode: "0600" },
    ];
    const script = "up() { write_files; }\ndown() { remove_files; }";
    expect(host.run({ script, files })).toEqual(clean);
    expect([host.read("top/a/1"), host.read("top/2"), mode("top/2")]).toEqual(["one\n", "two\n", "600"]);
    expect(host.run({ script, files }, "down")).toEqual(clean);
    expect(tree()).toEqual([]);
  });
});

describe("wait_for", () => {
  test("goes on as soon as it can", () => {
    const ready = `ready() { [ -e "$1" ] || { touch "$1"; return 1; }; }`;
    expect(host.up(`${ready}; wait_for 5 "it" ready "${host.path("ready")}"; echo on`).stdout).toBe("on\n");
  });
  test("says what it waited for when it gives up", () => {
    expect(host.up('wait_for 1 "the moon" false')).toEqual({
      ...clean,
      status: 1,
      stderr: "timed out after 1 s waiting for the moon\n",
    });
  });
});

test("a directory that cannot be written is named", () => {
  host.write("closed", "a file, and no directory");
  chmodSync(host.path("closed"), 0o444);
  const { status, stderr } = host.up(`echo 1 | put "${host.path("closed/file")}" 0644`);
  expect(status).not.toBe(0);
  expect(stderr).toContain("closed");
});

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const project = join(__dirname, "../..");

/**
 * `toolchain/module` with a compiler that only notes what it was asked. It refuses, as Go does, to list the tests of a
 * program that is a tool: go.sum names what the program is made of, and not what its publisher tests it with.
 */
const go = `#!/bin/bash
echo "$*" >>"$GO_LOG"
echo "limit \${GOMEMLIMIT:-}" >>"$GO_LOG"
case "$*" in
  "list "*-test*" tool"*) echo "missing go.sum entry for module providing package" >&2; exit 1 ;;
  list*) printf '%s\\n' bufio example.test/program ;;
  build*) echo program >"\${@: -2:1}program" ;;
  test*) echo tests >"\${@: -2:1}program.test" ;;
esac
`;

describe("a module of Go that nothing was kept of", () => {
  let root: string;
  const path = (name: string) => join(root, name);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "keelson-module-"));
    for (const file of ["toolchain/module", "toolchain/cache.sh"]) {
      mkdirSync(dirname(path(file)), { recursive: true });
      cpSync(join(project, file), path(file));
    }
    mkdirSync(path("bin"));
    writeFileSync(path("bin/go"), go);
    chmodSync(path("bin/go"), 0o755);
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const build = (flags: string, limit = "max") => {
    writeFileSync(
      path("bin/cat"),
      `#!/bin/bash\ncase "$*" in /sys/fs/cgroup/*) echo ${limit} ;; *) exec /bin/cat "$@" ;; esac\n`,
    );
    chmodSync(path("bin/cat"), 0o755);
    mkdirSync(path("toolchain/modules/program"), { recursive: true });
    for (const [name, text] of Object.entries({ "go.mod": "module x\n", "go.sum": "", flags })) {
      writeFileSync(path(`toolchain/modules/program/${name}`), text);
    }
    const env = {
      PATH: `${path("bin")}:${process.env["PATH"] ?? ""}`,
      HOME: root,
      KEELSON_CACHE: path("cache"),
      GO_LOG: path("asked"),
    };
    return spawnSync(path("toolchain/module"), ["program"], { env, encoding: "utf8" });
  };

  it("is built of what the program needs: its publisher's tests are not asked for", () => {
    const { status, stdout, stderr } = build("");
    expect(stderr).toContain("compiling 2 packages");
    expect(status).toBe(0);
    expect(readFileSync(join(stdout.trim(), "program"), "utf8")).toBe("program\n");
  });

  it.each(["max", "9223372036854771712"])("is built where %s is the limit of memory", (limit) => {
    expect(build("", limit).status).toBe(0);
    expect(readFileSync(path("asked"), "utf8")).toMatch(/^build .*\nlimit ([0-9]+KiB)?$/m);
  });

  it("is built with the tests that are part of it", () => {
    const { status, stdout } = build("tests=example.test/suite\n");
    expect(status).toBe(0);
    expect(readFileSync(join(stdout.trim(), "program.test"), "utf8")).toBe("tests\n");
    expect(readFileSync(path("asked"), "utf8")).toContain("list -test -deps example.test/suite");
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const toolchain = join(__dirname, "..", "..", "toolchain");

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "keelson-setup-"));
  for (const directory of ["bin", "one/toolchain", "other/toolchain"]) {
    mkdirSync(join(root, directory), { recursive: true });
  }
  for (const project of ["one", "other"]) {
    for (const file of ["setup", "cache.sh"]) {
      copyFileSync(join(toolchain, file), join(root, project, "toolchain", file));
    }
    writeFileSync(join(root, project, "package-lock.json"), "{}");
  }
  stub("sleep 0.5");
});
afterEach(() => rmSync(root, { recursive: true }));

/** An npm that notes where it begins and ends, and does this in between. */
function stub(body: string): void {
  const note = (word: string) => `echo "${word} \${PWD##*/}" >>'${root}/calls'`;
  const lines = [note("begin"), "mkdir -p node_modules", body, note("end")];
  writeFileSync(join(root, "bin", "npm"), `#!/bin/bash\n${lines.join("\n")}\n`);
  chmodSync(join(root, "bin", "npm"), 0o755);
}

async function setup(project: string): Promise<number | null> {
  const env = {
    HOME: root,
    PATH: `${join(root, "bin")}:${process.env.PATH ?? ""}`,
    KEELSON_CACHE: join(root, "cache"),
  };
  const child = spawn("bash", [join(root, project, "toolchain", "setup")], { env, stdio: "ignore" });
  const [status] = (await once(child, "close")) as [number | null];
  return status;
}

const calls = () => readFileSync(join(root, "calls"), "utf8").trim().split("\n");

test("of two that find the packages old at once, one installs them and the other waits for that", async () => {
  expect(await Promise.all([setup("one"), setup("one")])).toEqual([0, 0]);
  expect(calls()).toEqual(["begin one", "end one"]);
  expect(await setup("one")).toBe(0);
  expect(calls()).toHaveLength(2);
});

test("another checkout has packages of its own, and waits for nobody", async () => {
  stub(`for _ in {1..600}; do [ "$(grep -c begin '${root}/calls')" -lt 2 ] || break; sleep 0.05; done`);
  expect(await Promise.all([setup("one"), setup("other")])).toEqual([0, 0]);
  expect(calls().slice(0, 2).sort()).toEqual(["begin one", "begin other"]);
});

test("one whose npm fails says so, and the next tries again", async () => {
  stub("exit 1");
  expect(await Promise.all([setup("one"), setup("one")])).toEqual([1, 1]);
  expect(calls()).toEqual(["begin one", "begin one"]);
  expect(readdirSync(join(root, "one", "node_modules"))).toEqual([]);
});

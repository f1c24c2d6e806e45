import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { shortDigest } from "../../components/script";
import { equip } from "../../components/script/equip";
import { SshKeys } from "../support/sshKeys";
import { TestMachine } from "../support/sshServer";

/** A machine whose directories are below another root, and whose shell is a real one. */
const root = mkdtempSync(join(tmpdir(), "keelson-equip-"));
const kept = join(root, "var/lib/keelson/texts");
const [commands, called] = ["bin", "called"].map((name) => join(root, name)) as [string, string];
const runs: string[] = [];
const machine = new TestMachine((command, _, channel) => {
  const pieces: Buffer[] = [];
  channel.on("data", (data: Buffer) => pieces.push(data));
  channel.on("end", () => {
    const input = Buffer.concat(pieces);
    const program = command.includes("gunzip") ? gunzipSync(input).toString() : input.toString();
    runs.push(program);
    const { status, stdout } = spawnSync("bash", ["-s"], {
      // Where the programs go, and not what they bring.
      input: program
        .replace(/(cd|mkdir -p|new\/take") (?=\/var\/lib\/keelson)/g, `$1 ${root}`)
        .replace("find /run/keelson", `find ${root}/run`),
      env: { ...process.env, PATH: `${commands}:${process.env.PATH ?? ""}` },
      encoding: "utf8",
    });
    channel.write(stdout);
    channel.exit(status ?? 1);
    channel.end();
  });
});
const keys = new SshKeys();
keys.make("id");

beforeAll(async () => {
  mkdirSync(commands);
  // Each is noted before it runs.
  for (const name of ["sha256sum", "mv"]) {
    const real = execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    writeFileSync(join(commands, name), `#!/bin/sh\necho ${name} >>${called}\nexec ${real} "$@"\n`, { mode: 0o755 });
  }
  machine.authorize(keys.publicKey("id"));
  await machine.listen();
});
beforeEach(() => writeFileSync(called, ""));
afterAll(async () => {
  await machine.close();
  keys.remove();
  rmSync(root, { recursive: true });
});

const texts = ["it's one\n", "two", `three ${"long ".repeat(1000)}`].map((text) => ({
  name: "x.sh",
  digest: shortDigest(text),
  text,
}));
const ready = () =>
  equip({
    name: "w",
    login: {
      ...{ host: "127.0.0.1", port: machine.port, user: "root" },
      ...{ privateKey: keys.text("id"), hostKey: machine.hostKey },
    },
    texts,
  });
const commandsCalled = () => readFileSync(called, "utf8").trim().split("\n");

test("a machine keeps what it is sent, each whole and by its digest, and starts as few programs for many as for one", async () => {
  await ready();
  expect(readdirSync(kept).sort()).toEqual(texts.map(({ digest }) => digest).sort());
  for (const { digest, text } of texts) expect(readFileSync(join(kept, digest), "utf8")).toBe(text);
  expect(commandsCalled()).toEqual(["mv", "mv"]);
});
test("it is sent once more what is not whole, and nothing where all is", async () => {
  const [cut] = texts;
  if (!cut) throw new Error("there are texts");
  writeFileSync(join(kept, cut.digest), "it's o");
  await ready();
  expect(readFileSync(join(kept, cut.digest), "utf8")).toBe(cut.text);
  // The way to take them comes with each.
  expect(runs.at(-1)?.match(/>"\$new\//g)).toHaveLength(2);
  const before = runs.length;
  writeFileSync(called, "");
  await ready();
  expect([runs.length - before, commandsCalled()]).toEqual([1, ["sha256sum", "sha256sum"]]);
});
test("what another run writes meanwhile stays, and what one left that was killed long ago goes", async () => {
  for (const name of [".new-1", ".new-2"]) mkdirSync(join(kept, name));
  execFileSync("touch", ["-d", "1 hour ago", join(kept, ".new-2")]);
  rmSync(join(kept, texts[0]?.digest ?? ""));
  await ready();
  expect(readdirSync(kept).filter((name) => name.startsWith("."))).toEqual([".new-1"]);
});

import crypto from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

import { runProgram } from "../support/program";
import { compare, write } from "./compare";
import { folded, lib, programOf, received, scriptsOf, textsIn, undigested, unfolded } from "./received";
import { hostKey, topologies } from "./topologies";

const directory = fs.mkdtempSync(join(tmpdir(), "keelson-golden-"));
const privateKeyFile = join(directory, "id_ed25519");
const names = Object.keys(topologies(privateKeyFile));
const stackDirectory = (name: string) => join(__dirname, "../../.keelson", `golden-${name}`);

beforeAll(() => fs.writeFileSync(privateKeyFile, "-----BEGIN OPENSSH PRIVATE KEY-----\n"));
afterAll(() => {
  fs.rmSync(directory, { recursive: true });
  names.forEach((name) => fs.rmSync(stackDirectory(name), { recursive: true, force: true }));
});

/** Everything that depends on this computer or on chance is the same everywhere. */
function settle(): void {
  const { readFileSync, existsSync } = fs;
  const isResolver = (path: unknown) => typeof path === "string" && path.endsWith("/resolv.conf");
  jest.spyOn(crypto, "randomInt").mockImplementation(() => 0);
  jest.spyOn(fs, "existsSync").mockImplementation((path) => isResolver(path) || existsSync(path));
  jest.spyOn(fs, "readFileSync").mockImplementation((path, options) => {
    if (isResolver(path)) return "nameserver 127.0.0.53\nnameserver 192.0.2.53\n";
    // A local machine's key is made the first time that it is asked for.
    if (typeof path === "string" && path.endsWith("/ssh_host_ed25519_key.pub")) {
      return `${hostKey(basename(dirname(path)))} keelson\n`;
    }
    return readFileSync(path, options);
  });
}

describe.each(names)("%s", (name) => {
  test("the machines receive what they did", async () => {
    settle();
    const { resources } = await runProgram(`golden-${name}`, topologies(privateKeyFile)[name] ?? {});
    const files = received(resources);
    expect(files.size).toBe(scriptsOf(resources).length + 2);
    const texts = textsIn(resources);
    for (const program of scriptsOf(resources).map((script) => programOf(script, texts))) {
      expect(program.startsWith(lib)).toBe(true);
      expect(unfolded(folded(program))).toBe(undigested(program));
    }
    const golden = join(__dirname, name);
    if (process.env.GOLDEN === "update") write(golden, files);
    compare(golden, files);
  });
});

test("no directory is of a topology that is gone", () => {
  const found = fs.readdirSync(__dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(found.map((entry) => entry.name).sort()).toEqual([...names].sort());
});

describe("a comparison", () => {
  const golden = () => fs.mkdtempSync(join(directory, "golden-"));
  const files = new Map([["a/one.sh", "echo 1\n"]]);

  test("passes where everything is the same", () => {
    const path = golden();
    write(path, files);
    expect(() => compare(path, files)).not.toThrow();
  });
  test("names a file that differs, is stale or is missing", () => {
    const path = golden();
    write(path, files);
    expect(() => compare(path, new Map([["a/one.sh", "echo 2\n"]]))).toThrow(/a\/one\.sh[^]*-echo 1\n\+echo 2/);
    expect(() => compare(path, new Map())).toThrow(/a\/one\.sh[^]*-echo 1/);
    expect(() => compare(path, new Map([...files, ["b", "echo 3\n"]]))).toThrow(/golden\/b[^]*\+echo 3/);
  });
});

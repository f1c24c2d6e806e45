import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { artifactScripts } from "../../components/artifacts";
import { compose } from "../../components/script/compose";

// A script on a machine keeps its state under /var/lib, so here each test has a machine's part of a temporary directory.
let root: string;
let source: string;
let bin: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "keelson-fetch-"));
  source = join(root, "source");
  bin = join(root, "machine", "bin");
  mkdirSync(source);
});
afterEach(() => rmSync(root, { recursive: true }));

const bytes = Buffer.from("#!/bin/sh\necho a program, and bytes that are no text: \x00\xff\n", "latin1");
const other = Buffer.from(bytes.map((byte, index) => (index === 7 ? byte ^ 1 : byte)));
const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");

type Result = Readonly<{ status: number; stderr: string }>;

/** Runs a script's `up` as a machine would, but for the directory of its state. */
function up(programs: readonly string[], body = "install_programs"): Promise<Result> {
  const program = compose({
    name: "test",
    script: `up() { ${body}; }\ndown() { remove_programs; }`,
    uses: artifactScripts.map((file) => readFileSync(file, "utf8")),
    values: { PROGRAMS: programs, IMAGES: [] },
  })
    .replace("readonly STATE=/var/lib/keelson", `readonly STATE=${join(root, "machine", "state")}`)
    .replaceAll("/run/keelson", join(root, "run"));
  return new Promise((resolve) => {
    const child = execFile("bash", ["-s", "--", "up"], (error, _, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stderr }),
    );
    child.stdin?.end(program);
  });
}

function line(location: string, digest: string, kind = "binary", members = ""): string {
  return `tool ${kind} ${bin} ${location} ${digest} ${location} ${digest} ${members}`.trim();
}

function place(name: string, content: Buffer): string {
  const path = join(source, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Names of all files on the machine, but for the records of what was found there. */
function installed(): readonly string[] {
  if (!existsSync(join(root, "machine"))) return [];
  return readdirSync(join(root, "machine"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(directories|order|lock|ran|wrote|wrote\.new)$|\.none$/.test(entry.name))
    .map((entry) => entry.name);
}

async function serving<T>(
  answers: readonly (Buffer | number | "cut off")[],
  use: (url: string) => Promise<T>,
): Promise<T> {
  let request = 0;
  const server = createServer((_, response) => {
    const answer = answers[Math.min(request++, answers.length - 1)] ?? 500;
    if (answer === "cut off") {
      response.writeHead(200, { "content-length": 100 }).write("begun", () => response.destroy());
    } else if (typeof answer === "number") response.writeHead(answer).end();
    else response.writeHead(200).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/tool`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("a program is installed", () => {
  async function expectInstalled(location: string): Promise<void> {
    expect(await up([line(location, sha256(bytes))])).toEqual({ status: 0, stderr: "" });
    expect(readFileSync(join(bin, "tool"))).toEqual(bytes);
    expect(statSync(join(bin, "tool")).mode & 0o777).toBe(0o755);
    expect(installed()).toEqual(["tool"]);
  }

  test("from a path", () => expectInstalled(place("tool", bytes)));
  test("from a file URL", () => expectInstalled(`file://${place("tool", bytes)}`));
  test("from a mirror over HTTP", () => serving([bytes], expectInstalled));
  test.each([503, "cut off"] as const)("from a mirror that was %s at first", (first) =>
    serving([first, bytes], async (url) => {
      expect((await up([line(url, sha256(bytes))])).status).toBe(0);
      expect(readFileSync(join(bin, "tool"))).toEqual(bytes);
    }),
  );

  test("once: the source is not asked for what is there", async () => {
    const location = place("tool", bytes);
    await up([line(location, sha256(bytes))]);
    rmSync(location);
    expect(await up([line(location, sha256(bytes))])).toEqual({ status: 0, stderr: "" });
  });

  test("again, where it was changed on the machine", async () => {
    const location = place("tool", bytes);
    await up([line(location, sha256(bytes))]);
    writeFileSync(join(bin, "tool"), other);
    await up([line(location, sha256(bytes))]);
    expect(readFileSync(join(bin, "tool"))).toEqual(bytes);
  });

  test("under a file name of its own, and removed again", async () => {
    await up([line(place("tool", bytes), sha256(bytes), "binary", "flannel")]);
    expect(installed()).toEqual(["flannel"]);
    await up([line("-", "-", "binary", "flannel")], "remove_programs");
    expect(installed()).toEqual([]);
    expect(existsSync(bin)).toBe(false);
  });
});

describe("one flipped byte", () => {
  async function expectRefused(location: string, kind: string, body?: string): Promise<void> {
    const { status, stderr } = await up([line(location, sha256(bytes), kind, "tool")], body);
    expect(status).toBe(1);
    expect(stderr).toContain(`error: tool from ${location} is not what it should be`);
    expect(stderr).toContain(`sha256 expected ${sha256(bytes)}`);
    expect(stderr).toContain(`sha256 found    ${sha256(other)}`);
    expect(stderr).toContain("put the right file there, or choose another source of artifacts");
    expect(installed()).toEqual([]);
  }

  test.each(["binary", "archive"])("in a %s from a path ends the script, and nothing is installed", (kind) =>
    expectRefused(place("tool", other), kind),
  );
  test("in a file URL", () => expectRefused(`file://${place("tool", other)}`, "binary"));
  test("in a download", () => serving([other], (url) => expectRefused(url, "binary")));
  test("in the background ends the script that waits for it", () =>
    expectRefused(
      place("tool", other),
      "binary",
      'install_programs & local programs=$!; wait "$programs" || die "not all in place"; touch "$STATE/went-on"',
    ));

  test("leaves what was installed before as it was", async () => {
    await up([line(place("old", bytes), sha256(bytes))]);
    const { status } = await up([line(place("tool", other), sha256(Buffer.from("newer")))]);
    expect(status).toBe(1);
    expect(readFileSync(join(bin, "tool"))).toEqual(bytes);
    expect(installed()).toEqual(["tool"]);
  });

  test("in an archive of images ends the script where it lies, and leaves it there", async () => {
    const location = place("node.tar", other);
    const { status, stderr } = await up([], `artifact_verify node ${location} ${sha256(bytes)}; touch "$STATE"`);
    expect(status).toBe(1);
    expect(stderr).toContain(`error: node from ${location} is not what it should be`);
    expect(readFileSync(location)).toEqual(other);
    expect((await up([], `artifact_verify node ${location} ${sha256(other)}`)).status).toBe(0);
  });
});

describe("a source that has it not", () => {
  test("a path that is not there", async () => {
    const { status, stderr } = await up([line("/nowhere/tool", sha256(bytes))]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: tool is not at \/nowhere\/tool on .+: put it there, or choose another source of artifacts\n$/,
    );
    expect((await up([], "artifact_verify node /nowhere/node.tar x")).stderr).toContain(
      "node is not at /nowhere/node.tar",
    );
  });

  test("a server without the file", () =>
    serving([404], async (url) => {
      const { status, stderr } = await up([line(url, sha256(bytes))]);
      expect(status).toBe(1);
      expect(stderr).toContain(`error: tool cannot be downloaded from ${url} to `);
      expect(stderr).toContain("curl exit status 22");
      expect(installed()).toEqual([]);
    }));

  test("a processor without a build", async () => {
    const { status, stderr } = await up([line("-", "-")]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/tool is not to be had for \w+ from this source of artifacts/);
  });
});

describe("an archive", () => {
  const arch = process.arch === "arm64" ? "arm64" : "amd64";

  async function archive(): Promise<string> {
    const folder = join(source, `etcd-linux-${arch}`);
    place(`etcd-linux-${arch}/etcd`, bytes);
    place(`etcd-linux-${arch}/etcdctl`, other);
    chmodSync(join(folder, "etcd"), 0o600);
    const path = join(source, "etcd.tgz");
    await new Promise((resolve) => execFile("tar", ["-czf", path, "-C", source, `etcd-linux-${arch}`], resolve));
    return path;
  }

  test("gives its members, from the processor's own folder and without it", async () => {
    const path = await archive();
    const content = line(
      path,
      sha256(readFileSync(path)),
      "archive",
      "etcd-linux-{arch}/etcd etcd-linux-{arch}/etcdctl",
    );
    expect(await up([content])).toEqual({ status: 0, stderr: "" });
    expect(readdirSync(bin).sort()).toEqual(["etcd", "etcdctl"]);
    expect(statSync(join(bin, "etcd")).mode & 0o777).toBe(0o755);
    expect([...installed()].sort()).toEqual(["etcd", "etcdctl", "tool"]);

    for (const damage of [() => rmSync(join(bin, "etcd")), () => writeFileSync(join(bin, "etcd"), "")]) {
      damage();
      await up([content]);
      expect(readFileSync(join(bin, "etcd"))).toEqual(bytes);
    }
    // The record of an earlier release says less; nothing is fetched for that.
    writeFileSync(join(root, "machine", "state", "archives", "tool"), `${sha256(readFileSync(path))}\n`);
    rmSync(path);
    for (let times = 0; times < 2; times++) expect(await up([content])).toEqual({ status: 0, stderr: "" });

    await up([content], "remove_programs");
    expect(installed()).toEqual([]);
  });
});

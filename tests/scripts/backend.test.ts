import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const toolchain = join(__dirname, "..", "..", "toolchain");

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "keelson-backend-"));
  mkdirSync(join(project, "toolchain"));
  for (const file of ["backend", "cache.sh"]) copyFileSync(join(toolchain, file), join(project, "toolchain", file));
  write("Pulumi.yaml", "name: keelson\n");
  write("Pulumi.dev.yaml", "config:\n  keelson:provider: local\n");
  write("Pulumi.prod.yaml", "config:\n  keelson:provider: ssh\n");
});
afterEach(() => rmSync(project, { recursive: true }));

function write(file: string, text: string): void {
  writeFileSync(join(project, file), text);
}

/** What the person's shell is told for a stack, and what the person is told. */
function backend(stack: string, env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync("bash", [join(project, "toolchain", "backend"), stack], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: project, ...env },
  });
  const lines = stdout.split("\n").filter((line) => line !== "");
  const set = lines.map((line) =>
    line
      .replace(/^export /, "")
      .replaceAll("\\", "")
      .split(/=(.*)/s)
      .slice(0, 2),
  );
  return { status, stderr, set: Object.fromEntries(set) as Readonly<Record<string, string>> };
}

const own = () => `file://${project}/.keelson/state?metadata=skip`;

test("a stack of local machines has its state and a passphrase under the project, for nobody else to read", () => {
  const { status, set } = backend("dev");
  expect(status).toBe(0);
  expect(set).toEqual({
    PULUMI_BACKEND_URL: own(),
    PULUMI_CONFIG_PASSPHRASE_FILE: join(project, ".keelson", "passphrase"),
  });
  const mode = (path: string) => statSync(join(project, ".keelson", path)).mode & 0o777;
  expect([mode("."), mode("state"), mode("passphrase")]).toEqual([0o700, 0o700, 0o600]);
  expect(readFileSync(join(project, ".keelson", "passphrase"), "utf8")).toMatch(/^[\w-]{43}\n$/);
});

test("the passphrase is made once", () => {
  backend("dev");
  const before = readFileSync(join(project, ".keelson", "passphrase"), "utf8");
  backend("dev");
  expect(readFileSync(join(project, ".keelson", "passphrase"), "utf8")).toBe(before);
});

test("a passphrase of the person's own is left to them, also an empty one", () => {
  for (const [name, value] of [
    ["PULUMI_CONFIG_PASSPHRASE", ""],
    ["PULUMI_CONFIG_PASSPHRASE_FILE", "/secret"],
  ] as const) {
    expect(backend("dev", { [name]: value }).set).toEqual({ PULUMI_BACKEND_URL: own() });
  }
});

test("a stack of SSH machines is refused with the ways to choose", () => {
  const { status, stderr, set } = backend("prod");
  expect(status).toBe(78);
  expect(set).toEqual({});
  expect(stderr).toMatch(/stack prod has no backend[^]*\n {2}pulumi login [^]*\n {2}export PULUMI_BACKEND_URL=/);
});

test("a stack whose file does not say what its machines are is told where that has to stand", () => {
  write("Pulumi.yaml", "name: keelson\nconfig:\n  keelson:provider: local\n");
  write("Pulumi.bare.yaml", "environment: [team/dev]\n");
  const hint = "write keelson:provider: local into Pulumi.bare.yaml itself";
  const { status, stderr } = backend("bare");
  expect([status, stderr]).toEqual([78, expect.stringContaining(hint)]);
  expect(backend("prod").stderr).not.toContain("keelson:provider");
});

test.each([`"keelson:provider": local`, `'keelson:provider': "local" # here`, `keelson:provider:  'local'`])(
  "a stack of local machines is known by its line, however it is quoted: %s",
  (line) => {
    write("Pulumi.quoted.yaml", `config:\n  ${line}\n`);
    expect(backend("quoted").set).toMatchObject({ PULUMI_BACKEND_URL: own() });
  },
);

test("also after a shell was set up for a stack of local machines", () => {
  expect(backend("prod", { PULUMI_BACKEND_URL: own() }).status).toBe(78);
});

test("what was printed for another checkout, or before a login, is forgotten", () => {
  const others = {
    PULUMI_BACKEND_URL: "file:///elsewhere/.keelson/state?metadata=skip",
    PULUMI_CONFIG_PASSPHRASE_FILE: "/elsewhere/.keelson/passphrase",
  };
  expect(backend("dev", others).set).toMatchObject({
    PULUMI_BACKEND_URL: own(),
    PULUMI_CONFIG_PASSPHRASE_FILE: join(project, ".keelson", "passphrase"),
  });
  mkdirSync(join(project, ".pulumi"));
  write(".pulumi/credentials.json", JSON.stringify({ current: "file:///team" }));
  const { status, set } = backend("prod", others);
  expect([status, Object.keys(set)]).toEqual([0, ["unset PULUMI_BACKEND_URL", "unset PULUMI_CONFIG_PASSPHRASE_FILE"]]);
});

test("a backend that the person named, or logged in to, is the backend", () => {
  expect(backend("prod", { PULUMI_BACKEND_URL: "s3://states" })).toMatchObject({ status: 0, set: {} });
  mkdirSync(join(project, ".pulumi"));
  write(".pulumi/credentials.json", JSON.stringify({ current: "" }));
  expect(backend("prod").status).toBe(78);
  write(".pulumi/credentials.json", JSON.stringify({ current: "https://api.example.com" }));
  expect(backend("prod")).toMatchObject({ status: 0, set: {} });
  expect(backend("dev")).toMatchObject({ status: 0, set: {} });
});

test("so is one that Pulumi.yaml names", () => {
  write("Pulumi.yaml", "name: keelson\nbackend:\n  url: s3://states\n");
  expect(backend("prod")).toMatchObject({ status: 0, set: {} });
});

test("a state that this checkout kept for such a stack is named", () => {
  mkdirSync(join(project, ".keelson/state/.pulumi/stacks/keelson"), { recursive: true });
  write(".keelson/state/.pulumi/stacks/keelson/prod.json", "{}");
  expect(backend("prod").stderr).toContain("Its state lies in this checkout");
});

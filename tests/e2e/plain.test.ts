import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { nodeTable } from "../../cli/tables";
import { TestMachine } from "../support/machine";
import { dockerObjects, here, root, TestStack } from "../support/stack";

// What people do with plain pulumi, in the order in which they would; the first commands are README's own.
const name = "e2e-plain";
const machines = [{ name: "master-1", roles: ["master", "etcd"] }, { name: "worker-1" }];
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.239.0/24" },
  machines,
  workloads: { nginx: { image: "nginx:latest", replicas: 2 } },
});
const master = new TestMachine(`keelson-${name}-master-1`);
const scratch = mkdtempSync(join(tmpdir(), "keelson-plain-"));
const clean = ["preview", "--expect-no-changes"];

afterAll(async () => {
  await stack.remove();
  rmSync(scratch, { recursive: true });
});

/** README's block of plain commands, for this stack; the last of them destroys it. */
function readmeCommands(): readonly string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const block = /```\n(eval "\$\(make[^`]*)```/.exec(readme)?.[1] ?? "";
  const lines = block.split("\n").map((line) => line.replace(/ +#.*$/, ""));
  return lines.filter((line) => line !== "").map((line) => line.replace("stack init dev", `stack init ${name}`));
}

/** Runs lines in one shell, as typed by a person who says yes to all. */
function typed(lines: readonly string[]): string {
  const env = { ...process.env, STACK: name, PULUMI_SKIP_CONFIRMATIONS: "true" };
  return execFileSync("bash", ["-ec", lines.join("\n")], { cwd: root, encoding: "utf8", env, stdio: "pipe" });
}

const replicas = () => master.kubectl("get deployment nginx-deployment -o jsonpath={.status.readyReplicas}");

test("the commands of README, up to the last, build a cluster, find it as it was left, and plan nothing more", () => {
  const commands = readmeCommands();
  expect(commands.map((line) => line.replace(/^eval.*/, "eval"))).toEqual([
    "eval",
    `pulumi stack init ${name}`,
    "pulumi preview",
    "pulumi up",
    "pulumi refresh",
    "pulumi preview --expect-no-changes",
    "pulumi destroy",
  ]);
  const output = typed(commands.slice(0, -1));
  expect(output).toMatch(/nginxUrl *: "http:\/\/172\.31\.239\.11:30080"/);
  expect(replicas()).toBe("2");
});

test("make knows the same stack", async () => {
  const { counts, output } = await stack.succeed("up");
  expect(Object.keys(counts)).toEqual(["unchanged"]);
  expect(output).toContain("(200)");
});

test("a refresh can be looked at first, and made by up itself", async () => {
  await stack.succeedPulumi("refresh", "--preview-only");
  await stack.succeedPulumi("up", "--refresh", "--yes", "--skip-preview");
  await stack.succeedPulumi(...clean);
});

test("a nested value that pulumi config sets is what up does", async () => {
  await stack.succeedPulumi("config", "set", "--path", "keelson:workloads.nginx.replicas", "3");
  await stack.succeedPulumi("up", "--yes");
  expect(replicas()).toBe("3");
});

test("a state that was exported and imported again is the same state", async () => {
  const file = join(scratch, "state.json");
  await stack.succeedPulumi("stack", "export", "--file", file);
  await stack.succeedPulumi("stack", "import", "--file", file);
  await stack.succeedPulumi(...clean);
});

test("the state's passphrase can be another one", async () => {
  const change = (passphrase: string) =>
    execFileSync("pulumi", ["stack", "change-secrets-provider", "passphrase", "--stack", name], {
      cwd: root,
      // As it is typed, and typed again.
      input: `${passphrase}\n${passphrase}\n`,
      env: { ...process.env, ...stack.environment },
      stdio: "pipe",
    });
  change("canary of another passphrase");
  stack.environment = { PULUMI_CONFIG_PASSPHRASE: "canary of another passphrase" };
  await stack.succeedPulumi(...clean);
  change(readFileSync(join(root, ".keelson", "passphrase"), "utf8").trim());
  stack.environment = {};
  await stack.succeedPulumi(...clean);
});

test("another stack reads the kubeconfig, and the cluster answers to it", async () => {
  const reader = join(scratch, "reader");
  mkdirSync(reader);
  symlinkSync(join(root, "node_modules"), join(reader, "node_modules"));
  writeFileSync(
    join(reader, "Pulumi.yaml"),
    "name: reader\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  writeFileSync(join(reader, "package.json"), JSON.stringify({ main: "index.js" }));
  writeFileSync(
    join(reader, "index.js"),
    `const { StackReference } = require("@pulumi/pulumi");
     exports.kubeconfig = new StackReference("organization/keelson/${name}").requireOutput("kubeconfig");`,
  );
  const pulumi = (...args: readonly string[]) => here("pulumi", "--cwd", reader, "--non-interactive", ...args);
  pulumi("stack", "init", name);
  try {
    pulumi("up", "--yes", "--skip-preview", "--stack", name);
    const read = pulumi("stack", "output", "kubeconfig", "--show-secrets", "--stack", name);
    expect(pulumi("stack", "output", "kubeconfig", "--stack", name)).toMatch(/^\[secret\]/);
    expect(await nodeTable(read)).toContain("master-1");
  } finally {
    pulumi("stack", "rm", "--yes", "--force", "--stack", name);
  }
});

test("a stack of local machines keeps its name, and is left as it is when it gets another", async () => {
  const other = `${name}-renamed`;
  const file = (stack: string) => join(root, `Pulumi.${stack}.yaml`);
  await stack.succeedPulumi("stack", "rename", other);
  const preview = here("bash", "-c", `pulumi preview --stack ${other} --non-interactive 2>&1 || true`);
  expect(preview).toContain(`pulumi stack rename ${name}`);
  here("pulumi", "stack", "rename", name, "--stack", other);
  expect(readFileSync(file(name), "utf8")).toContain("keelson:machines");
  await stack.succeedPulumi(...clean);
});

test("a stack whose machines are all gone can be destroyed", () => {
  for (const machine of ["master-1", "worker-1"]) {
    here("docker", "rm", "--force", `keelson-${name}-${machine}`);
  }
  typed([readmeCommands()[0] ?? "", readmeCommands().at(-1) ?? ""]);
  expect(dockerObjects(name)).toEqual([]);
});

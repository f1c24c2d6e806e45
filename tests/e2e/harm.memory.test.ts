import { Crowd } from "../support/crowd";
import { SshKeys } from "../support/sshKeys";
import { TestStack } from "../support/stack";

/*
 * What the program makes of what machines remember: the real engine, on machines that pretend.
 */

const keys = new SshKeys();
const privateKeyFile = keys.make("id_ed25519");
const crowd = new Crowd(["master-1", "worker-1"]);
const ssh = { user: "root", privateKeyFile };
let stack: TestStack;
let other: TestStack;

beforeAll(async () => {
  await crowd.listen(keys.publicKey("id_ed25519"));
  const configuration = { provider: "ssh", ssh, machines: crowd.machines, workloads: { enabled: false } };
  stack = new TestStack("e2e-memory", configuration);
  other = new TestStack("e2e-memory-other", configuration);
  await stack.succeed("up");
});
afterAll(async () => {
  crowd.failing.clear();
  await other.remove();
  await stack.remove();
  await crowd.close();
  keys.remove();
});

const docker = { daemon: { "max-concurrent-downloads": 5 } };
const ran = (script: string) => crowd.seen.filter((one) => one.script === script && one.direction === "up").length;

test("machines on which all ended well have nothing to say", async () => {
  const before = crowd.seen.length;
  expect((await stack.succeed("preview")).output).toMatch(/^resources: \d+ unchanged$/m);
  // One look at each machine, and nothing else.
  expect(crowd.seen.slice(before).map(({ direction }) => direction)).toEqual(["look", "look"]);
});

test("a change that failed, and is taken out again, is undone on the machine that has it", async () => {
  crowd.failing.add("worker-1-docker");
  stack.change({ docker });
  expect((await stack.run("up")).status).not.toBe(0);
  stack.change({ docker: {} });
  const preview = await stack.succeed("preview");
  expect(preview.output).toContain(
    "worker-1-docker: its last run failed or was killed: these settings are applied again",
  );
  crowd.failing.clear();
  const before = ran("worker-1-docker");
  await stack.succeed("up");
  expect(ran("worker-1-docker")).toBe(before + 1);
  expect((await stack.succeed("preview")).output).toMatch(/^resources: \d+ unchanged$/m);
  await stack.succeed("up");
  expect(ran("worker-1-docker")).toBe(before + 1);
});

test("a stack whose state knows nothing of the machines takes none over, and its preview says whose they are", async () => {
  const before = crowd.seen.length;
  for (const operation of ["preview", "up"] as const) {
    const { status, output } = await other.run(operation);
    expect(status).not.toBe(0);
    expect(output).toMatch(/master-1 \(192\.0\.2\.1\) is of the cluster of stack "e2e-memory" \([0-9a-f-]{36}\)/);
    expect(output).toContain("worker-1 (192.0.2.2) is of the cluster of");
    expect(output).toContain("pulumi stack select");
  }
  expect(crowd.seen.slice(before).every(({ direction }) => direction === "look")).toBe(true);
});

test("a machine that lets nobody in is called so", async () => {
  const stranger = keys.make("stranger");
  stack.change({ ssh: { ...ssh, privateKeyFile: stranger }, docker });
  const { status, output } = await stack.run("up");
  expect(status).not.toBe(0);
  expect(output).toContain("worker-1 refuses the login of root");
  expect(output).not.toContain("lost: true");
  stack.change({ ssh, docker: {} });
});

test("nobody is asked where the stack wants no survey", async () => {
  stack.change({ survey: "off" });
  const before = crowd.seen.length;
  await stack.succeed("preview");
  expect(crowd.seen.length).toBe(before);
});

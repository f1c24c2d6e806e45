import { execFileSync } from "node:child_process";

import { Crowd } from "../support/crowd";
import { SshKeys } from "../support/sshKeys";
import { root, TestStack } from "../support/stack";

const name = "e2e-leaving";
const keys = new SshKeys();
const privateKeyFile = keys.make("id_ed25519");
const crowd = new Crowd(["master-1", "worker-1", "worker-2"]);
let stack: TestStack;

beforeAll(async () => {
  await crowd.listen(keys.publicKey("id_ed25519"));
  const ssh = { user: "root", privateKeyFile };
  stack = new TestStack(name, { provider: "ssh", ssh, machines: crowd.machines, workloads: { enabled: false } });
});
afterAll(async () => {
  await stack.remove();
  await crowd.close();
  keys.remove();
});

/** What runs on machines while something is done, in its order: "worker-1-join up". */
async function during(action: () => Promise<unknown>): Promise<readonly string[]> {
  const before = crowd.seen.length;
  await action();
  const runs = crowd.seen.slice(before).filter(({ direction }) => direction !== "look");
  return runs.map(({ script, direction }) => `${script} ${direction}`);
}

const down = (seen: readonly string[]) => seen.filter((run) => run.endsWith(" down"));

/** The part of a state that an earlier release had otherwise. */
interface State {
  readonly deployment: { resources: { urn: string; dependencies?: string[]; inputs: Record<string, unknown> }[] };
}

/** Makes of the state what an earlier release made, which knew one script for waiting and for leaving, after the join. */
function asOneScriptMade({ deployment }: State): void {
  const called = (name: string) => {
    const found = deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`));
    if (!found) throw new Error(`the state has no ${name}`);
    return found;
  };
  for (const machine of crowd.names) {
    const [member, ready] = [called(`${machine}-member`), called(`${machine}-ready`)];
    for (const one of deployment.resources) {
      const isJoin = one.urn.endsWith(`::${machine}-join`);
      one.dependencies = one.dependencies
        ?.filter((urn) => !isJoin || urn !== member.urn)
        .map((urn) => (urn === ready.urn ? member.urn : urn));
    }
    member.dependencies = [...new Set(ready.dependencies?.filter((urn) => urn !== member.urn))];
    member.inputs["stdin"] = `${String(member.inputs["stdin"])}# of an earlier release\n`;
    deployment.resources = deployment.resources.flatMap((one) => (one === member ? [] : one === ready ? member : one));
  }
}

function pulumi(input: string | undefined, ...args: readonly string[]): string {
  const env = { ...process.env, ...stack.environment };
  return execFileSync("pulumi", [...args, "--stack", name], {
    cwd: root,
    env,
    input,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
}

test("a worker that fails to join, and is taken out, has its node deleted before anything on it is undone", async () => {
  crowd.broken.add("worker-2");
  expect((await stack.run("up")).status).not.toBe(0);
  stack.change({ machines: crowd.machines.slice(0, 2) });
  const left = down(await during(() => stack.succeed("up")));
  expect(left[0]).toBe("worker-2-member down");
  expect(left).toContain("worker-2-kubelet down");
  expect(left.filter((run) => !run.startsWith("worker-2-"))).toEqual([]);
});

test("a state of the release before is gone on with: nothing is undone, and nothing made again", async () => {
  crowd.broken.clear();
  stack.change({ machines: crowd.machines });
  await stack.succeed("up");
  const state = JSON.parse(pulumi(undefined, "stack", "export")) as State;
  asOneScriptMade(state);
  pulumi(JSON.stringify(state), "stack", "import");
  const seen = await during(async () => {
    const { counts } = await stack.succeed("up");
    expect(Object.keys(counts).sort()).toEqual(["changed", "created", "unchanged"]);
  });
  expect(down(seen)).toEqual([]);
  expect(seen.filter((run) => !/-(member|ready) up$/.test(run))).toEqual([]);
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("a worker that joined leaves as ever: its node first, then what is on its machine", async () => {
  stack.change({ machines: crowd.machines.slice(0, 2) });
  const left = down(await during(() => stack.succeed("up")));
  expect(left.filter((run) => run !== "worker-2-ready down" && run !== "worker-2-rollout down")[0]).toBe(
    "worker-2-member down",
  );
  expect(left.at(-1)).toBe("worker-2-preflight down");
});

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { asking } from "../support/asking";
import { failuresOf, hasBenchmark } from "../support/benchmark";
import { figure } from "../support/figures";
import { Load } from "../support/load";
import { TestMachine } from "../support/machine";
import { buildTime } from "../support/releases";
import { dockerObjects, root, TestStack, type Run } from "../support/stack";

// All authorities take the place of others, while clients ask all the while.
const name = "e2e-authority";
const masters = [1, 2, 3].map((number) => ({
  name: `master-${number}`,
  roles: ["master", "etcd"],
  address: `172.31.228.${10 + number}`,
}));
const worker = (number: number) => ({ name: `worker-${number}`, address: `172.31.228.${20 + number}` });
const virtualAddress = "172.31.228.10";
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.228.0/24" },
  machines: [...masters, worker(1)],
  kubernetes: { virtualAddress },
  workloads: { nginx: { replicas: 1 } },
});
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);
const kubectl = (args: string) => on("master-1").kubectl(args);
const common = `https://${virtualAddress}:6443`;
const nginx = `http://${worker(1).address}:30080`;

jest.setTimeout(1_800_000);
beforeAll(hasBenchmark, buildTime);
afterAll(() => stack.remove());

async function kubeconfig(): Promise<string> {
  await stack.succeed("kubeconfig");
  return readFileSync(join(root, ".keelson", name, "kubeconfig"), "utf8");
}

/**
 * Runs something while a client asks the API with a kubeconfig, and one asks nginx. Of nginx no request fails. Of the API those may that meet
 * the common address while it goes from one master to the next, and find nobody there; nobody is refused, and no write is lost.
 */
async function underClients(stage: string, access: string, act: () => Promise<unknown>): Promise<void> {
  const [api, web] = [asking(access, [common]), new Load(nginx)];
  const began = Date.now();
  await act();
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  const [asked, served] = [await api.end(), await web.end()];
  figure(`${stage}: seconds`, seconds);
  figure(`${stage}: requests to the API, and failed ones`, `${asked.answered}, ${asked.failures.length}`);
  figure(`${stage}: requests to nginx, and failed ones`, `${served.answered}, ${served.failures.length}`);
  const nobodyThere = / 000$/;
  expect({ api: asked.failures.filter((failure) => !nobodyThere.test(failure)), nginx: served.failures }).toEqual({
    api: [],
    nginx: [],
  });
  const found = Number(kubectl("get configmaps -o name | grep -c /asked-"));
  kubectl(`get configmaps -o name | grep /asked- | xargs kubectl --kubeconfig /etc/kubernetes/admin.conf delete`);
  expect(asked.writes).toBeGreaterThan(0);
  expect(found).toBeGreaterThanOrEqual(asked.writes);
}

const authority = (authority: number | readonly number[]) => stack.change({ certificates: { authority } });

const settled = async () => expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);

/** Whether the API answers a client with this kubeconfig. */
async function answers(access: string): Promise<boolean> {
  const client = asking(access, [common]);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return (await client.end()).answered > 0;
}

const ready = () => kubectl("get nodes --no-headers").match(/ Ready /g)?.length;
const plan = async (): Promise<string> => (await stack.succeed("preview")).output;
const refused = async (): Promise<Run> => {
  const run = await stack.run("preview");
  expect(run.status).not.toBe(0);
  return run;
};

let first = "";

test("a cluster is built, and what would leave a stage out is refused", async () => {
  await stack.succeed("up");
  first = await kubeconfig();
  authority(2);
  expect((await refused()).output).toMatch(
    /certificates\.authority is 1 and cannot become 2 at once.*1\. set it to \[1, 2\], and run up; 2\. set it to \[2, 1\], and run up; 3\. set it to 2, and run up/,
  );
});

test("all trust another authority; the run is killed when one master is through", async () => {
  authority([1, 2]);
  expect(await plan()).toMatch(
    /authority 2 is made, and trusted everywhere besides 1.*Next: certificates\.authority: \[2, 1\]/,
  );
  await underClients("trust", first, async () => {
    await stack.killedAt(/changed +master +master-1-master/);
    await stack.succeed("up");
  });
  await settled();
});

test("a machine joins while two are trusted", async () => {
  stack.change({ machines: [...masters, worker(1), worker(2)] });
  await stack.succeed("up");
  expect(ready()).toBe(5);
});

test("the next issues; the run is killed when one master is through, all of it is taken back, and done again", async () => {
  authority([2, 1]);
  expect(await plan()).toMatch(/authority 2 issues from now on, and 1 is trusted still.*Taken back by \[1, 2\]/);
  await underClients("issue, back, and issue again", await kubeconfig(), async () => {
    await stack.killedAt(/changed +master +master-1-master/);
    authority([1, 2]);
    await stack.succeed("up");
    authority([2, 1]);
    await stack.succeed("up");
  });
  await settled();
});

test("a machine joins while the next issues", async () => {
  stack.change({ machines: [...masters, worker(1), worker(2), worker(3)] });
  await stack.succeed("up");
  expect(ready()).toBe(6);
});

test("the first is forgotten, by a run that is killed and one that is not; what it issued is refused", async () => {
  authority(2);
  const { output } = await stack.succeed("preview");
  expect(output).toMatch(/authority 1 is forgotten everywhere, and this cannot be taken back/);
  await underClients("forget", await kubeconfig(), async () => {
    await stack.killedAt(/changed +master +master-1-master/);
    await stack.succeed("up");
  });
  await settled();
  expect(await answers(first)).toBe(false);
  expect(await answers(await kubeconfig())).toBe(true);
  expect(ready()).toBe(6);
  for (const { name } of [...masters, worker(1), worker(2), worker(3)]) {
    expect(on(name).run("grep -c BEGIN /etc/kubernetes/pki/ca.crt")).toBe("1");
  }
  authority([2, 1]);
  expect((await refused()).output).toContain("an authority that was forgotten is not made again");
  authority(2);
});

test("and the cluster is as hardened as before", () => {
  const workers = [1, 2, 3].map((number) => ({ ...worker(number), roles: ["worker"] }));
  expect(failuresOf(name, [...masters, ...workers])).toEqual([]);
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});

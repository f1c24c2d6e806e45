import type { ChildProcess } from "node:child_process";

import { Client } from "../support/client";
import { figure } from "../support/figures";
import { TestMachine } from "../support/machine";
import { buildTime, bundled } from "../support/releases";
import { dockerObjects, killed, TestStack, within } from "../support/stack";
import { writer } from "../support/writer";

const name = "e2e-etcd-release";
const [from, to] = ["3.5.33", "3.6.14"];
const members = [1, 2, 3].map((number) => ({ name: `master-${number}`, roles: ["master", "etcd"] }));
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.237.0/24" },
  machines: members,
  etcd: { version: from },
  workloads: { enabled: false },
});
const container = (member: { readonly name: string }) => `keelson-${name}-${member.name}`;
const on = (member: { readonly name: string }) => new TestMachine(container(member));
const client = new Client(name, "10s");

/** The release of each member that runs, as it says itself; nothing of one that restarts. */
const running = () =>
  members.map((member) => {
    const { stdout } = on(member).attempt(
      "cd /etc/etcd/pki/etcd && curl -s --cacert ca.crt --cert healthcheck-client.crt --key healthcheck-client.key https://127.0.0.1:2379/version",
    );
    return /"etcdserver":"([^"]+)"/.exec(stdout)?.[1];
  });
const all = (release: string) => members.map(() => release);
/** Whether a member's machine has another program in its place than that which runs: it is about to restart. */
const isAboutToRestart = (member: { readonly name: string }) =>
  on(member).attempt("cmp -s /usr/local/bin/etcd /proc/$(pgrep -xo etcd)/exe").status === 1;

beforeAll(() => bundled(`etcd/${from}`), buildTime);
afterAll(() => stack.remove());

test("a cluster is built on an earlier minor release of etcd", async () => {
  await stack.succeed("up");
  await stack.succeed("kubeconfig");
  client.bring("master-1");
  expect(running()).toEqual(all(from));
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("the next one comes one member at a time, is killed amid it, and is taken back", async () => {
  stack.change({ etcd: { version: to } });
  const { output } = await stack.succeed("preview");
  expect(output).toContain(`! ${from} → ${to}; one member at a time, while all others are healthy`);
  const run: ChildProcess = stack.start("up");
  // Its script goes on without the update that sent it, and has not ended when the next one looks.
  await within(180, () => members.some(isAboutToRestart) || run.exitCode !== null);
  await killed(run);
  expect(running()).not.toContain(to);
  stack.change({ etcd: { version: from } });
  await stack.succeed("up");
  expect(running()).toEqual(all(from));
  client.kubectl("create", "configmap", "after-the-way-back");
});

test("it comes by one changed line, and no acknowledged write is lost", async () => {
  stack.change({ etcd: { version: to } });
  const writes = writer(client.words);
  const began = Date.now();
  await stack.succeed("up");
  figure("seconds of an upgrade of three members of etcd to the next minor", ((Date.now() - began) / 1000).toFixed(0));
  const { written, refused } = await writes.end();
  expect(running()).toEqual(all(to));
  const kept = new Set(client.kubectl("get", "configmaps", "-o", "name").split("\n"));
  expect(written.filter((name) => !kept.has(`configmap/${name}`))).toEqual([]);
  expect(kept).toContain("configmap/after-the-way-back");
  figure("writes meanwhile, and those that were refused", `${written.length}, ${refused.length}`);
  expect(written.length).toBeGreaterThan(20);
  // etcd drops what is on its way to a leader that hands over, and says so after 7 s: one write at most, each time.
  const unforeseen = refused.filter((said) => !said.includes("etcdserver: request timed out"));
  expect({ unforeseen, dropped: refused.length <= members.length }).toEqual({ unforeseen: [], dropped: true });
  for (const member of members) {
    expect(on(member).run("ls /var/lib/keelson/snapshots").trim()).toBe(`before-etcd-${to}.db`);
  }
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("afterwards the older one is refused, and nothing is touched", async () => {
  stack.change({ etcd: { version: from } });
  const { status, output } = await stack.run("up");
  expect(status).toBe(2);
  expect(output).toContain(
    `etcd is ${to} and cannot become ${from}: a member of etcd does not start on the data of a newer`,
  );
  expect(running()).toEqual(all(to));
  stack.change({ etcd: { version: to } });
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});

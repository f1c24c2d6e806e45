import { hostKey } from "../golden/topologies";
import type { Program } from "../support/program";
import { run, type Raw } from "./program.fixture";

const machine = (name: string, last: number, roles: readonly string[]): Raw => ({
  ...{ name, address: `192.0.2.${last}`, roles, ssh: { hostKey: hostKey(name) } },
});

/** What the engine undoes after a resource, where those of one machine alone are deleted: it goes by their own edges, and by no others'. */
function undoneAfter(name: string, of: string, { resources }: Program): readonly string[] {
  const own = resources.filter((one) => one.custom && one.name.startsWith(`${of}-`));
  const found = new Set<string>();
  const follow = (urns: readonly string[]) => {
    for (const one of own.filter(({ urn, name }) => urns.includes(urn) && !found.has(name))) {
      found.add(one.name);
      follow(one.dependsOn);
    }
  };
  follow(own.find((one) => one.name === name)?.dependsOn ?? []);
  return [...found];
}

test("a master that leaves is drained before its kubelet goes, and forgets keys before its preflight takes all away", async () => {
  const machines = [1, 2, 3].map((number) => machine(`master-${number}`, 10 + number, ["master", "etcd"]));
  const workers = [machine("worker-1", 31, ["worker"])];
  const ha = await run({ machines: [...machines, ...workers], kubernetes: { virtualAddress: "192.0.2.10" } });
  for (const { name } of machines as { name: string }[]) {
    const last = undoneAfter(`${name}-member`, name, ha);
    expect([name, last]).toEqual([name, expect.arrayContaining([`${name}-kubelet`, `${name}-preflight`])]);
    const forget = undoneAfter(`${name}-encryption-forget`, name, ha);
    expect([name, forget]).toEqual([name, expect.arrayContaining([`${name}-master`, `${name}-preflight`])]);
  }
});

import { askAll } from "../../components/upgrade/ask";
import { noReleases } from "../../components/plan/versions";
import { hostKey } from "../golden/topologies";
import { awaitedBy, changes, find, machine, run, type Raw } from "./program.fixture";
import { artifacts, environment, machineOf } from "./render.fixture";

/** Nobody listens there. */
const silent = (name: string, last: number, more: Raw = {}) =>
  machine(name, `192.0.2.${last}`, { ...more, ssh: { hostKey: hostKey(name), host: "127.0.0.1", port: last } });
const machines = [silent("master-1", 1, { roles: ["master", "etcd"] }), silent("worker-1", 2)];

test("where machines do not answer the survey, an upgrade may be under way, and its careful order holds", async () => {
  const program = await run({ machines, survey: "on" });
  const waits = (name: string) => awaitedBy(find(program, name), program).map((urn) => urn.split("::").pop());
  expect(waits("upgrade")).toContain("worker-1-proxy");
  // Members may take turns to restart in the same run, and do not answer while they do.
  expect(waits("upgrade")).toContain("master-1-etcd");
  expect(waits("master-1-master")).toContain("upgrade");
  expect(waits("worker-1-join")).toContain("configuration");
  expect(waits("nginx-test")).toContain("master-1-trust");
});

test("of what a preview shows, that changes nothing", async () => {
  const [asked, unasked] = [await run({ machines, survey: "on" }), await run({ machines })];
  // It is looked at whether all is well, for a master could not be asked.
  expect(changes(unasked, asked)).toEqual(["~health"]);
});

test("a machine that is lost is asked nothing before an upgrade, and nobody waits for its answer", async () => {
  const stack = environment();
  const asked: string[] = [];
  const machines = [machineOf(stack, 0), machineOf(stack, 1, { lost: true })];
  const login = (name: string) => {
    asked.push(name);
    return undefined;
  };
  const args = { environment: stack, artifacts, running: noReleases, nodes: machines, clock: 0 };
  expect((await askAll({ ...args, machines, login })).size).toBe(0);
  expect(asked).toEqual(["m"]);
});

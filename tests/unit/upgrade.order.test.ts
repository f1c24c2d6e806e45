import { noReleases } from "../../components/plan/versions";
import { askAll } from "../../components/upgrade/ask";
import { artifacts, environment, machineOf } from "./render.fixture";

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

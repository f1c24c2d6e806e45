import { refusals } from "../../components/plan/refusals";
import { renamed } from "../../components/plan/renamed";
import { topologyOf } from "../../components/plan/topology";
import { local } from "./config.fixture";
import { environment } from "./render.fixture";

const containers = (stack: string) => environment({ ...local(), artifacts: { source: "upstream" } }, stack);
const never = () => {
  throw new Error("nobody looks for keys where the name is known");
};

test("a stack of local machines keeps its name, or is told which it had", () => {
  const before = topologyOf(containers("dev"));
  expect(renamed(before, containers("dev"), never)).toEqual([]);
  expect(renamed(before, containers("other"), never)).toEqual([
    'its machines on this computer bear the name "dev" that it had: `pulumi stack rename dev` gives it back',
  ]);
});

test("a state of before, which does not know the name, is known by its machines' keys", () => {
  const { machines, fixed } = topologyOf(containers("dev"));
  const asked: string[] = [];
  const keys = (there: boolean) => (stack: string) => asked.push(stack) > 0 && there;
  expect(renamed({ machines, fixed }, containers("other"), keys(true))).toEqual([]);
  expect(renamed({ machines, fixed }, containers("other"), keys(false))).toEqual([
    expect.stringMatching(/their keys are not in \.keelson\/other: .*pulumi stack rename/),
  ]);
  expect(asked).toEqual(["other", "other"]);
});

test("a stack of SSH machines may be called as one likes", () => {
  const [before, after] = ["dev", "other"].map((stack) => environment({}, stack));
  if (!before || !after) throw new Error("there are two");
  expect(topologyOf(after)).toEqual(topologyOf(before));
  expect([...renamed(topologyOf(before), after, never), ...refusals(topologyOf(before), topologyOf(after))]).toEqual(
    [],
  );
});
